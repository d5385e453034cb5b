package dev.banyan.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

    private long reads;
    private boolean looking;

    /** One for each connection that is looked at after its reads. */
    public ForgottenReset() {}

    /**
     * Looks for a reset behind a read, and runs {@code told} once all that came before it has been read. While {@code reading} says that
     * nobody wants to read, what is there still waits.
     */
    public void afterRead(ChannelHandlerContext context, BooleanSupplier reading, Runnable told) {
        reads++;
        if (!looking && isOf(context.channel())) {
            looking = true;
            lookAgain(context, reading, told);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it sees that the connection has been closed
    private void lookAgain(ChannelHandlerContext context, BooleanSupplier reading, Runnable told) {
        long before = reads;
        boolean wanted = reading.getAsBoolean();
        context.executor()
                .schedule(
                        () -> {
                            if (!isOf(context.channel())) {
                                looking = false;
                            } else if (wanted && reading.getAsBoolean() && reads == before) {
                                told.run();
                            } else {
                                lookAgain(context, reading, told);
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
