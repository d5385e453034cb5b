package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Backend;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(run.goodputPerSecond()).isGreaterThan(0.9 * PEAK_PER_SECOND);
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

    /** Why there is no limit unless somebody says what is late. */
    @Test
    void aBackendThatKeepsUpButNeverInTimeIsRefusedCalls() {
        Run run = run(0.7 / 50, 50, limit());
        assertThat(run.refused()).isPositive();
        assertThat(run.goodputPerSecond()).isLessThan(0.7 * PEAK_PER_SECOND / 50);
    }

    @ParameterizedTest
    @CsvSource({"2, 0.6", "5, 0.6", "10, 0.6", "50, 0.4"
    }) // at 50 times, callers give up before the replies that the first limit lets them wait for
    void aBackendThatBecomesSlowKeepsServingWhatItCan(double slower, double share) {
        Run run = run(1, slower, limit());
        assertThat(run.goodputPerSecond()).isGreaterThan(share * PEAK_PER_SECOND / slower);
        assertThat(run.limitAtEnd()).isLessThan((int) (2 * PEAK_PER_SECOND / slower * TARGET_MILLIS / 1000));
    }

    private static WaitingLimit limit() {
        return new WaitingLimit(new Backend.AdaptiveLimit(Duration.ofMillis((long) TARGET_MILLIS), 10), MOST, 0);
    }

    /** Open loop: callers come at {@code load} times the peak, whatever becomes of those before, and leave when they have waited enough. */
    private static Run run(double load, double slower, @org.jspecify.annotations.Nullable WaitingLimit limit) {
        var random = new Random(1);
        var atWork = new PriorityQueue<Working>(Comparator.comparingDouble(Working::end));
        var queue = new ArrayDeque<Caller>(); // of the backend, which does not notice who has left
        var waiting = new ArrayDeque<Caller>();
        double now = 0;
        double end = SECONDS * 1000;
        double nextCall = 0;
        int good = 0;
        int refused = 0;
        double service = SERVICE_MILLIS * slower;
        while (now < end) {
            double nextDone = atWork.isEmpty() ? end : atWork.peek().end();
            double nextLeft = waiting.isEmpty() ? end : waiting.peek().came + PATIENCE_MILLIS;
            if (nextLeft <= Math.min(nextDone, nextCall)) {
                now = nextLeft;
                Caller impatient = waiting.remove();
                if (!impatient.gone && limit != null) {
                    limit.left(nanos(impatient.came), nanos(PATIENCE_MILLIS));
                }
                impatient.gone = true;
            } else if (nextDone <= nextCall) {
                now = nextDone;
                Caller served = atWork.remove().caller();
                if (!served.gone) {
                    good += now > end / 2 ? 1 : 0;
                    if (limit != null) {
                        limit.ended(null, nanos(served.came), nanos(now - served.came));
                    }
                }
                served.gone = true;
                if (!queue.isEmpty()) {
                    atWork.add(new Working(queue.remove(), now + service));
                }
            } else {
                now = nextCall;
                nextCall = now - Math.log(1 - random.nextDouble()) * 1000 / (load * PEAK_PER_SECOND);
                if (limit != null && !limit.enter()) {
                    refused++;
                    continue;
                }
                var caller = new Caller(now);
                waiting.add(caller);
                if (atWork.size() < WORKERS) {
                    atWork.add(new Working(caller, now + service));
                } else {
                    queue.add(caller);
                }
            }
        }
        return new Run(good / (SECONDS / 2), refused, limit == null ? MOST : limit.calls());
    }

    private static final class Caller {
        private final double came;
        /** Served, or tired of waiting. */
        private boolean gone;

        private Caller(double came) {
            this.came = came;
        }
    }

    private record Working(Caller caller, double end) {}

    private static long nanos(double millis) {
        return (long) (millis * 1e6);
    }
}
