package dev.banyan.bridge.change;

import java.nio.charset.StandardCharsets;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How large an event may be for the hub it goes to. {@code bytes} is what the hub counts of an event, attributes included. With a lake the data of a larger
 * one goes there, which takes {@code lakeBytesMax} of it as UTF-8; 0 without a lake. What is larger still is a fault of its aggregate.
 */
public record EventLimit(long bytesMax, ToLongFunction<DomainEvent> bytes, long lakeBytesMax) {

    private static final int ENVELOPE_BYTES = 16_384;
    private static final int CHARACTER_BYTES_MAX = 6;

    public static final EventLimit NONE = new EventLimit(Long.MAX_VALUE, _ -> 0, 0);

    /** Why hub or lake would never take {@code event}; null when they would. */
    public @Nullable String refusal(DomainEvent event) {
        var most = (long) CHARACTER_BYTES_MAX * event.data().length();
        if (most <= (lakeBytesMax > 0 ? lakeBytesMax : bytesMax - ENVELOPE_BYTES)) {
            return null; // nearly always, and without counting
        }
        if (lakeBytesMax > 0) {
            var found = event.data().getBytes(StandardCharsets.UTF_8).length;
            return found <= lakeBytesMax
                    ? null
                    : "an event with " + found + " bytes of data (expected: at most " + lakeBytesMax
                            + ", which the lake takes)";
        }
        var found = bytes.applyAsLong(event);
        return found <= bytesMax
                ? null
                : "an event of " + found + " bytes (expected: at most " + bytesMax
                        + ", which the hub takes; with a lake its data would go there)";
    }
}
