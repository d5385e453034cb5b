package dev.banyan.bridge.change;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What hub and lake take. {@code bytes} is what the hub counts of an event, attributes included. With a lake the data of a larger one goes
 * there, which takes {@code lakeBytesMax} of it as UTF-8; 0 without a lake. What is larger still is a fault of its aggregate, and so is an event
 * that the hub has refused for good: {@code refusedById} has what it said.
 */
public record EventLimit(
        long bytesMax, ToLongFunction<DomainEvent> bytes, long lakeBytesMax, Map<String, String> refusedById) {

    private static final int ENVELOPE_BYTES = 16_384;
    private static final int CHARACTER_BYTES_MAX = 6;

    /** As Kafka's key and in two attributes. */
    private static final int SUBJECTS_MAX = 3;

    public static final EventLimit NONE = new EventLimit(Long.MAX_VALUE, _ -> 0, 0);

    public EventLimit {
        refusedById = Map.copyOf(refusedById);
    }

    /** One of sizes alone. */
    public EventLimit(long bytesMax, ToLongFunction<DomainEvent> bytes, long lakeBytesMax) {
        this(bytesMax, bytes, lakeBytesMax, Map.of());
    }

    /** The same, without the events of {@code refusedById}. */
    public EventLimit without(Map<String, String> refusedById) {
        return new EventLimit(bytesMax, bytes, lakeBytesMax, refusedById);
    }

    /** What no hub counts more than of {@code event}: nearly always enough to know that it fits, and cheaper than asking the hub. */
    public static long bytesAtMost(DomainEvent event) {
        return ENVELOPE_BYTES
                + (long) CHARACTER_BYTES_MAX
                        * (event.data().length()
                                + SUBJECTS_MAX * event.subject().length());
    }

    /** Why hub or lake would never take {@code event}; null when they would. */
    public @Nullable String refusal(DomainEvent event) {
        var refused = refusedById.get(event.id());
        if (refused != null) {
            return "an event that the hub refuses: " + refused + " (expected: one that it takes)";
        }
        if (lakeBytesMax > 0) {
            if ((long) CHARACTER_BYTES_MAX * event.data().length() <= lakeBytesMax) {
                return null;
            }
            var found = event.data().getBytes(StandardCharsets.UTF_8).length;
            return found <= lakeBytesMax
                    ? null
                    : "an event with " + found + " bytes of data (expected: at most " + lakeBytesMax
                            + ", which the lake takes)";
        }
        if (bytesAtMost(event) <= bytesMax) {
            return null;
        }
        var found = bytes.applyAsLong(event);
        return found <= bytesMax
                ? null
                : "an event of " + found + " bytes (expected: at most " + bytesMax
                        + ", which the hub takes; with a lake its data would go there)";
    }
}
