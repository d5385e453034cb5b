package dev.banyan.bridge.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyedQueueTest {

    private static Entry entry(int number, String subject, String destination, long bytes) {
        var event = new DomainEvent(
                "e" + number,
                "t",
                "topic",
                subject,
                Instant.EPOCH,
                "%06d".formatted(number),
                "1",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                "{}");
        return new Entry(event, destination, "{}", bytes);
    }

    /** Calls overlap, end in any order and refuse anything: what arrives of a key arrives once and in order, whatever happens. */
    @Test
    void ofEachKeyAtMostOneIsUnderWayAndOrderStandsWhateverIsRefused() {
        for (var seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var limits = new Target.Limits(1 + random.nextInt(5), 100, 60);
            var queue = new KeyedQueue(limits);
            var count = 1 + random.nextInt(40);
            for (var i = 0; i < count; i++) {
                queue.add(entry(i, "k" + random.nextInt(6), "d" + random.nextInt(2), 1 + random.nextInt(60)));
            }
            var underWay = new ArrayList<List<Entry>>();
            var arrived = new HashMap<Entry.Key, String>();
            var total = 0;
            long now = 0;
            while (!queue.isEmpty()) {
                now += random.nextInt(50);
                var batch = queue.take(now, Long.MAX_VALUE);
                if (!batch.isEmpty()) {
                    assertThat(batch).hasSizeLessThanOrEqualTo(limits.entriesMax());
                    assertThat(batch.stream().mapToLong(Entry::bytes).sum()).isLessThanOrEqualTo(100);
                    assertThat(batch.stream().map(Entry::destination).distinct())
                            .hasSize(1);
                    underWay.add(batch);
                    var keys = new HashSet<Entry.Key>();
                    underWay.forEach(call -> call.forEach(
                            each -> assertThat(keys.add(each.key())).isTrue()));
                }
                if (!underWay.isEmpty() && random.nextBoolean()) {
                    for (var each : underWay.remove(random.nextInt(underWay.size()))) {
                        if (random.nextInt(4) == 0) {
                            queue.refused(each, now + random.nextInt(200));
                        } else {
                            queue.arrived(each);
                            total++;
                            var before = arrived.put(each.key(), each.event().sequence());
                            assertThat(each.event().sequence()).isGreaterThan(before == null ? "" : before);
                        }
                    }
                }
            }
            assertThat(total).as("seed " + seed).isEqualTo(count);
        }
    }

    @Test
    void aKeyThatWasRefusedWaitsAndTheOthersGo() {
        var queue = new KeyedQueue(new Target.Limits(10, 1_000, 100));
        queue.add(entry(1, "a", "d", 1));
        queue.add(entry(2, "a", "d", 1));
        queue.add(entry(3, "b", "d", 1));
        var first = queue.take(0, Long.MAX_VALUE);
        assertThat(first).extracting(each -> each.event().id()).containsExactly("e1", "e3");
        queue.refused(first.getFirst(), 500);
        queue.arrived(first.getLast());
        queue.add(entry(4, "b", "d", 1));
        assertThat(queue.take(499, Long.MAX_VALUE))
                .extracting(each -> each.event().id())
                .containsExactly("e4");
        assertThat(queue.nanosToNext(499, 100)).isEqualTo(1);
        assertThat(queue.refusals(first.getFirst())).isEqualTo(1);
        assertThat(queue.take(500, Long.MAX_VALUE))
                .extracting(each -> each.event().id())
                .containsExactly("e1");
    }
}
