package dev.banyan.gateway.shift;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a person, or a trip-wire, asks of a route.
 *
 * @param id the same for a repetition of the same request
 * @param route a name, or {@link Plan#ALL}
 * @param step for {@code promote}: the step it was seen at, so that a repetition does not promote twice; null for any
 * @param by who asks; for a trip-wire, which gateway
 * @param whole for what makes things safer: the key of the route's whole file in the gateway that was asked, whose leader may know another
 */
public record Command(
        UUID id,
        String route,
        Kind kind,
        @Nullable Integer step,
        String by,
        String reason,
        Instant at,
        @Nullable String whole) {

    /** The longest reason. */
    public static final int REASON_CHARS_MAX = 1_000;

    /** The longest name of who asks. */
    public static final int BY_CHARS_MAX = 200;

    /** What is asked. */
    public enum Kind {
        PROMOTE,
        PAUSE,
        RESUME,
        ROLLBACK,
        FREEZE,
        UNFREEZE,
        /** A trip-wire went off. */
        TRIP;

        /** Whether it acts at once, in the gateway that was asked, before it is journalled. */
        boolean isSafety() {
            return this == ROLLBACK || this == TRIP;
        }

        /** Whether it may lead upwards, which needs the store. */
        boolean isUpwards() {
            return this == PROMOTE || this == RESUME || this == UNFREEZE;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Command {
        if (reason.length() > REASON_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "reason: " + reason.length() + " characters (expected: at most " + REASON_CHARS_MAX + ")");
        }
        if (by.isBlank() || by.length() > BY_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "by: " + by.length() + " characters (expected: 1.." + BY_CHARS_MAX + ")");
        }
    }

    /** The same, asked where the route's file has this key. */
    Command under(String wholeFile) {
        return new Command(id, route, kind, step, by, reason, at, wholeFile);
    }
}
