package dev.banyan.cli.load;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long one person thinks between two clicks, and whether the shop is open at all. */
final class Pace {

    private final Crowd crowd;
    private final RandomGenerator random;
    private final Duration mean;

    Pace(Crowd crowd, RandomGenerator random, Duration mean) {
        this.crowd = crowd;
        this.random = random;
        this.mean = mean;
    }

    boolean isOpen() {
        return crowd.isOpen();
    }

    /** Waits between half and one and a half of the mean. */
    void pause() throws InterruptedException {
        crowd.awaitClosed(Duration.ofNanos((long) (mean.toNanos() * (0.5 + random.nextDouble()))));
    }
}
