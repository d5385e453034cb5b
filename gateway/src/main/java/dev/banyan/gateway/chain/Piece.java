package dev.banyan.gateway.chain;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a reply on its way between two event loops. Who cancels on one while it is handed over on the other may have it discarded twice, or
 * discarded and handed on (Reactor asks for discarding that can be repeated, and releasing cannot): only the first of these counts.
 */
final class Piece {

    private final AtomicReference<@Nullable ByteBuf> buffer;

    Piece(ByteBuf buffer) {
        this.buffer = new AtomicReference<>(buffer);
    }

    /** Returns the buffer, which is the caller's to release, or null when it was taken or dropped before. */
    @Nullable
    ByteBuf take() {
        return buffer.getAndSet(null);
    }

    /** Nobody is going to take it. */
    void drop() {
        ByteBuf untaken = take();
        if (untaken != null) {
            untaken.release();
        }
    }
}
