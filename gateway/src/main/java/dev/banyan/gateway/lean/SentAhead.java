package dev.banyan.gateway.lean;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client has sent ahead of the reply it is waiting for, in its order. */
final class SentAhead {

    /** Messages before reading and decoding stop. */
    private static final int MESSAGES_MAX = 16;

    /** Null until the first: most clients never send ahead. */
    private @Nullable ArrayDeque<Object> messages;

    private final Consumer<Boolean> holdBack;
    private boolean full;

    /** {@code holdBack} is told when no more should come, and when it should again. */
    SentAhead(Consumer<Boolean> holdBack) {
        this.holdBack = holdBack;
    }

    boolean isEmpty() {
        return messages == null || messages.isEmpty();
    }

    /** Whether no more should come: so much has waited, and not all of it has gone since. */
    boolean isFull() {
        return full;
    }

    void add(Object message) {
        messages = messages == null ? new ArrayDeque<>() : messages;
        messages.add(message);
        setFull(full || messages.size() >= MESSAGES_MAX);
    }

    /** Returns the next message, or null. */
    @Nullable
    Object poll() {
        Object next = messages == null ? null : messages.poll();
        setFull(full && !isEmpty());
        return next;
    }

    private void setFull(boolean now) {
        if (now != full) {
            full = now;
            holdBack.accept(now);
        }
    }

    void release() {
        if (messages != null) {
            messages.forEach(ReferenceCountUtil::release);
            messages.clear();
            full = false;
        }
    }
}
