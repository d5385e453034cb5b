package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {

    private static final double AT_95_PERCENT = Math.log(1 / 0.05);

    @Test
    void nothingSeenSaysNothing() {
        var none = new Share(0, 0);
        assertThat(none.against(0.3)).isZero();
    }

    @Test
    void impossibleSharesAreExcludedByOneTrial() {
        assertThat(new Share(1, 10).against(0)).isInfinite();
        assertThat(new Share(9, 10).against(1)).isInfinite();
    }

    /** Watching all the time: the true share may be outside the bounds at any look in at most 5 % of runs. */
    @Test
    void trueShareStaysInsideAtEveryLook() {
        var random = new Random(42);
        int runs = 2_000;
        int left = 0;
        for (int run = 0; run < runs; run++) {
            double truth = new double[] {0.001, 0.01, 0.05, 0.5}[run % 4];
            left += everOutside(random, truth) ? 1 : 0;
        }
        assertThat(left).isLessThan((int) (runs * 0.05));
        assertThat(left).as("the bound is not void").isPositive();
    }

    private static boolean everOutside(Random random, double truth) {
        long count = 0;
        for (int trials = 1; trials <= 3_000; trials++) {
            count += random.nextDouble() < truth ? 1 : 0;
            if (new Share(count, trials).against(truth) >= AT_95_PERCENT) {
                return true;
            }
        }
        return false;
    }

    /** The published decisions of a gate at 0.5 %: how many pairs half of the runs need. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            # true share in %, what is decided, median of pairs
            0,    PASS, 1450
            0.1,  PASS, 2600
            0.25, PASS, 7750
            2,    FAIL, 500
            5,    FAIL, 100
            """)
    void decidesAfterThePublishedNumberOfPairs(double percent, Verdict verdict, int median) {
        int runs = 150;
        var random = new Random(7);
        int[] decidedAfter = new int[runs];
        for (int run = 0; run < runs; run++) {
            decidedAfter[run] = decide(random, percent / 100, verdict);
        }
        Arrays.sort(decidedAfter);
        // The published figures were read at every 50th pair, and are medians of 150 runs themselves.
        assertThat((double) decidedAfter[runs / 2]).isCloseTo(median, within(0.2 * median + 50));
    }

    private static int decide(Random random, double truth, Verdict expected) {
        long count = 0;
        for (int trials = 1; trials <= 40_000; trials++) {
            count += random.nextDouble() < truth ? 1 : 0;
            if (trials % 25 != 0) {
                continue;
            }
            var share = new Share(count, trials);
            boolean pass = share.againstAtLeast(0.005) >= AT_95_PERCENT;
            boolean fail = share.againstAtMost(0.005) >= AT_95_PERCENT;
            if (pass || fail) {
                assertThat(pass ? Verdict.PASS : Verdict.FAIL).isEqualTo(expected);
                return trials;
            }
        }
        return 40_000;
    }
}
