package dev.banyan.gateway.faults;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Which faults there were, when, and what each of them can explain. */
public final class FaultLog {

    /** A reply that broke off; every other end that a client can see is a status. */
    public static final String BROKEN = "broken";

    /** A backend lets no call through because many before had failed. */
    public static final String BREAKER = "breaker";

    /** A call that was sent within a fault is counted by the breaker when its time is up, 0.7 s later, and a busy machine is slow. */
    private static final long TOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(1_200);

    /**
     * A fault that is over. What it fails ran while it did: who sends once it is over is served.
     *
     * @param sides those whose calls it may fail
     * @param ends how a call may end for it, as statuses and {@link #BROKEN}
     * @param from when it began, as {@code to}, by {@link System#nanoTime}
     */
    public record Fault(String name, Set<String> sides, Set<String> ends, long from, long to) {}

    private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();

    public void add(String name, Set<String> sides, long from, long to) {
        faults.add(new Fault(name, sides, ends(name), from, to));
    }

    private static Set<String> ends(String name) {
        return switch (name) {
            case "stop" -> Set.of("504");
            case "kill", "reset" -> Set.of("502", BROKEN);
            case "cut", "standstill" -> Set.of("502", "504");
            case BREAKER -> Set.of("503");
            default -> Set.of();
        };
    }

    /** Returns those at {@code side} while a call ran, from then to then. */
    List<Fault> at(String side, long from, long to) {
        return faults.stream()
                .filter(fault -> fault.sides().contains(side))
                .filter(fault -> fault.from() - to <= 0 && from - fault.to() <= 0)
                .toList();
    }

    /** Returns the times that a breaker opened without a fault that its calls failed by. */
    List<Fault> openedForNothing() {
        return faults.stream()
                .filter(fault -> fault.name().equals(BREAKER))
                .filter(opened -> faults.stream()
                        .noneMatch(other -> !other.ends().isEmpty()
                                && !other.name().equals(BREAKER)
                                && other.sides().containsAll(opened.sides())
                                && other.from() - opened.to() <= 0
                                && opened.from() - other.to() <= TOLD_NANOS))
                .toList();
    }
}
