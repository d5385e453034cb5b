package dev.banyan.gateway.http2;

import dev.banyan.gateway.edge.Pace;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/** What has been written of a stream's reply and has not left: it waits for the client's window, or for its connection. */
final class Unsent {

    private final Pace pace;
    private @Nullable ChannelFuture last;
    private int writes;
    private long granted;

    Unsent(Pace pace) {
        this.pace = pace;
    }

    /** A part of the reply has been written. */
    void add(ChannelFuture write) {
        if (!write.isDone()) {
            writes++;
            last = write;
            write.addListener(_ -> writes--);
        }
    }

    /** Runs {@code then} once all that was written by now has left or failed; at once when it has. */
    @SuppressWarnings("FutureReturnValueIgnored") // Netty: it returns the same future
    void whenGone(Runnable then) {
        if (last == null) {
            then.run();
        } else {
            last.addListener(_ -> then.run());
        }
    }

    /** The client has opened the stream's window by so many bytes. */
    void granted(int bytes) {
        granted += bytes;
    }

    /**
     * Whether the client has taken too little for too long. {@code drawn} is by how many bytes the stream's window is smaller than one of a
     * new stream, which may be less than 0; with what was granted, that is what has left.
     */
    boolean isStuck(long drawn, long now) {
        if (writes == 0) {
            pace.tookAll();
            return false;
        }
        return pace.isStuck(drawn + granted, now);
    }
}
