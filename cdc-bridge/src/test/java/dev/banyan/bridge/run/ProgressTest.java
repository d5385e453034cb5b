package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How long a bridge has heard nothing is measured by a clock that nobody sets. */
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
}
