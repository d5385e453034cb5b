package dev.banyan.bridge.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that went through a file are what they were, as often as they are read. */
class EventBytesTest {

    private static DomainEvent event(int number) {
        return new DomainEvent(
                "id-" + number,
                "t.Added.v1",
                "topic",
                "item/" + number + "/ä\uD83D\uDE00",
                Instant.ofEpochSecond(-number, 123_456_789),
                "0001-00" + number,
                "77",
                number % 2 == 0,
                number % 3 == 0 ? List.of() : List.of("v", "w"),
                number % 5 == 0 ? null : "https://example.org/schema",
                number % 7 == 0
                        ? Cause.UNKNOWN
                        : new Cause(
                                "cause",
                                number % 2 == 0 ? null : "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01"),
                "{\"v\":\"" + "x".repeat(number * 10) + "\"}",
                number % 4 == 0 ? "file:///lake/" + number : null);
    }

    @Test
    void whatComesOutOfAFileEqualsWhatWentIn() {
        var list = new LargeList<>(10, EventBytes.CODEC);
        var expected = new ArrayList<DomainEvent>();
        for (var number = 0; number < 500; number++) {
            assertThat(list.isInFile()).isEqualTo(number > 10);
            list.add(event(number));
            expected.add(event(number));
        }
        for (var time = 0; time < 2; time++) {
            var read = new ArrayList<DomainEvent>();
            list.forEach(read::add);
            assertThat(read).isEqualTo(expected);
        }
        assertThat(list).hasSize(500);
    }
}
