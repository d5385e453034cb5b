package dev.banyan.gateway.shift;

import dev.banyan.rules.Standpoint;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a route that moves by steps has got to.
 *
 * @param step from 0; -1 before the first, when the steps were edited away under a route
 * @param standpoint what runs; it may differ from the step's own after an edit of the steps
 * @param since when the step was reached
 * @param window the number of the journal entry with which the evidence that counts now began
 * @param windowSince when that was
 * @param splitWindow the last window in which both sides served callers: whom to compare with once nobody gets the
 *     baseline; null before there was one
 * @param retries how often it began again by itself after going back
 */
public record At(
        int step,
        Standpoint standpoint,
        Instant since,
        long window,
        Instant windowSince,
        @Nullable Long splitWindow,
        int retries) {

    At withWindow(long number, Instant now) {
        return new At(step, standpoint, since, number, now, splitWindow, retries);
    }

    At withSince(Instant now) {
        return new At(step, standpoint, now, window, windowSince, splitWindow, retries);
    }

    At withStep(int other) {
        return new At(other, standpoint, since, window, windowSince, splitWindow, retries);
    }
}
