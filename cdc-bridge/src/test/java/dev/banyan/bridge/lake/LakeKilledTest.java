package dev.banyan.bridge.lake;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.DomainEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Killed at any of its writes, those of the sealer among them, a lake loses and doubles nothing. */
class LakeKilledTest {

    private static final int TRANSACTIONS = 14;

    /** A transaction that is appended in parts. */
    private static final int PARTED = 7;

    private static final Lake.Settings SETTINGS =
            new Lake.Settings(Path.of("memory"), "/shop", 1_500, Duration.ofMinutes(15));

    private final MemoryStorage.Disk disk = new MemoryStorage.Disk();
    private long stored;

    private static List<DomainEvent> events(long lsn) {
        return LongStream.range(0, lsn == PARTED ? 9 : 1 + lsn % 3)
                .mapToObj(number -> LakeContract.event(lsn, (int) number, "shop.T.v1", "x/1", "{}"))
                .toList();
    }

    /** Goes on behind what is stored, to the end or to the death of the process. */
    private void run(MemoryStorage storage) {
        try (var lake = Lake.open(SETTINGS, InstantSource.system(), storage)) {
            for (var lsn = stored + 1; lsn <= TRANSACTIONS; lsn++) {
                var position = LakeContract.position(lsn);
                if (lsn == PARTED && !lake.covers(position)) {
                    var events = events(lsn);
                    for (var from = 0; from < 6; from += 2) {
                        lake.appendOnce("transaction 7", from, events.subList(from, from + 2));
                    }
                    lake.append(lake.lacking("transaction 7", 6, events.subList(6, 9)), position);
                } else if (!lake.covers(position)) {
                    lake.append(events(lsn), position);
                }
                stored = lsn;
                lake.appendOnce("resubmitted a", 0, events(TRANSACTIONS + 1));
            }
            lake.seal();
        } catch (LakeFailed e) {
            assertThat(storage.isKilled()).as(e.toString()).isTrue();
        }
    }

    private void check(String when) {
        var expected = new ArrayList<String>();
        LongStream.rangeClosed(1, TRANSACTIONS + 1)
                .mapToObj(LakeKilledTest::events)
                .flatMap(List::stream)
                .map(DomainEvent::id)
                .forEach(expected::add);
        var reader = new LakeReader(new MemoryStorage(disk, Integer.MAX_VALUE, false));
        var ids = new ArrayList<String>();
        var order = new ArrayList<String>();
        reader.read(LakeFilter.ALL, 0, record -> {
            order.add("%08d %08d".formatted(record.segment(), record.number()));
            return ids.add(record.event().id());
        });
        assertThat(ids).as(when).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(ids.stream().filter(id -> !id.startsWith("id-" + (TRANSACTIONS + 1))))
                .as(when + ", in order")
                .containsExactlyElementsOf(expected.subList(
                        0, expected.size() - events(TRANSACTIONS + 1).size()));
        assertThat(order).as(when + ", numbered").isSorted().doesNotHaveDuplicates();
        assertThat(reader.verify()).as(when).isEmpty();
        assertThat(disk.files().keySet()).as(when).noneMatch(path -> path.startsWith("open/"));
    }

    @Test
    void killedAtAnyWriteAndOnceMoreAfterItLosesAndDoublesNothing() {
        var whole = new MemoryStorage(new MemoryStorage.Disk(), Integer.MAX_VALUE, false);
        run(whole);
        assertThat(whole.writes()).isGreaterThan(50);
        for (var arrives : List.of(true, false)) {
            for (var kill = 1; kill <= whole.writes(); kill++) {
                disk.files().clear();
                stored = 0;
                var again = 1 + new Random(kill).nextInt(whole.writes());
                run(new MemoryStorage(disk, kill, arrives));
                run(new MemoryStorage(disk, again, !arrives));
                run(new MemoryStorage(disk, Integer.MAX_VALUE, false));
                check("killed at write " + kill + " and at " + again + ", arrived: " + arrives);
            }
        }
    }

    @Test
    void theNewestSegmentIsFoundWithFewRequestsHoweverManyThereAre() throws Exception {
        var storage = new MemoryStorage(disk, Integer.MAX_VALUE, false);
        var files = new LakeFiles(storage);
        assertThat(files.newest()).isNull();
        var random = new Random(1);
        for (var segment = 1; segment < 3_000; segment += 1 + random.nextInt(30)) {
            storage.create(
                    "manifests/segment-%08d.json".formatted(segment),
                    "{\"segment\":%d,\"events\":0,\"files\":[]}"
                            .formatted(segment)
                            .getBytes(US_ASCII));
            var before = storage.reads();
            assertThat(files.newest()).extracting(Manifest::segment).isEqualTo(segment);
            assertThat(storage.reads() - before).isLessThan(30);
        }
    }
}
