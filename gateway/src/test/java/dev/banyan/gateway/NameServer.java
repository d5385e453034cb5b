package dev.banyan.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** A DNS server for one name, whose addresses a test changes; it can also fail, or say nothing. */
final class NameServer implements AutoCloseable {

    enum Mood {
        ANSWERS,
        FAILS,
        IS_SILENT
    }

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;
    private final AtomicInteger questions = new AtomicInteger();
    private volatile InetAddress[] addresses;
    private volatile Mood mood = Mood.ANSWERS;

    NameServer(InetAddress... addresses) {
        this.addresses = addresses;
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
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    void moveTo(InetAddress other) {
        addresses = new InetAddress[] {other};
    }

    void be(Mood other) {
        mood = other;
    }

    int questions() {
        return questions.get();
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            questions.incrementAndGet();
            if (mood == Mood.IS_SILENT) {
                return;
            }
            var question = query.recordAt(DnsSection.QUESTION);
            var code = mood == Mood.FAILS ? DnsResponseCode.SERVFAIL : DnsResponseCode.NOERROR;
            var answer = new DatagramDnsResponse(
                    /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id(), query.opCode(), code);
            answer.addRecord(DnsSection.QUESTION, question);
            if (mood == Mood.ANSWERS && question.type().equals(DnsRecordType.A)) {
                for (InetAddress each : addresses) {
                    answer.addRecord(
                            DnsSection.ANSWER,
                            new DefaultDnsRawRecord(
                                    question.name(), DnsRecordType.A, 0, Unpooled.wrappedBuffer(each.getAddress())));
                }
            }
            var _ = context.writeAndFlush(answer);
        }
    }

    @Override
    public void close() {
        var _ = channel.close().syncUninterruptibly();
        var _ = loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                .syncUninterruptibly();
    }
}
