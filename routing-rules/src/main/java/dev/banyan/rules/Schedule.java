package dev.banyan.rules;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a route stands as its stage says; before and after, it stands as at stage off.
 *
 * @param from the first moment; null is since ever
 * @param until the first moment after; null is for ever
 */
public record Schedule(@Nullable Instant from, @Nullable Instant until) {
    public Schedule {
        if (from == null && until == null) {
            throw new IllegalArgumentException("schedule: empty (expected: from, until or both)");
        }
        if (from != null && until != null && !until.isAfter(from)) {
            throw new IllegalArgumentException("until: " + until + " (expected: after " + from + ")");
        }
    }
}
