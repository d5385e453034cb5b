package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Backend;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit of calls that wait, against a backend of 20 workers whose time is a number. */
class WaitingLimitTest {

    private static final int WORKERS = 20;
    private static final double SERVICE_MILLIS = 20;
    private static final double PEAK_PER_SECOND = WORKERS * 1000 / SERVICE_MILLIS;
    private static final double PATIENCE_MILLIS = 2_000;
    private static final double TARGET_MILLIS = 500;
    private static final int MOST = 5_000;
    private static final double SECONDS = 60;

    /** What came of a run: calls that were served before their callers gave up, and the highest limit and the lowest at its end. */
    private record Run(double goodputPerSecond, int refused, int limitAtEnd) {}

    @Test
    void goodputStaysNearThePeakAtThreeTimesTheLoad() {
        Run run = run(3, 1, limit());
        assertThat(run.goodputPerSecond()).isGreaterThan(0.8 * PEAK_PER_SECOND);
    }

    @Test
    void withoutItNobodyIsServedInTime() {
        Run run = run(3, 1, null);
        assertThat(run.goodputPerSecond()).isLessThan(0.2 * PEAK_PER_SECOND);
    }

    @Test
    void aBackendThatKeepsUpIsNotLimited() {
        Run run = run(0.7, 1, limit());
        assertThat(run.refused()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {2, 5, 10})
    void aBackendThatBecomesSlowKeepsServingWhatItCan(double slower) {
        Run run = run(1, slower, limit());
        assertThat(run.goodputPerSecond()).isGreaterThan(0.6 * PEAK_PER_SECOND / slower);
        assertThat(run.limitAtEnd()).isLessThan((int) (2 * PEAK_PER_SECOND / slower * TARGET_MILLIS / 1000));
    }

    private static WaitingLimit limit() {
        return new WaitingLimit(new Backend.AdaptiveLimit(Duration.ofMillis((long) TARGET_MILLIS), 10), MOST, 0);
    }

    /** Open loop: callers come at {@code load} times the peak, whatever becomes of those before. */
    private static Run run(double load, double slower, @org.jspecify.annotations.Nullable WaitingLimit limit) {
        var random = new Random(1);
        var busyUntil =
                new PriorityQueue<double[]>((a, b) -> Double.compare(a[0], b[0])); // end and beginning of calls at work
        var queue = new ArrayDeque<Double>();
        double now = 0;
        double end = SECONDS * 1000;
        double nextCall = 0;
        int good = 0;
        int refused = 0;
        double service = SERVICE_MILLIS * slower;
        while (now < end) {
            double[] done = busyUntil.peek();
            if (done != null && done[0] <= nextCall) {
                now = done[0];
                busyUntil.poll();
                double took = now - done[1];
                good += took <= PATIENCE_MILLIS && now > end / 2 ? 1 : 0;
                if (limit != null) {
                    limit.ended(null, nanos(done[1]), nanos(took));
                }
                Double waiting = queue.poll();
                if (waiting != null) {
                    busyUntil.add(new double[] {now + service, waiting});
                }
                continue;
            }
            now = nextCall;
            nextCall = now - Math.log(1 - random.nextDouble()) * 1000 / (load * PEAK_PER_SECOND);
            if (limit == null ? busyUntil.size() + queue.size() >= MOST : !limit.enter()) {
                refused++;
                continue;
            }
            if (busyUntil.size() < WORKERS) {
                busyUntil.add(new double[] {now + service, now});
            } else {
                queue.add(now);
            }
        }
        return new Run(good / (SECONDS / 2), refused, limit == null ? MOST : limit.calls());
    }

    private static long nanos(double millis) {
        return (long) (millis * 1e6);
    }
}
