package dev.banyan.bench;

import java.time.Duration;
import java.util.Set;

/**
 * How much to do: which cases and peers by name, how many rounds, and the length of each. A {@code quick} plan does everything
 * at a fraction of its size, to see that it works.
 */
record Plan(Set<String> cases, Set<String> peers, int rounds, Duration length, boolean quick) {

    private static final Duration SETTLE_MAX = Duration.ofMillis(300);
    private static final int ROUNDS_MAX = 1_000;

    /** Compilers need processor time, not turns: shorter ones would end a warm-up while they still work. */
    private static final Duration WARM_UP_TURN_MIN = Duration.ofSeconds(1);

    private static final Duration WARM_UP_MAX = Duration.ofSeconds(40);

    Plan {
        if (rounds < 1 || rounds > ROUNDS_MAX) {
            throw new IllegalArgumentException("rounds: " + rounds + " (expected: 1.." + ROUNDS_MAX + ")");
        }
        if (length.toMillis() < 20 || length.toMinutes() > 60) {
            throw new IllegalArgumentException("seconds: " + length.toMillis() / 1000.0 + " (expected: 0.02..3600)");
        }
        cases = Set.copyOf(cases);
        peers = Set.copyOf(peers);
    }

    /** Returns the least turns for which a JVM that has just started is warmed up: it compiles for some seconds. */
    int warmUpTurnsMin() {
        return quick ? 1 : 4;
    }

    /** Returns how long a turn of a JVM's warm-up is. */
    Duration warmUpTurn() {
        return quick || length.compareTo(WARM_UP_TURN_MIN) > 0 ? length : WARM_UP_TURN_MIN;
    }

    /** Returns the most turns for which it is, if it is slow or still compiles. */
    int warmUpTurnsMax() {
        return quick ? 1 : Math.max(warmUpTurnsMin(), (int) WARM_UP_MAX.dividedBy(warmUpTurn()));
    }

    /** Returns how long a program that compiles nothing is warmed up. */
    Duration warmUp() {
        return length.dividedBy(2);
    }

    /** Returns how long an open loop runs before its latencies count. */
    Duration settle() {
        return length.compareTo(SETTLE_MAX) < 0 ? length : SETTLE_MAX;
    }

    /** Returns {@code size}, or a part of it that quick plans can afford. */
    long scaled(long size) {
        return quick ? Math.max(1, size / 200) : size;
    }
}
