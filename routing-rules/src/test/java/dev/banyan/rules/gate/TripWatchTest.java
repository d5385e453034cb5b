package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.Tripwires;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TripWatchTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final TripWatch watch = new TripWatch(new Tripwires(5, 5_000, 20, Duration.ofSeconds(10)));

    @Test
    void errorsInARowTripAndASuccessBeginsAnew() {
        for (int i = 0; i < 4; i++) {
            assertThat(watch.observe(true, false, i)).isEmpty();
        }
        assertThat(watch.observe(false, false, 5)).isEmpty();
        for (int i = 0; i < 4; i++) {
            assertThat(watch.observe(true, false, 6 + i)).isEmpty();
        }
        assertThat(watch.observe(true, false, 11)).hasValue("5 errors of the candidate in a row");
    }

    @Test
    void openBreakerTripsAtOnce() {
        assertThat(watch.observe(true, true, 0)).hasValue("the candidate's circuit breaker is open");
    }

    @Test
    void halfOfTwentyRequestsWithinTenSecondsAreABurst() {
        Optional<String> tripped = Optional.empty();
        int calls = 0;
        while (tripped.isEmpty() && calls < 100) {
            tripped = watch.observe(calls % 2 == 1, false, calls * SECOND / 4);
            calls++;
        }
        assertThat(calls).isEqualTo(20);
        assertThat(tripped).hasValue("10 errors in 20 requests to the candidate within PT10S");
    }

    @Test
    void errorsOfLongAgoAreForgotten() {
        for (int i = 0; i < 200; i++) {
            assertThat(watch.observe(i % 2 == 1, false, i * SECOND)).isEmpty();
        }
    }

    @Test
    void aFewErrorsAmongManyAreNoBurst() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(watch.observe(i % 50 == 0, false, i * 1_000L)).isEmpty();
        }
    }
}
