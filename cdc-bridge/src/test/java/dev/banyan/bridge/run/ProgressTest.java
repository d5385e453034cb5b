package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long a bridge has heard nothing is measured by a clock that nobody sets, and what the hub refused is remembered. */
class ProgressTest {

    private final AtomicReference<Instant> day = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final AtomicLong nanos = new AtomicLong();
    private final Progress progress = new Progress(day::get, nanos::get);

    @Test
    void aDayThatIsSetIsNoSilence() {
        progress.signOfLife();
        day.updateAndGet(now -> now.plus(Duration.ofDays(1)));
        nanos.addAndGet(Duration.ofMillis(20).toNanos());
        assertThat(progress.millisSinceSignOfLife()).isEqualTo(20);
    }

    @Test
    void aDayThatIsSetBackHidesNoSilence() {
        progress.signOfLife();
        day.updateAndGet(now -> now.minus(Duration.ofDays(1)));
        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertThat(progress.millisSinceSignOfLife()).isEqualTo(20_000);
    }

    /** What is skipped of a large transaction because the hub refused it comes again until all of it is delivered. */
    @Test
    void whatTheHubRefusedOfATransactionIsKnownUntilThatIsStored() {
        progress.reached(1, null);
        assertThat(progress.refused(refusals(0, 12_000))).isTrue();
        assertThat(progress.refused(refusals(12_000, 24_000))).isTrue();
        assertThat(progress.refused(refusals(0, 24_000))).as("both are known").isFalse();
        progress.reached(2, null);
        assertThat(progress.refused(refusals(24_000, 24_001))).isTrue();
        assertThat(progress.refusedEvents()).as("more than are kept").hasSize(1);
    }

    private static Map<String, String> refusals(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toMap(id -> "event " + id, _ -> "too wide"));
    }
}
