package dev.banyan.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * Has the kernel ask a silent peer whether it is still there. One that vanished without a word is found out after two minutes, on
 * whatever waits without a limit of its own: a WebSocket, a stream of events, a reply that has begun. Linux by itself asks after two hours.
 */
public final class KeepAlive {

    /** So long a connection is silent before it is asked about. */
    public static final int IDLE_SECONDS = 60;

    private static final int INTERVAL_SECONDS = 15;

    private static final int ASKED_TIMES = 4;

    private static final Map<ChannelOption<Integer>, Integer> OVER_IO_URING = Map.of(
            IoUringChannelOption.TCP_KEEPIDLE, IDLE_SECONDS,
            IoUringChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
            IoUringChannelOption.TCP_KEEPCNT, ASKED_TIMES);

    private static final Map<ChannelOption<Integer>, Integer> OVER_EPOLL = Map.of(
            EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS,
            EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
            EpollChannelOption.TCP_KEEPCNT, ASKED_TIMES);

    private static final Map<ChannelOption<Integer>, Integer> OVER_NIO = Map.of(
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS,
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS,
            NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), ASKED_TIMES);

    private KeepAlive() {}

    /** For a TCP connection that is open or still to be opened; where the system has no such times it keeps its own. */
    public static void on(Channel channel) {
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        Map<ChannelOption<Integer>, Integer> times =
                switch (channel) {
                    case IoUringSocketChannel _ -> OVER_IO_URING;
                    case EpollSocketChannel _ -> OVER_EPOLL;
                    default -> OVER_NIO;
                };
        times.forEach(channel.config()::setOption);
    }
}
