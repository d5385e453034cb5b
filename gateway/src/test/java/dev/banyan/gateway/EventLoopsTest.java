package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.banyan.gateway.faults.ChildJava;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("FutureReturnValueIgnored") // what cannot be sent back is missed by who waits for it
class EventLoopsTest {

    /** As when there is no memory for what it reads; the process of a gateway ends then. */
    @Test
    void aLoopThatCannotGoOnIsNoticed() throws Exception {
        var noticed = new CountDownLatch(1);
        try (var group = new MultiThreadIoEventLoopGroup(1, failing(NioIoHandler.newFactory()))) {
            EventLoops.whenOneEnds(group, noticed::countDown);

            group.execute(() -> {});

            assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theProcessEndsWithThreeWhenOneOfItsLoopsDoes() throws Exception {
        var command = ChildJava.command();
        command.add(EndedLoop.class.getName());
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(3);
    }

    /** A process one of whose event loops ends. */
    static final class EndedLoop {

        public static void main(String[] args) throws Exception {
            EventLoops.over(Transport.NIO).onServer(false).shutdownGracefully(0, 0, TimeUnit.SECONDS);
            new CountDownLatch(1).await(20, TimeUnit.SECONDS); // until it is ended
        }
    }

    /** The others of its event loop are served. */
    @ParameterizedTest
    @EnumSource(Transport.class)
    void aConnectionThatThereIsNoMemoryToReadForEndsAlone(Transport transport) throws Exception {
        assumeTrue(isHere(transport));
        var memory = new AtomicBoolean(true);
        try (var group = new MultiThreadIoEventLoopGroup(1, transport.handlers())) {
            Channel port = echo(group, transport, memory);
            int number = ((InetSocketAddress) port.localAddress()).getPort();
            try (var one = Wire.to(number);
                    var other = Wire.to(number)) {
                assertThat(one.send("a").bytes(1)).isEqualTo("a");
                assertThat(other.send("b").bytes(1)).isEqualTo("b");
                memory.set(false);
                assertThat(one.send("c").toItsEnd()).isEmpty();
                memory.set(true);

                assertThat(other.send("d").bytes(1)).isEqualTo("d");
            }
            port.close().syncUninterruptibly();
        }
    }

    static boolean isHere(Transport transport) {
        try {
            return Transport.of(transport.word()) == transport;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Channel echo(EventLoopGroup group, Transport transport, AtomicBoolean memory) {
        return new ServerBootstrap()
                .group(group)
                .channel(EventLoops.over(transport).onChannelClass(ServerSocketChannel.class, group))
                .childOption(ChannelOption.ALLOCATOR, new ScarceMemory(_ -> memory.get()))
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext client, Object bytes) {
                        client.writeAndFlush(bytes, client.voidPromise());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private static IoHandlerFactory failing(IoHandlerFactory factory) {
        return executor -> {
            IoHandler handler = factory.newHandler(executor);
            return (IoHandler) Proxy.newProxyInstance(
                    IoHandler.class.getClassLoader(), new Class<?>[] {IoHandler.class}, (_, method, arguments) -> {
                        if (method.getName().equals("run") && arguments[0] instanceof IoHandlerContext) {
                            throw new OutOfMemoryError("as when nothing is left");
                        }
                        return method.invoke(handler, arguments);
                    });
        };
    }
}
