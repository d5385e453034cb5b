package dev.banyan.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * What the system knows of a TCP connection: whether the other side has left, and what became of what was written. The system holds megabytes of it, and its room for more does not show a slow reader. Only
 * Linux's own transports tell.
 */
public final class TcpState {

    /** States of Linux's TCP: ended by us, of which the other side does not know yet; reset; and ended by the other side. */
    private static final int FIN_WAIT_1 = 4;

    private static final int CLOSED = 7;

    private static final int CLOSE_WAIT = 8;

    /*
     * What is sent again counts as sent, so that a connection whose other side has vanished would never be quiet. While something is being sent again
     * the time since that side was last heard counts instead: one that has vanished says nothing, and one that is behind a lossy network does.
     */

    private TcpState() {}

    /**
     * Returns how long the other side has let nothing more be sent, in nanoseconds: all was sent, or it has no room, or it acknowledges nothing.
     * {@link Long#MAX_VALUE} where nobody knows.
     */
    public static long quietNanos(Channel channel) {
        try {
            long millis =
                    switch (channel) {
                        case IoUringSocketChannel socket -> {
                            var info = socket.tcpInfo();
                            yield info.retransmits() == 0 ? info.lastDataSent() : info.lastAckRecv();
                        }
                        case EpollSocketChannel socket -> {
                            var info = socket.tcpInfo();
                            yield info.retransmits() == 0 ? info.lastDataSent() : info.lastAckRecv();
                        }
                        default -> -1;
                    };
            return millis < 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(millis);
        } catch (ChannelException e) {
            return Long.MAX_VALUE; // it is being closed
        }
    }

    /** Returns how long ago the last bytes came that the other side has sent, in nanoseconds; 0 where nobody knows. */
    static long heardNanos(Channel channel) {
        try {
            long millis =
                    switch (channel) {
                        case IoUringSocketChannel socket -> socket.tcpInfo().lastDataRecv();
                        case EpollSocketChannel socket -> socket.tcpInfo().lastDataRecv();
                        default -> 0;
                    };
            return TimeUnit.MILLISECONDS.toNanos(millis);
        } catch (ChannelException e) {
            return 0; // it is being closed
        }
    }

    /** Whether the other side has ended or reset the connection, though bytes of it may still wait to be read. */
    static boolean hasLeft(Channel channel) {
        int state = state(channel);
        return state == CLOSED || state == CLOSE_WAIT;
    }

    /** Whether our side has ended, and the other one does not have all that was sent before that. */
    static boolean isEndUnderWay(Channel channel) {
        return state(channel) == FIN_WAIT_1;
    }

    private static int state(Channel channel) {
        try {
            return switch (channel) {
                case IoUringSocketChannel socket -> socket.tcpInfo().state();
                case EpollSocketChannel socket -> socket.tcpInfo().state();
                default -> -1;
            };
        } catch (ChannelException e) {
            return CLOSED; // it is being closed
        }
    }
}
