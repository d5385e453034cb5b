package dev.banyan.bridge.run;

import java.time.Duration;

/** Tells an engine on which nothing comes any more from one that begins. */
final class Silence {

    /** How long Debezium may take until it begins to read, for which it looks at every mapped table. */
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Progress progress;
    private final Duration max;
    private volatile boolean polling;

    /** Of an engine that reads, {@code max} at most. */
    Silence(Progress progress, Duration max) {
        this.progress = progress;
        this.max = max;
    }

    void started() {
        progress.signOfLife();
    }

    void pollingStarted() {
        progress.signOfLife(); // first: else a start that took longer than max would be over as it succeeds
        polling = true;
    }

    boolean isPolling() {
        return polling;
    }

    /** True when there was no sign of life for longer than there may be none. */
    boolean isTooLong() {
        var limit = polling ? max : START_MAX; // first: what begins to poll meanwhile has given a sign of life before
        return progress.millisSinceSignOfLife() > limit.toMillis();
    }
}
