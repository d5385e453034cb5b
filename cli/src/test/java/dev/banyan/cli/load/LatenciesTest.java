package dev.banyan.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void percentilesAreWithinThreePercent() {
        var latencies = new Latencies();
        for (var millis = 1; millis <= 1000; millis++) {
            latencies.add(Duration.ofMillis(millis));
        }
        assertThat(latencies.count()).isEqualTo(1000);
        assertThat(latencies.percentileMillis(50)).isCloseTo(500, within(15.0));
        assertThat(latencies.percentileMillis(99)).isCloseTo(990, within(30.0));
    }

    @Test
    void nothingMeasuredIsZero() {
        assertThat(new Latencies().percentileMillis(99)).isZero();
    }
}
