package dev.banyan.bridge.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What neither hub nor lake would ever take is refused before anything is sent. */
class EventLimitTest {

    private static DomainEvent event(String data) {
        return new DomainEvent(
                "1", "t.v1", "t", "x/1", Instant.EPOCH, "1", "tx", false, List.of(), null, Cause.UNKNOWN, data);
    }

    @Test
    void withALakeOnlyWhatTheLakeDoesNotTakeIsRefused() {
        var limit = new EventLimit(10, _ -> 1_000, 100);
        assertThat(limit.refusal(event("x".repeat(100)))).isNull();
        assertThat(limit.refusal(event("x".repeat(101))))
                .isEqualTo("an event with 101 bytes of data (expected: at most 100, which the lake takes)");
        assertThat(limit.refusal(event("\u00e4".repeat(50)))).isNull();
        assertThat(limit.refusal(event("\u00e4".repeat(51)))).startsWith("an event with 102 bytes");
    }

    @Test
    void withoutALakeTheHubDecides() {
        var limit = new EventLimit(20_000, event -> event.data().length() + 500, 0);
        assertThat(limit.refusal(event("x".repeat(19_500)))).isNull();
        assertThat(limit.refusal(event("x".repeat(19_501))))
                .startsWith("an event of 20001 bytes (expected: at most 20000,");
    }
}
