package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwoSidesTest {

    private static final double AT_95_PERCENT = Math.log(1 / 0.05);
    private static final double INCREASE = 0.005;

    /** A candidate that is exactly at the limit is rarely passed, however often one looks, and as rarely failed. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # baseline's errors in %, its requests for one of the candidate's
            0.1, 1
            0.3, 10
            2,   1
            2,   99
            """)
    void candidateAtTheLimitIsDecidedByChanceInFewerThan5Percent(double percent, int ratio) {
        var random = new Random(11);
        int runs = 400;
        int passed = 0;
        int failed = 0;
        for (int run = 0; run < runs; run++) {
            Verdict verdict = sixtyLooks(random, percent / 100 + INCREASE, percent / 100, ratio);
            passed += verdict == Verdict.PASS ? 1 : 0;
            failed += verdict == Verdict.FAIL ? 1 : 0;
        }
        assertThat(passed).isLessThan(runs / 20);
        assertThat(failed).isLessThan(runs / 20);
    }

    /** The published simulation: 1 % errors on both sides, 60 looks at 100 requests a side. */
    @Test
    void equalServiceFailsInFewerThan5PercentOf60Looks() {
        var random = new Random(12);
        int runs = 2_000;
        int failed = 0;
        for (int run = 0; run < runs; run++) {
            failed += sixtyLooks(random, 0.01, 0.01, 1) == Verdict.FAIL ? 1 : 0;
        }
        assertThat(failed).isLessThan(runs / 20);
    }

    private static Verdict sixtyLooks(Random random, double candidateTruth, double baselineTruth, int ratio) {
        long candidateErrors = 0;
        long baselineErrors = 0;
        for (int look = 1; look <= 60; look++) {
            candidateErrors += Draws.binomial(random, 100, candidateTruth);
            baselineErrors += Draws.binomial(random, 100L * ratio, baselineTruth);
            var candidate = new Share(candidateErrors, look * 100L);
            var baseline = new Share(baselineErrors, 100L * look * ratio);
            if (TwoSides.againstIncreaseAtLeast(candidate, baseline, INCREASE) >= AT_95_PERCENT) {
                return Verdict.PASS;
            }
            if (TwoSides.againstIncreaseAtMost(candidate, baseline, INCREASE) >= AT_95_PERCENT) {
                return Verdict.FAIL;
            }
        }
        return Verdict.INCONCLUSIVE;
    }

    @Test
    void bothSidesTogetherAreAtMostLn3BelowTheBetter() {
        assertThat(TwoSides.together(8, -20)).isGreaterThanOrEqualTo(8 - Math.log(3));
        assertThat(TwoSides.together(4, 5)).isGreaterThanOrEqualTo(9 - Math.log(3));
        assertThat(TwoSides.together(-3, -4)).isLessThan(0);
        assertThat(TwoSides.together(Double.POSITIVE_INFINITY, 1)).isInfinite();
    }

    @Test
    void largeNumbersOfRequestsAreNoTrouble() {
        var candidate = new Share(10_000, 10_000_000);
        var baseline = new Share(10_000, 1_000_000_000);
        assertThat(TwoSides.againstIncreaseAtLeast(candidate, baseline, INCREASE))
                .isGreaterThan(1_000);
        assertThat(TwoSides.againstIncreaseAtMost(candidate, baseline, INCREASE))
                .isZero();
    }
}
