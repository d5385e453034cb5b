package dev.banyan.bridge.change;

import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How large an event may be for the hub it goes to. {@code bytes} is what the hub counts of an event, attributes included. With
 * {@code isClaimed} the data of a larger one goes elsewhere; without, it is a fault of its aggregate.
 */
public record EventLimit(long bytesMax, ToLongFunction<DomainEvent> bytes, boolean isClaimed) {

    private static final int ENVELOPE_BYTES = 16_384;
    private static final int CHARACTER_BYTES_MAX = 6;

    public static final EventLimit NONE = new EventLimit(Long.MAX_VALUE, _ -> 0, false);

    /** Why the hub would never take {@code event}; null when it would. */
    public @Nullable String refusal(DomainEvent event) {
        if (isClaimed
                || bytesMax - ENVELOPE_BYTES
                        >= (long) CHARACTER_BYTES_MAX * event.data().length()) {
            return null; // nearly always, and without counting
        }
        var found = bytes.applyAsLong(event);
        return found <= bytesMax
                ? null
                : "an event of " + found + " bytes (expected: at most " + bytesMax
                        + ", which the hub takes; with a lake its data would go there)";
    }
}
