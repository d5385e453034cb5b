package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTest {

    private final Rate rate = new Rate();

    private void at(long millis, long count) {
        rate.add(TimeUnit.MILLISECONDS.toNanos(millis), count);
    }

    @Test
    void itIsNotKnownUntilASecondHasPassed() {
        assertThat(rate.perSecond()).isEmpty();
        at(0, 0);
        at(999, 5_000);
        assertThat(rate.perSecond()).isEmpty();
        at(2_000, 6_000);
        assertThat(rate.perSecond()).hasValue(3_000);
    }

    @Test
    void whatIsLongAgoDoesNotCount() {
        at(0, 0);
        at(1_000, 1_000_000);
        at(12_000, 1_000_000);
        at(14_000, 1_004_000);
        assertThat(rate.perSecond()).hasValue(2_000);
    }
}
