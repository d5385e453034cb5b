package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void sumsOfSeveralGatewaysAreWhatOneWouldHaveSeen() {
        var random = new Random(1);
        var one = new LatencyRecorder();
        var other = new LatencyRecorder();
        var all = new LatencyRecorder();
        for (int i = 0; i < 10_000; i++) {
            long nanos = Draws.nanos(random, 30);
            (i % 3 == 0 ? one : other).record(nanos);
            all.record(nanos);
        }
        assertThat(one.soFar().plus(other.soFar())).isEqualTo(all.soFar());
        assertThat(all.soFar().minus(one.soFar())).isEqualTo(other.soFar());
    }

    @Test
    void storedFormIsReadBackAndSmall() {
        var random = new Random(2);
        var recorder = new LatencyRecorder();
        for (int i = 0; i < 100_000; i++) {
            recorder.record(Draws.nanos(random, 30));
        }
        Latencies latencies = recorder.soFar();
        assertThat(Latencies.fromBytes(latencies.toBytes())).isEqualTo(latencies);
        assertThat(latencies.toBytes().length).isLessThan(2_000);
        assertThat(Latencies.fromBytes(Latencies.NONE.toBytes())).isEqualTo(Latencies.NONE);
        assertThatThrownBy(() -> Latencies.fromBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void timesBeyondAnHourOrBelowAMicrosecondAreKept() {
        var recorder = new LatencyRecorder();
        recorder.record(0);
        recorder.record(Duration.ofHours(5).toNanos());
        assertThat(recorder.soFar().count()).isEqualTo(2);
    }

    @Test
    void scalingKeepsTheSpread() {
        Latencies usual = Forecast.usualBaseline().latencies();
        Latencies many = usual.scaledTo(123_456);
        assertThat(many.count()).isEqualTo(123_456);
        assertThat(many.millisAt(95)).isCloseTo(usual.millisAt(95), within(0.5));
    }
}
