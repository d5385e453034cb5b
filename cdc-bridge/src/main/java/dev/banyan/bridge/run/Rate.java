package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How fast a count has grown of late. One thread uses it. */
final class Rate {

    private static final Duration OVER = Duration.ofSeconds(10);
    private static final Duration OVER_MIN = Duration.ofSeconds(1);

    private record Sample(long nanos, long count) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** The count is {@code count} now, at {@code nanos} of a clock that only runs forward. */
    void add(long nanos, long count) {
        samples.addLast(new Sample(nanos, count));
        while (nanos - samples.getFirst().nanos > OVER.toNanos() && samples.size() > 2) {
            samples.removeFirst();
        }
    }

    /** By how much it grows in a second; empty until it was watched for one. */
    OptionalLong perSecond() {
        if (samples.size() < 2) {
            return OptionalLong.empty();
        }
        var nanos = samples.getLast().nanos - samples.getFirst().nanos;
        return nanos < OVER_MIN.toNanos()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.round(
                        (samples.getLast().count - samples.getFirst().count) * (double) OVER_MIN.toNanos() / nanos));
    }

    void clear() {
        samples.clear();
    }
}
