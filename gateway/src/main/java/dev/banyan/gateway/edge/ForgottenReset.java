package dev.banyan.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Tells of a reset that Netty 4.2 does not tell of over io_uring. */
public final class ForgottenReset {

    /*
     * Netty polls by one standing order, which tells of each event once, and drops an event that comes before it has read what was sent
     * before. After that read the kernel says that more is to come when the other side has ended, but not when it has reset. A new poll for
     * each read (io.netty.iouring.pollAddMultishotEnabled=false) would be told, but Netty leaves it standing when it closes behind a write,
     * and the socket stays open with it.
     */

    /** Connections look this often at least: until then a call of a client that was reset stays at its backend. */
    public static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** The state of Linux's TCP in which nothing can come or go. */
    private static final int CLOSED = 7;

    /** Within this a read that is under way, or can be, has brought what came before the reset. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Predicate<ChannelHandlerContext> reading;
    private final Consumer<ChannelHandlerContext> told;
    private long reads;
    private boolean looking;

    /**
     * One for each connection that is looked at after its reads; it tells {@code told} of a reset once all that came before it has been
     * read. While {@code reading} says that nobody wants to read, what is there still waits.
     */
    public ForgottenReset(Predicate<ChannelHandlerContext> reading, Consumer<ChannelHandlerContext> told) {
        this.reading = reading;
        this.told = told;
    }

    /** Looks for a reset behind a read. */
    public void afterRead(ChannelHandlerContext context) {
        reads++;
        if (!looking && isOf(context.channel())) {
            looking = true;
            lookAgain(context);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it sees that the connection has been closed
    private void lookAgain(ChannelHandlerContext context) {
        long before = reads;
        boolean wanted = reading.test(context);
        context.executor()
                .schedule(
                        () -> {
                            if (!isOf(context.channel())) {
                                looking = false;
                            } else if (wanted && reading.test(context) && reads == before) {
                                told.accept(context);
                            } else {
                                lookAgain(context);
                            }
                        },
                        AGAIN_NANOS,
                        TimeUnit.NANOSECONDS);
    }

    /** Whether the other side has reset {@code channel}, which we have not closed; one system call, over io_uring only. */
    public static boolean isOf(Channel channel) {
        try {
            return channel instanceof IoUringSocketChannel socket
                    && socket.isActive()
                    && socket.tcpInfo().state() == CLOSED;
        } catch (ChannelException e) {
            return false; // it is being closed
        }
    }
}
