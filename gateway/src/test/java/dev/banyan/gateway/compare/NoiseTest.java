package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            # controls, differing, comparisons, differing, noise
              0,         0,        1000,        900,       UNKNOWN
              29,        29,       1000,        1000,      UNKNOWN
              30,        30,       1000,        1000,      NOISY
              100,       0,        1000,        500,       REAL
              100,       50,       1000,        500,       NOISY
              100,       50,       1000,        900,       REAL
              100,       50,       1000,        100,       NOISY
              100,       4,        1000,        20,        UNKNOWN
              100,       10,       0,           0,         NOISY
              100,       0,        1000,        0,         UNKNOWN
              1000,      1,        1000,        30,        REAL
            """)
    void aPathIsNoiseIfTheCandidateIsNoWorseThanTheBaseline(
            long controls, long controlsDiffering, long comparisons, long differing, Noise expected) {
        assertThat(Noise.of(controls, controlsDiffering, comparisons, differing))
                .isEqualTo(expected);
    }

    @Test
    void equalRatesAreCalledRealInAboutOneOfTwenty() {
        var random = new Random(7);
        int real = 0;
        for (int run = 0; run < 2_000; run++) {
            long controls = binomial(random, 300, 0.3);
            long differing = binomial(random, 3_000, 0.3);
            real += Noise.of(300, controls, 3_000, differing) == Noise.REAL ? 1 : 0;
        }
        assertThat(real).isBetween(50, 160);
    }

    @Test
    void aRateThatIsThirdHigherIsMostlySeen() {
        var random = new Random(8);
        int real = 0;
        for (int run = 0; run < 500; run++) {
            long controls = binomial(random, 300, 0.3);
            long differing = binomial(random, 3_000, 0.4);
            real += Noise.of(300, controls, 3_000, differing) == Noise.REAL ? 1 : 0;
        }
        assertThat(real).isGreaterThan(450);
    }

    private static long binomial(Random random, int trials, double rate) {
        return random.doubles(trials).filter(each -> each < rate).count();
    }
}
