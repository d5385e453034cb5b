package dev.banyan.gateway.record;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How those requests of a route came out that were assigned to one side and that one backend served, as numbers that only grow. */
final class Tally {

    /*
     * All event loops count here, for every request. Each has numbers of its own, so that none waits for another's; only reading
     * adds them up. As nobody else writes them, a plain sum is enough, where an atomic one waits for each place in memory. What nearly every
     * request counts stands together at the beginning: with many routes each request meets numbers that no cache holds, and what it waits for is how many places in memory they are at.
     */

    /** Up to which time a reply's head belongs to which class, in nanoseconds; those beyond are one class more. */
    static final long[] HEAD_NANOS_MAX = {
        5_000_000, 25_000_000, 100_000_000, 500_000_000, 2_000_000_000, 10_000_000_000L
    };

    /** Classes of statuses, by their first digit. */
    static final int STATUS_CLASSES = 10;

    static final int REQUESTS = 0;
    /** All times until a reply's head together. */
    static final int HEAD_NANOS = 1;
    /** Here begin the heads by the class of their time, then the replies by the class of their status. */
    static final int HEADS = 2;

    static final int STATUSES = HEADS + HEAD_NANOS_MAX.length + 1;
    static final int ERRORS = STATUSES + STATUS_CLASSES;
    static final int FALLBACKS = ERRORS + 1;
    static final int ABORTED = FALLBACKS + 1;
    private static final int FAILURES = ABORTED + 1;

    static final int SIZE = FAILURES + Failure.values().length;

    /** The place of all threads beyond those that have numbers of their own: there are as many event loops as processors. */
    private static final int SHARED = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    private static final VarHandle NUMBER = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle NUMBERS = MethodHandles.arrayElementVarHandle(long[][].class);

    private static final AtomicInteger THREADS_SEEN = new AtomicInteger();

    private static final FastThreadLocal<Integer> PLACE = new FastThreadLocal<>() {
        @Override
        protected Integer initialValue() {
            return Math.min(THREADS_SEEN.getAndIncrement(), SHARED);
        }
    };

    private final Side side;
    private final String backend;
    private final long[] @Nullable [] byThread = new long[SHARED + 1][];

    Tally(Side side, String backend) {
        this.side = side;
        this.backend = backend;
    }

    boolean isOf(Side otherSide, String otherBackend) {
        return side == otherSide && backend.equals(otherBackend);
    }

    Side side() {
        return side;
    }

    String backend() {
        return backend;
    }

    void add(Outcome outcome) {
        int place = PLACE.get();
        long[] mine = of(place);
        boolean shared = place == SHARED;
        add(shared, mine, REQUESTS, 1);
        if (outcome.headNanos() > 0) {
            add(shared, mine, HEAD_NANOS, outcome.headNanos());
            add(shared, mine, HEADS + headClass(outcome.headNanos()), 1);
        }
        if (outcome.status() > 0) {
            add(shared, mine, STATUSES + Math.min(outcome.status() / 100, STATUS_CLASSES - 1), 1);
        }
        if (outcome.isError()) {
            add(shared, mine, ERRORS, 1);
        }
        if (outcome.failure() != null) {
            add(shared, mine, placeOf(outcome.failure()), 1);
        }
        if (outcome.fellBack()) {
            add(shared, mine, FALLBACKS, 1);
        }
        if (outcome.aborted()) {
            add(shared, mine, ABORTED, 1);
        }
    }

    /** Where calls are counted that failed for this reason. */
    @SuppressWarnings("EnumOrdinal") // a place in arrays of this process
    static int placeOf(Failure failure) {
        return FAILURES + failure.ordinal();
    }

    private static int headClass(long nanos) {
        int each = 0;
        while (each < HEAD_NANOS_MAX.length && nanos > HEAD_NANOS_MAX[each]) {
            each++;
        }
        return each;
    }

    private static void add(boolean shared, long[] numbers, int which, long more) {
        if (shared) {
            NUMBER.getAndAdd(numbers, which, more);
        } else {
            NUMBER.setOpaque(numbers, which, (long) NUMBER.get(numbers, which) + more);
        }
    }

    private long[] of(int place) {
        long[] known = (long[]) NUMBERS.getAcquire(byThread, place);
        return known != null ? known : make(place);
    }

    private synchronized long[] make(int place) {
        long[] known = byThread[place];
        if (known == null) {
            known = new long[SIZE];
            NUMBERS.setRelease(byThread, place, known);
        }
        return known;
    }

    /** Adds the numbers so far to {@code sums}, which has {@link #SIZE} of them. */
    void addTo(long[] sums) {
        for (int place = 0; place <= SHARED; place++) {
            long[] known = (long[]) NUMBERS.getAcquire(byThread, place);
            for (int i = 0; known != null && i < SIZE; i++) {
                sums[i] += (long) NUMBER.getAcquire(known, i);
            }
        }
    }
}
