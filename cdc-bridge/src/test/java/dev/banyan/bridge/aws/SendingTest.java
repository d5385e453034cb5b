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
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

class SendingTest {

    private static Target target(Target.Limits limits, long bytes, Function<List<Entry>, List<Target.Refusal>> sent) {
        return new Target() {
            @Override
            public Limits limits() {
                return limits;
            }

            @Override
            public Entry entry(DomainEvent event, String destination) {
                return new Entry(event, destination, event.data(), bytes);
            }

            @Override
            public List<Refusal> send(String destination, List<Entry> entries) {
                return sent.apply(entries);
            }

            @Override
            public String check(String destination) {
                return "";
            }

            @Override
            public void close() {}
        };
    }

    private static DomainEvent event(int number) {
        return new DomainEvent(
                "e" + number,
                "t",
                "topic",
                "x/" + number,
                Instant.EPOCH,
                "1",
                "1",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                "{}");
    }

    @Test
    @Timeout(30)
    void aCallThatEndsWithAnErrorIsMadeAgain() throws Exception {
        var calls = new AtomicInteger();
        var target = target(new Target.Limits(10, 1_000, 1_000), 10, _ -> {
            if (calls.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("once");
            }
            return List.of();
        });
        var sending = new Sending(target, new Random(1), Duration.ofSeconds(20), () -> "", new CallSize());
        sending.add(event(1), "there");
        var arrived = new HashSet<String>();

        sending.run(arrived);

        assertThat(arrived).containsExactly("e1");
        assertThat(calls).hasValue(2);
    }

    /** A command has one publish to find out in, and its successor begins with large calls again. */
    @Test
    @Timeout(30)
    void whoSendsOnceOverAThinLineGivesUpOnlyWhenSmallerCallsAreLateToo() throws Exception {
        var target = target(new Target.Limits(10, 1_000_000, 1_000_000), 100_000, entries -> {
            if (entries.size() > 1) {
                throw ApiCallTimeoutException.create(10_000);
            }
            return List.of();
        });
        var sending = new Sending(target, new Random(1), Duration.ZERO, () -> "", new CallSize());
        sending.add(event(1), "there");
        sending.add(event(2), "there");
        var arrived = new HashSet<String>();

        sending.run(arrived);

        assertThat(arrived).containsExactlyInAnyOrder("e1", "e2");
    }

    /** Over a thin line a call of the most bytes never ends in its time. */
    @Test
    @Timeout(60)
    void aCallThatDoesNotEndInItsTimeIsMadeAgainWithFewerBytes() throws Exception {
        var late = new AtomicInteger();
        var target = target(new Target.Limits(500, 5 << 20, 1 << 20), 10_000, entries -> {
            if (entries.size() > 100) {
                late.incrementAndGet();
                throw ApiCallTimeoutException.create(10_000);
            }
            return List.of();
        });
        var size = new CallSize();
        for (var publish = 0; publish < 4; publish++) {
            late.set(0);
            var sending = new Sending(target, new Random(1), Duration.ofSeconds(20), () -> "", size);
            for (var number = 0; number < 300; number++) {
                sending.add(event(number), "there");
            }
            var arrived = new HashSet<String>();
            sending.run(arrived);
            assertThat(arrived).hasSize(300);
        }
        assertThat(late).as("in the last publish").hasValue(0);
    }
}
