package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Backend;
import dev.banyan.rules.PathModel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a breaker hears of calls that were admitted before it opened. */
class LiveBackendTest {

    private static final int OLD = 10;

    private BackendAddresses addresses;
    private LiveBackend backend;
    /** When calls began that are still under way. */
    private long before;

    @BeforeEach
    void halfOpen() {
        addresses = new BackendAddresses(null, _ -> false);
        backend = new LiveBackend(
                new Backend(
                        "new",
                        List.of(URI.create("http://127.0.0.1:1")),
                        false,
                        null,
                        Backend.Timeouts.UNSET,
                        100,
                        null,
                        new Backend.CircuitBreaker(5_000, 2, 2, Duration.ofMillis(1), 2),
                        PathModel.UNKNOWN,
                        null,
                        null,
                        null,
                        List.of(),
                        0),
                null,
                null,
                addresses);
        before = System.nanoTime();
        for (int i = 0; i < OLD; i++) {
            assertThat(backend.enter(true)).isNull();
        }
        for (int i = 0; i < 2; i++) {
            assertThat(backend.enter(true)).isNull();
            backend.report(Failure.CONNECT, System.nanoTime(), 1, true);
            backend.leave();
        }
        assertThat(backend.breakerState()).isEqualTo("open");
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (backend.enter(true) != null) {
            assertThat(System.nanoTime() - until).isNegative();
            Thread.onSpinWait();
        }
        assertThat(backend.enter(true)).isNull();
        assertThat(backend.enter(true)).isEqualTo(Failure.BREAKER_OPEN);
        assertThat(backend.breakerState()).isEqualTo("half_open");
    }

    @AfterEach
    void close() {
        addresses.close();
    }

    @Test
    void whoLeavesOfThemLetsNobodyIn() {
        for (int i = 0; i < OLD; i++) {
            backend.withdraw(before, 1, true);
            backend.leave();
        }
        assertThat(backend.enter(true)).isEqualTo(Failure.BREAKER_OPEN);
    }

    @Test
    void theirEndsDecideNoTrialAndDoNotOpenItAgain() {
        for (int i = 0; i < OLD / 2; i++) {
            backend.report(Failure.TIMEOUT, before, 1, true);
        }
        assertThat(backend.breakerState()).isEqualTo("half_open");
        backend.report(null, System.nanoTime(), 1, true);
        backend.report(null, System.nanoTime(), 1, true);
        assertThat(backend.breakerState()).isEqualTo("closed");
        for (int i = 0; i < OLD / 2; i++) {
            backend.report(Failure.RESET, before, 1, true);
        }
        assertThat(backend.breakerState()).isEqualTo("closed");
    }

    /** It took one of the trials itself, and another one may have it. */
    @Test
    void aTrialWhoseClientLeavesIsSomebodyElses() {
        backend.withdraw(System.nanoTime(), 1, true);
        assertThat(backend.enter(true)).isNull();
    }
}
