package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A detachment that does not get to an end is told of. */
class DetachingTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Detaching detaching = new Detaching(nanos::get);

    private Set<String> overdueAfter(int seconds, String... ends) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
        return detaching.overdue(Set.of(ends));
    }

    @Test
    void itIsToldOnceAfterAMinute() {
        assertThat(overdueAfter(0, "a")).isEmpty();
        assertThat(overdueAfter(30, "a", "b")).isEmpty();
        assertThat(overdueAfter(30, "a", "b")).containsExactly("a");
        assertThat(overdueAfter(30, "a", "b")).containsExactly("b");
        assertThat(overdueAfter(600, "a", "b")).isEmpty();
    }

    @Test
    void oneThatHasEndedIsForgotten() {
        assertThat(overdueAfter(0, "a")).isEmpty();
        assertThat(overdueAfter(60, "a")).containsExactly("a");
        assertThat(overdueAfter(5)).isEmpty();
        assertThat(overdueAfter(5, "a")).isEmpty();
        assertThat(overdueAfter(60, "a")).containsExactly("a");
    }
}
