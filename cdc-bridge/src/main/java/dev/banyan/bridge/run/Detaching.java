package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The detachments of partitions that have begun: one that was interrupted does not end by itself. One thread uses it. */
final class Detaching {

    /** One that waits for who writes to the partition takes as long as their transactions. */
    private static final Duration UNTOLD_MAX = Duration.ofMinutes(1);

    private final LongSupplier nanoClock;
    private final Map<String, Long> sinceNanosByEnd = new HashMap<>();
    private final Set<String> told = new HashSet<>();

    Detaching(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Of {@code ends}, the statements that would end those that there are now, the ones to be told: that is done once, after a minute. */
    Set<String> overdue(Set<String> ends) {
        var now = nanoClock.getAsLong();
        sinceNanosByEnd.keySet().retainAll(ends);
        told.retainAll(ends);
        var overdue = new HashSet<String>();
        for (var end : ends) {
            var since = sinceNanosByEnd.computeIfAbsent(end, _ -> now);
            if (now - since >= UNTOLD_MAX.toNanos() && told.add(end)) {
                overdue.add(end);
            }
        }
        return overdue;
    }
}
