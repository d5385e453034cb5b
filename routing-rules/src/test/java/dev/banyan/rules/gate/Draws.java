package dev.banyan.rules.gate;

import java.util.Random;

/** Random numbers for simulations. */
final class Draws {

    private Draws() {}

    /** How many of {@code trials} succeed; rare successes are drawn by the gaps between them. */
    static long binomial(Random random, long trials, double p) {
        if (p <= 0) {
            return 0;
        }
        double logMiss = Math.log1p(-p);
        long successes = 0;
        double position = Math.floor(Math.log(1 - random.nextDouble()) / logMiss);
        while (position < trials) {
            successes++;
            position += 1 + Math.floor(Math.log(1 - random.nextDouble()) / logMiss);
        }
        return successes;
    }

    /** A reply time of a service whose median is {@code medianMillis}, in nanoseconds. */
    static long nanos(Random random, double medianMillis) {
        return (long) (medianMillis * 1e6 * Math.exp(0.5 * random.nextGaussian()));
    }
}
