package dev.banyan.gateway.lean;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What a client has sent ahead of the reply it is waiting for, in its order. */
final class SentAhead {

    /** Messages before reading stops; what was read in one piece still comes. */
    private static final int MESSAGES_MAX = 16;

    /** Null until the first: most clients never send ahead. */
    private @Nullable ArrayDeque<Object> messages;

    boolean isEmpty() {
        return messages == null || messages.isEmpty();
    }

    /** Whether so much waits that no more should be read. */
    boolean isFull() {
        return messages != null && messages.size() >= MESSAGES_MAX;
    }

    void add(Object message) {
        messages = messages == null ? new ArrayDeque<>() : messages;
        messages.add(message);
    }

    /** Returns the next message, or null. */
    @Nullable
    Object poll() {
        return messages == null ? null : messages.poll();
    }

    void release() {
        if (messages != null) {
            messages.forEach(ReferenceCountUtil::release);
            messages.clear();
        }
    }
}
