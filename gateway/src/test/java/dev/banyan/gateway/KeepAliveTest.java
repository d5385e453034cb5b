package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.banyan.gateway.edge.KeepAlive;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections on which nobody may say anything for hours, as on WebSockets: the system finds out when their other end has vanished. */
class KeepAliveTest {

    private static final int TICKS_A_SECOND = 100;

    private static final Path CONNECTIONS = Path.of("/proc/net/tcp");

    @TempDir
    Path folder;

    @Test
    void theSystemAsksWhetherAnybodyIsThere() throws Exception {
        assumeTrue(Files.isReadable(CONNECTIONS), "the system shows no timers of its connections");
        TestGateway.take(Way.LEAN);
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy");
                var gateway = TestGateway.start(folder, """
                        backends:
                          - {name: legacy, url: "%1$s", baseline: true}
                          - {name: filtered, url: "%1$s"}
                        routes:
                          - {name: filtered, matches: [{path: {value: /filtered}}], candidate: filtered, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                        """.formatted(server.url()), "--http2-port", "0");
                var client = gateway.wire();
                var filtered = gateway.wire();
                var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.http2Port());
                var _ = Http2Wire.over(socket)) {
            server.on("/filtered", (_, wire) -> {
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            server.on("/ws", (_, wire) -> {
                wire.send(StreamsTest.SWITCHED);
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            client.send(StreamsTest.UPGRADE);
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
            Wire backend = calls.take();
            awaitKept("a client's", gateway.port(), client.socket().getLocalPort());
            awaitKept("a backend's", backend.socket().getPort(), server.port());
            awaitKept("a client's by HTTP/2", gateway.http2Port(), socket.getLocalPort());
            backend.close();
            filtered.send("GET /filtered HTTP/1.1\r\nHost: a\r\n\r\n");
            Wire ofChain = calls.take();
            awaitKept("a backend's by the filter chain", ofChain.socket().getPort(), server.port());
            ofChain.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void itAsksFourTimesWithinAMinuteByAnyTransport(Transport transport) throws Exception {
        assumeTrue(EventLoopsTest.isHere(transport));
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var group = new MultiThreadIoEventLoopGroup(1, transport.handlers())) {
            Channel channel = new Bootstrap()
                    .group(group)
                    .channel(EventLoops.over(transport).onChannelClass(SocketChannel.class, group))
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel opening) {
                            KeepAlive.on(opening);
                        }
                    })
                    .connect(listening.getLocalSocketAddress())
                    .syncUninterruptibly()
                    .channel();
            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(times(transport).stream().map(channel.config()::getOption))
                    .containsExactly(60, 15, 4);
            channel.close().syncUninterruptibly();
        }
    }

    /** Silence before the first question, between two, and how many. */
    private static List<ChannelOption<Integer>> times(Transport transport) {
        return switch (transport) {
            case IO_URING ->
                List.of(
                        IoUringChannelOption.TCP_KEEPIDLE,
                        IoUringChannelOption.TCP_KEEPINTVL,
                        IoUringChannelOption.TCP_KEEPCNT);
            case EPOLL ->
                List.of(
                        EpollChannelOption.TCP_KEEPIDLE,
                        EpollChannelOption.TCP_KEEPINTVL,
                        EpollChannelOption.TCP_KEEPCNT);
            case NIO ->
                List.of(
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT));
        };
    }

    private static void awaitKept(String whose, int from, int to) throws Exception {
        TestGateway.await(whose, () -> isKept(from, to));
    }

    /** Whether the system has a timer on a connection that waits for no acknowledgement, and goes off in time. */
    private static boolean isKept(int from, int to) throws IOException {
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields[1].endsWith(":%04X".formatted(from))
                        && fields[2].endsWith(":%04X".formatted(to))
                        && fields[5].startsWith("02:")) {
                    return Long.parseLong(fields[5].substring(3), 16) <= KeepAlive.IDLE_SECONDS * TICKS_A_SECOND;
                }
            }
        }
        return false;
    }
}
