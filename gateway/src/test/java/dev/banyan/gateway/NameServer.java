package dev.banyan.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A DNS server for one name, whose addresses a test changes, by UDP and, where they are many, by TCP; it can also fail, or say nothing. */
public final class NameServer implements AutoCloseable {

    enum Mood {
        ANSWERS,
        /** After 700 ms. */
        IS_SLOW,
        FAILS,
        IS_SILENT
    }

    /** More do not fit into a datagram. */
    private static final int BY_UDP_MAX = 25;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;
    private final Channel stream;
    private final AtomicInteger questions = new AtomicInteger();
    private volatile InetAddress[] addresses;
    private volatile Mood mood = Mood.ANSWERS;

    public NameServer(InetAddress... addresses) {
        this.addresses = addresses;
        this.stream = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline().addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new Answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        this.channel = new Bootstrap()
                .group(loops)
                .channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline()
                                .addLast(
                                        new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new Answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port()) // of datagrams nearly every port is free
                .syncUninterruptibly()
                .channel();
    }

    public int port() {
        return ((InetSocketAddress) stream.localAddress()).getPort();
    }

    void moveTo(InetAddress... others) {
        addresses = others.clone();
    }

    void be(Mood other) {
        mood = other;
    }

    int questions() {
        return questions.get();
    }

    private final class Answers extends SimpleChannelInboundHandler<DnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
            questions.incrementAndGet();
            if (mood == Mood.IS_SILENT) {
                return;
            }
            var code = mood == Mood.FAILS ? DnsResponseCode.SERVFAIL : DnsResponseCode.NOERROR;
            DnsResponse answer = query instanceof DatagramDnsQuery datagram
                    ? new DatagramDnsResponse(
                            /* sender= */ datagram.recipient(),
                            /* recipient= */ datagram.sender(),
                            query.id(),
                            query.opCode(),
                            code)
                    : new DefaultDnsResponse(query.id(), query.opCode(), code);
            DnsRecord question = query.recordAt(DnsSection.QUESTION);
            answer.addRecord(DnsSection.QUESTION, question);
            InetAddress[] all = addresses;
            boolean tooMany = query instanceof DatagramDnsQuery && all.length > BY_UDP_MAX;
            answer.setTruncated(tooMany);
            if (mood != Mood.FAILS && !tooMany) {
                for (InetAddress each : all) {
                    DnsRecordType type = each instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA;
                    if (question.type().equals(type)) {
                        answer.addRecord(
                                DnsSection.ANSWER,
                                new DefaultDnsRawRecord(
                                        question.name(), type, 0, Unpooled.wrappedBuffer(each.getAddress())));
                    }
                }
            }
            long after = mood == Mood.IS_SLOW ? 700 : 0;
            var _ = context.executor()
                    .schedule(
                            () -> {
                                var _ = context.writeAndFlush(answer);
                            },
                            after,
                            TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        var _ = stream.close().syncUninterruptibly();
        var _ = channel.close().syncUninterruptibly();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
