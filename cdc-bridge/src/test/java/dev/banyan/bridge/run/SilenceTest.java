package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilenceTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Silence silence =
            new Silence(new Progress(InstantSource.system(), nanos::get), Duration.ofSeconds(15));

    private boolean isTooLongAfter(Duration time) {
        nanos.addAndGet(time.toNanos());
        return silence.isTooLong();
    }

    /** It looks at every mapped table before it reads, which a slow line or a loaded server makes long. */
    @Test
    void anEngineThatTookLongToStartHasAsLongToReadAsOneThatDidNot() {
        silence.started();
        assertThat(isTooLongAfter(Duration.ofSeconds(40))).isFalse();
        silence.pollingStarted();
        assertThat(silence.isTooLong()).isFalse();
        assertThat(isTooLongAfter(Duration.ofSeconds(14))).isFalse();
        assertThat(isTooLongAfter(Duration.ofSeconds(2))).isTrue();
    }

    @Test
    void aStartHasAnEnd() {
        silence.started();
        assertThat(isTooLongAfter(Duration.ofSeconds(61))).isTrue();
    }
}
