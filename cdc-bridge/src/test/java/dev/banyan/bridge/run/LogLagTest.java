package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLagTest {

    private final LogLag lag = new LogLag();

    @Test
    void nothingIsKnownBeforeTheLogWasMeasuredAndLongAfter() {
        assertThat(lag.millis(0)).isEmpty();
        lag.measured(100, 1_000);
        assertThat(lag.millis(21_000)).hasValue(20_000);
        assertThat(lag.millis(21_001)).isEmpty();
    }

    @Test
    void itIsTheAgeOfTheOldestEndThatIsNotPassed() {
        lag.reached(100);
        lag.measured(100, 1_000);
        assertThat(lag.millis(4_000)).as("all delivered").hasValue(0);
        lag.measured(200, 6_000);
        lag.measured(300, 11_000);
        assertThat(lag.millis(12_000)).hasValue(6_000);
        lag.reached(199);
        assertThat(lag.millis(12_000)).hasValue(6_000);
        lag.reached(200);
        assertThat(lag.millis(12_000)).hasValue(1_000);
        lag.reached(400);
        assertThat(lag.millis(12_000)).hasValue(0);
    }

    @Test
    void aBridgeThatStandsForDaysKeepsFewEndsAndTheOldestOfThem() {
        long last = 0;
        for (int i = 1; i <= 50_000; i++) {
            last = i * 5_000L;
            lag.measured(i, last);
        }
        assertThat(lag.millis(last)).hasValue(last - 5_000);
        lag.reached(49_999);
        assertThat(lag.millis(last).getAsLong()).isLessThanOrEqualTo(5_000);
    }
}
