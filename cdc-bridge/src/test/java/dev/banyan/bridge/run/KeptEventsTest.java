package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.lake.Manifest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a unit appends to the lake is there once, however the process ends and the units after it are divided. */
class KeptEventsTest {

    /** Parts of ten events: by their number, and by their size. */
    private static final List<LakePart.Limits> LIMITS =
            List.of(new LakePart.Limits(10, Long.MAX_VALUE), new LakePart.Limits(1_000, 10_000));

    /** How many events each transaction has. */
    private static final List<Integer> TRANSACTIONS = List.of(4, 7, 25, 3, 0, 31, 10, 11, 2);

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    Path folder;

    @Test
    void theLakeHasEachEventOnceInOrderThoughPartsWereAppendedBeforeAKillAndUnitsDifferAfterIt() {
        var kills = 0;
        for (var seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var limits = LIMITS.get(seed % 2);
            var settings = new Lake.Settings(folder.resolve("lake" + seed), "/test", 2_000, Duration.ofMinutes(15));
            for (var stored = 0; stored < TRANSACTIONS.size(); ) {
                try (var lake = Lake.open(settings, InstantSource.system())) {
                    while (stored < TRANSACTIONS.size()) {
                        var end = Math.min(TRANSACTIONS.size(), stored + 1 + random.nextInt(4));
                        deliver(lake, stored, end, limits, random);
                        stored = end;
                    }
                } catch (Killed e) {
                    kills++;
                }
            }
            assertThat(inLake(settings)).as("seed " + seed).isEqualTo(all());
        }
        assertThat(kills).isPositive();
    }

    @Test
    void aLargeTransactionOfAnotherLogIsKeptThoughItsNumberIsNamedAlready() {
        var settings = new Lake.Settings(folder.resolve("lake"), "/test", 2_000, Duration.ofMinutes(15));
        try (var lake = Lake.open(settings, InstantSource.system())) {
            for (var system : List.of("first", "second")) {
                var kept = new KeptEvents(LIMITS.getFirst());
                kept.add(events(2), new HubPosition("store", system, 1, 3));
                kept.appendTo(lake, () -> {});
            }
        }
        assertThat(inLake(settings)).hasSize(2 * TRANSACTIONS.get(2));
    }

    @Test
    void oneAppendHasNoMoreThanAPartAndOneEvent() {
        var settings = new Lake.Settings(folder.resolve("lake"), "/test", 1, Duration.ofMinutes(15));
        var parts = new AtomicInteger();
        try (var lake = Lake.open(settings, InstantSource.system())) {
            var kept = new KeptEvents(LIMITS.getLast());
            for (var number = 0; number < TRANSACTIONS.size(); number++) {
                kept.add(events(number), position(number));
            }
            kept.appendTo(lake, parts::incrementAndGet);
        }
        assertThat(parts).as("of 25, 31 and 11").hasValue(2 + 3 + 1);
        assertThat(new LakeReader(settings.place()).manifests())
                .as("each append is a segment of its own")
                .extracting(Manifest::events)
                .containsExactly(4L, 7L, 10L, 10L, 8L, 10L, 10L, 10L, 1L, 10L, 10L, 3L);
        assertThat(inLake(settings)).isEqualTo(all());
    }

    @Test
    void partsMayEndElsewhereAfterAKill() {
        var settings = new Lake.Settings(folder.resolve("lake"), "/test", 2_000, Duration.ofMinutes(15));
        var kills = 0;
        for (var size : List.of(10, 7, 4)) {
            try (var lake = Lake.open(settings, InstantSource.system())) {
                var kept = new KeptEvents(new LakePart.Limits(size, Long.MAX_VALUE));
                kept.add(events(5), position(5));
                var left = new AtomicInteger(size == 10 ? 2 : 4);
                kept.appendTo(lake, () -> {
                    if (size != 4 && left.decrementAndGet() == 0) {
                        throw new Killed();
                    }
                });
            } catch (Killed e) {
                kills++;
            }
        }
        assertThat(kills).isEqualTo(2);
        assertThat(inLake(settings))
                .isEqualTo(events(5).stream().map(DomainEvent::id).toList());
    }

    @Test
    void aMappingThatWasMendedBetweenTwoPartsLosesNoEventOfIts() {
        var settings = new Lake.Settings(folder.resolve("lake"), "/test", 2_000, Duration.ofMinutes(15));
        var mended = new ArrayList<>(events(5));
        mended.add(0, event("5-first"));
        mended.remove(25);
        for (var isMended : List.of(false, true)) {
            try (var lake = Lake.open(settings, InstantSource.system())) {
                var kept = new KeptEvents(LIMITS.getFirst());
                if (!lake.covers(position(4))) {
                    kept.add(events(0), position(4));
                }
                kept.add(isMended ? mended : events(5), position(5));
                kept.appendTo(lake, () -> {
                    if (!isMended) {
                        throw new Killed();
                    }
                });
            } catch (Killed e) {
                assertThat(isMended).isFalse();
            }
        }
        assertThat(inLake(settings))
                .as("what was there, and all that the mended mapping gives")
                .containsSubsequence(mended.stream().map(DomainEvent::id).toList())
                .hasSize(TRANSACTIONS.getFirst() + 10 + mended.size());
    }

    /** One unit, at each part of which the process may end. */
    private static void deliver(Lake lake, int from, int end, LakePart.Limits limits, Random random) {
        var kept = new KeptEvents(limits);
        for (var number = from; number < end; number++) {
            if (!lake.covers(position(number))) {
                var events = events(number);
                kept.add(events.subList(0, events.size() / 2), position(number));
                kept.add(events.subList(events.size() / 2, events.size()), position(number));
            }
        }
        kept.appendTo(lake, () -> {
            if (random.nextInt(3) == 0) {
                throw new Killed();
            }
        });
    }

    private static HubPosition position(int transaction) {
        return new HubPosition("store", "system", 1, transaction + 1);
    }

    private static List<DomainEvent> events(int transaction) {
        return IntStream.range(0, TRANSACTIONS.get(transaction))
                .mapToObj(number -> event(transaction + "-" + number))
                .toList();
    }

    private static DomainEvent event(String id) {
        return new DomainEvent(
                id, "t.Added.v1", "t", "one/1", Instant.EPOCH, id, "tx", false, List.of(), null, Cause.UNKNOWN, "{}");
    }

    private static List<String> all() {
        return IntStream.range(0, TRANSACTIONS.size())
                .boxed()
                .flatMap(number -> events(number).stream())
                .map(DomainEvent::id)
                .toList();
    }

    private static List<String> inLake(Lake.Settings settings) {
        var ids = new ArrayList<String>();
        new LakeReader(settings.place())
                .read(LakeFilter.ALL, 0, record -> ids.add(record.event().id()));
        return ids;
    }
}
