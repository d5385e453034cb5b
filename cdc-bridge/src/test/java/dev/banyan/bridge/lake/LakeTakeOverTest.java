package dev.banyan.bridge.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of two writers of a lake in a bucket, one that is paused and its successor, neither takes from it what the other one put there. */
class LakeTakeOverTest {

    private static final Lake.Settings SETTINGS =
            new Lake.Settings(Path.of("memory"), "/shop", 1 << 20, Duration.ofMinutes(15));

    private final MemoryStorage.Disk disk = new MemoryStorage.Disk();

    private MemoryStorage storage() {
        return new MemoryStorage(disk, Integer.MAX_VALUE, false);
    }

    private static Lake open(MemoryStorage storage) {
        return Lake.open(SETTINGS, InstantSource.system(), storage);
    }

    private static List<DomainEvent> event(long lsn) {
        return List.of(LakeContract.event(lsn, 0, "shop.T.v1", "x/1", "{}"));
    }

    private static HubPosition position(long lsn) {
        return LakeContract.position(lsn);
    }

    private void holdsWholly(String... expected) {
        var reader = new LakeReader(storage());
        var ids = new ArrayList<String>();
        reader.read(LakeFilter.ALL, 0, record -> ids.add(record.event().id()));
        assertThat(ids).containsExactly(expected);
        assertThat(reader.verify()).isEmpty();
    }

    private static LakeUnit unit(long lsn, int number) {
        var line = new LakeRecord(1, number, "/shop", event(lsn).getFirst()).line();
        return new LakeUnit("", 0, position(lsn), List.of(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"open/00000001", "open/00000001/00000000.gz"})
    void aLogThatIsSealedWhileItsSuccessorReadsItIsNotBegunAnew(String path) throws Exception {
        var ended = storage().beginLog(1);
        ended.append(unit(1, 0));
        ended.append(unit(2, 1));
        ended.append(LakeUnit.END);
        var storage = storage();
        var isSealed = new AtomicBoolean();
        storage.beforeReading(each -> {
            if (each.equals(path) && isSealed.compareAndSet(false, true)) {
                sealByOther();
            }
        });
        try (var successor = open(storage)) {
            assertThat(isSealed).isTrue();
            assertThat(successor.covers(position(2))).isTrue();
            successor.append(event(3), position(3));
            successor.seal();
        }
        holdsWholly("id-1-0", "id-2-0", "id-3-0");
        assertThat(new LakeReader(storage()).manifests())
                .extracting(Manifest::segment)
                .containsExactly(1, 2);
    }

    @Test
    void whoReadsAnOldLakeFetchesNoMoreManifestsThanItNeeds() throws Exception {
        var files = new LakeFiles(storage());
        for (var segment = 1; segment <= 100; segment++) {
            files.seal(segment, List.of(unit(segment, 0)), position(segment));
        }
        var storage = storage();
        var reader = new LakeReader(storage);

        assertThat(reader.sealedSegments()).isEqualTo(100);
        assertThat(storage.reads()).isZero();
        reader.read(LakeFilter.ALL, 0, _ -> false);
        assertThat(storage.reads()).as("some manifests and a file").isLessThan(20);

        var before = storage.reads();
        var ids = new ArrayList<String>();
        reader.read(LakeFilter.ALL, 99, record -> ids.add(record.event().id()));
        assertThat(ids).containsExactly("id-99-0", "id-100-0");
        assertThat(storage.reads() - before).as("two of each").isEqualTo(4);
    }

    private static final int MANY = 1_200;

    private void sealMany() throws IOException {
        var lines = new ArrayList<String>();
        for (var number = 0; number < MANY; number++) {
            lines.add(new LakeRecord(1, number, "/shop", event(number).getFirst()).line());
        }
        new LakeFiles(storage()).seal(1, List.of(new LakeUnit("", 0, position(1), lines)), position(1));
    }

    private Replay replay() {
        return new Replay(new LakeReader(storage()), LakeFilter.ALL, "one", Integer.MAX_VALUE, _ -> {});
    }

    /** Takes what it is given, and does {@code then} before the event of that number. */
    private record Taking(List<String> ids, int number, Runnable then) implements Replay.Target {
        @Override
        public void send(LakeRecord event) {
            ids.add(event.event().id());
            if (ids.size() == number) {
                then.run();
            }
        }

        @Override
        public void flush() {}
    }

    @Test
    void ofTwoReplaysToOnePlaceTheOlderOneEnds() throws Exception {
        sealMany();
        var rest = new ArrayList<String>();
        var begun = new ArrayList<String>();
        var older = new Taking(begun, 600, () -> {
            try {
                var from = Replay.progress(new LakeReader(storage()), "one").orElseThrow();
                replay().goOn(from, new Taking(rest, 0, () -> {}));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThatThrownBy(() -> replay().goOn(Replay.Progress.start("all"), older))
                .hasMessageStartingWith("another replay to one has begun since (expected: one at a time)");

        assertThat(begun).as("to the end of its batch").hasSize(1_000);
        assertThat(rest).hasSize(MANY - 500);
        var last = Replay.progress(new LakeReader(storage()), "one").orElseThrow();
        assertThat(last.done()).isTrue();
        assertThat(last.sent()).isEqualTo(MANY);
    }

    @Test
    void aReplayWhoseProgressIsTornCanBeBegunAnew() throws Exception {
        storage().replace("replays/one.json", out -> out.write('{'));
        assertThatThrownBy(() -> Replay.progress(new LakeReader(storage()), "one"))
                .isInstanceOf(LakeFailed.class)
                .hasMessageContaining("replays/one.json: damaged (expected: --restart)");
    }

    private void sealByOther() {
        try {
            var storage = storage();
            new LakeFiles(storage).seal(1, storage.readLog(1), position(2));
            storage.deleteLog(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whoIsPausedWithAFreshLogThatItsSuccessorSealsGivesUp() {
        try (var paused = open(storage())) {
            paused.append(event(1), position(1));
            paused.seal();
            try (var successor = open(storage())) {
                successor.append(event(2), position(2));
                successor.append(event(3), position(3));
                successor.seal();
            }
            givesUp(paused);
        }
        holdsWholly("id-1-0", "id-2-0", "id-3-0");
    }

    @Test
    void aSuccessorWhoseLogIsSealedByWhoWasPausedBeforeItHasAnEventGivesUp() {
        try (var paused = open(storage())) {
            paused.append(event(1), position(1));
            try (var successor = open(storage())) {
                paused.append(event(2), position(2));
                paused.seal();
                givesUp(successor);
            }
        }
        try (var again = open(storage())) {
            assertThat(again.covers(position(2))).isTrue();
            assertThat(again.covers(position(4))).isFalse();
        }
        holdsWholly("id-1-0", "id-2-0");
    }

    private static void givesUp(Lake lake) {
        assertThatThrownBy(() -> lake.append(event(4), position(4)))
                .isInstanceOf(LakeFailed.class)
                .hasMessageContaining("somebody else has sealed it (expected: one bridge a lake)");
        assertThatThrownBy(() -> lake.append(event(4), position(4)))
                .as("it stays so")
                .isInstanceOf(LakeFailed.class);
    }

    @Test
    void aSegmentThatIsSealedIsNotWrittenAgain() throws Exception {
        var storage = storage();
        var files = new LakeFiles(storage);
        files.seal(1, List.of(unit(1, 0), unit(2, 1), LakeUnit.END), position(2));
        var sealed = new HashMap<>(disk.files());
        var writes = storage.writes();

        files.seal(1, List.of(unit(1, 0), unit(2, 1), LakeUnit.END), position(2));
        assertThatThrownBy(() -> files.seal(1, List.of(unit(3, 0), LakeUnit.END), position(3)))
                .isInstanceOf(LakeFailed.class)
                .hasMessageContaining("somebody else has sealed it");
        assertThat(storage.writes()).isEqualTo(writes);
        assertThat(disk.files()).isEqualTo(sealed);
    }
}
