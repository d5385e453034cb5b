package dev.banyan.bridge.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SendingTest {

    @Test
    @Timeout(30)
    void aCallThatEndsWithAnErrorIsMadeAgain() throws Exception {
        var calls = new AtomicInteger();
        var target = new Target() {
            @Override
            public Limits limits() {
                return new Limits(10, 1_000, 1_000);
            }

            @Override
            public Entry entry(DomainEvent event, String destination) {
                return new Entry(event, destination, event.data(), 10);
            }

            @Override
            public List<Refusal> send(String destination, List<Entry> entries) {
                if (calls.incrementAndGet() == 1) {
                    throw new NoClassDefFoundError("once");
                }
                return List.of();
            }

            @Override
            public String check(String destination) {
                return "";
            }

            @Override
            public void close() {}
        };
        var sending = new Sending(target, new Random(1), Duration.ofSeconds(20), () -> "");
        sending.add(
                new DomainEvent(
                        "e1",
                        "t",
                        "topic",
                        "x/1",
                        Instant.EPOCH,
                        "1",
                        "1",
                        false,
                        List.of(),
                        null,
                        Cause.UNKNOWN,
                        "{}"),
                "there");
        var arrived = new HashSet<String>();

        sending.run(arrived);

        assertThat(arrived).containsExactly("e1");
        assertThat(calls).hasValue(2);
    }
}
