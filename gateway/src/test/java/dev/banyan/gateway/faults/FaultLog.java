package dev.banyan.gateway.faults;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Which faults there were, and when. */
public final class FaultLog {

    /** What was on its way as a fault ended has come to its end by then, and the breaker that it opened lets calls through again. */
    static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /**
     * A fault that is over.
     *
     * @param sides those whose calls it may fail
     * @param from when it began, as {@code to}, by {@link System#nanoTime}
     */
    public record Fault(String name, Set<String> sides, long from, long to) {}

    private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();

    public void add(Fault fault) {
        faults.add(fault);
    }

    /** Returns those that may have failed a call at one of {@code sides} which ran from then to then. */
    List<Fault> at(Set<String> sides, long from, long to) {
        return faults.stream()
                .filter(fault -> fault.sides().stream().anyMatch(sides::contains))
                .filter(fault -> fault.from() - to <= 0 && from - fault.to() <= AFTER_NANOS)
                .toList();
    }
}
