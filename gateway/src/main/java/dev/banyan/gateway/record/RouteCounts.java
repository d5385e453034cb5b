package dev.banyan.gateway.record;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The counts of one route since the gateway started; they outlive a reload. */
public final class RouteCounts {

    private static final double NANOS_PER_MILLI = 1e6;

    /** One for each side and backend that have met, which are as many as the rules name; replaced as a whole. */
    private volatile Tally[] tallies = {};

    void add(Outcome outcome) {
        of(outcome.assigned(), outcome.backend()).add(outcome);
    }

    private Tally of(Side side, String backend) {
        for (Tally each : tallies) {
            if (each.isOf(side, backend)) {
                return each;
            }
        }
        return make(side, backend);
    }

    private synchronized Tally make(Side side, String backend) {
        for (Tally each : tallies) {
            if (each.isOf(side, backend)) {
                return each;
            }
        }
        var made = new Tally(side, backend);
        Tally[] more = Arrays.copyOf(tallies, tallies.length + 1);
        more[tallies.length] = made;
        tallies = more;
        return made;
    }

    /** Returns the numbers of a side, by their place in a {@link Tally}. */
    long[] sums(Side side) {
        return sums(each -> each.side() == side);
    }

    /** Returns the numbers of all requests, by their place in a {@link Tally}. */
    long[] sums() {
        return sums(_ -> true);
    }

    private long[] sums(Predicate<Tally> which) {
        var sums = new long[Tally.SIZE];
        for (Tally each : tallies) {
            if (which.test(each)) {
                each.addTo(sums);
            }
        }
        return sums;
    }

    /** Returns requests by the side their callers were assigned. */
    public long assigned(Side side) {
        return sums(side)[Tally.REQUESTS];
    }

    /** Returns requests that the assigned side failed, including those the baseline then served. */
    public long errors(Side side) {
        return sums(side)[Tally.ERRORS];
    }

    public long fallbacks() {
        return sums()[Tally.FALLBACKS];
    }

    public long aborted() {
        return sums()[Tally.ABORTED];
    }

    /** Returns replies by the backend that served them. */
    public Map<String, Long> served() {
        var served = new TreeMap<String, Long>();
        for (Tally each : tallies) {
            var numbers = new long[Tally.SIZE];
            each.addTo(numbers);
            long replies = Arrays.stream(numbers, Tally.STATUSES, Tally.STATUSES + Tally.STATUS_CLASSES)
                    .sum();
            if (replies > 0) {
                served.merge(each.backend(), replies, Long::sum);
            }
        }
        return served;
    }

    /** Returns replies by {@code 2xx}, {@code 3xx} and so on. */
    public Map<String, Long> statuses() {
        long[] sums = sums();
        var statuses = new TreeMap<String, Long>();
        for (int digit = 0; digit < Tally.STATUS_CLASSES; digit++) {
            if (sums[Tally.STATUSES + digit] > 0) {
                statuses.put(digit + "xx", sums[Tally.STATUSES + digit]);
            }
        }
        return statuses;
    }

    /** Returns calls that brought no usable reply, by reason; reasons that never happened are left out. */
    public Map<String, Long> failures() {
        long[] sums = sums();
        var failures = new TreeMap<String, Long>();
        for (Failure each : Failure.values()) {
            if (sums[Tally.placeOf(each)] > 0) {
                failures.put(each.name().toLowerCase(Locale.ROOT), sums[Tally.placeOf(each)]);
            }
        }
        return failures;
    }

    /** Returns the mean time to a reply's head in milliseconds, 0 when there was none. */
    public double meanHeadMillis(Side side) {
        long[] sums = sums(side);
        long heads = Arrays.stream(sums, Tally.HEADS, Tally.STATUSES).sum();
        return heads == 0 ? 0 : sums[Tally.HEAD_NANOS] / NANOS_PER_MILLI / heads;
    }
}
