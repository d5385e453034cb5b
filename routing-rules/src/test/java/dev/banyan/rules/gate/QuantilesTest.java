package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantilesTest {

    private static final double AT_95_PERCENT = Math.log(1 / 0.05);
    private static final double RATIO = 1.2;

    @ParameterizedTest
    @CsvSource(textBlock = """
            # candidate's median in times of the baseline's, percentile, looks, what most runs come to
            1.0, 95, 60, PASS
            1.0, 50, 60, PASS
            0.5, 99, 60, PASS
            2.0, 95, 60, FAIL
            1.6, 50, 60, FAIL
            """)
    void clearDifferencesAreFound(double slower, int percentile, int looks, Verdict expected) {
        var random = new Random(21);
        int found = 0;
        for (int run = 0; run < 20; run++) {
            found += looks(random, slower, percentile, 1, looks) == expected ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(19);
    }

    /** A candidate exactly as much slower as is allowed: chance decides in fewer than 5 % of runs, either way. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            95, 1
            95, 10
            50, 1
            """)
    void candidateAtTheLimitIsDecidedByChanceInFewerThan5Percent(int percentile, int ratio) {
        var random = new Random(22);
        int passed = 0;
        int failed = 0;
        int runs = 100;
        for (int run = 0; run < runs; run++) {
            Verdict verdict = looks(random, RATIO, percentile, ratio, 30);
            passed += verdict == Verdict.PASS ? 1 : 0;
            failed += verdict == Verdict.FAIL ? 1 : 0;
        }
        assertThat(passed).isLessThan(runs / 20);
        assertThat(failed).isLessThan(runs / 20);
    }

    private static Verdict looks(Random random, double slower, int percentile, int ratio, int looks) {
        var candidate = new LatencyRecorder();
        var baseline = new LatencyRecorder();
        double p = percentile / 100.0;
        for (int look = 0; look < looks; look++) {
            for (int i = 0; i < 100; i++) {
                candidate.record(Draws.nanos(random, 20 * slower));
                for (int j = 0; j < ratio; j++) {
                    baseline.record(Draws.nanos(random, 20));
                }
            }
            var ours = candidate.soFar().buckets();
            var theirs = baseline.soFar().buckets();
            if (Quantiles.againstAtLeast(ours, theirs, p, RATIO) >= AT_95_PERCENT) {
                return Verdict.PASS;
            }
            if (Quantiles.againstAtMost(ours, theirs, p, RATIO) >= AT_95_PERCENT) {
                return Verdict.FAIL;
            }
        }
        return Verdict.INCONCLUSIVE;
    }

    @Test
    void nothingSeenOnOneSideSaysNothing() {
        var none = Latencies.NONE.buckets();
        var fast = Latencies.of(Duration.ofMillis(5), 10_000).buckets();
        assertThat(Quantiles.againstAtLeast(none, fast, 0.95, RATIO)).isZero();
        assertThat(Quantiles.againstAtLeast(fast, none, 0.95, RATIO)).isLessThan(AT_95_PERCENT);
        assertThat(Quantiles.againstAtMost(none, fast, 0.95, RATIO)).isZero();
        assertThat(Quantiles.againstAtMost(fast, none, 0.95, RATIO)).isLessThan(AT_95_PERCENT);
    }

    @Test
    void manyRepliesOfOneTimeAreEqualToThemselves() {
        var same = Latencies.of(Duration.ofMillis(5), 10_000).buckets();
        assertThat(Quantiles.againstAtLeast(same, same, 0.95, RATIO)).isGreaterThan(AT_95_PERCENT);
        assertThat(Quantiles.againstAtMost(same, same, 0.95, RATIO)).isZero();
    }

    @Test
    void aTimeIsALimitOfItsOwn() {
        var fast = Latencies.of(Duration.ofMillis(5), 1_000).buckets();
        assertThat(Quantiles.againstAtLeast(fast, 0.99, 10_000)).isGreaterThan(AT_95_PERCENT);
        assertThat(Quantiles.againstAtMost(fast, 0.99, 10_000)).isNegative();
        assertThat(Quantiles.againstAtMost(fast, 0.99, 2_000)).isGreaterThan(AT_95_PERCENT);
    }
}
