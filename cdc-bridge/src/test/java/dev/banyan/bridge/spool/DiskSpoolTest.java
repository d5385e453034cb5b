package dev.banyan.bridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.FaultSeal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpoolTest {

    private static final TableId TABLE = new TableId("public", "orders");

    @TempDir
    Path folder;

    private final String id = UUID.randomUUID().toString();
    private FaultSeal seal;

    @BeforeEach
    void key() throws Exception {
        seal = FaultSeal.of(Files.writeString(folder.resolve("key"), "thirty-two bytes of nobody's business"));
    }

    private DiskSpool.Settings settings(long bytesMax, long segmentBytesMax) {
        return new DiskSpool.Settings(folder.resolve("spool"), seal, bytesMax, segmentBytesMax);
    }

    private static Arrival arrival(long lsn) {
        var row = new Row(Map.of("id", lsn, "v", "secret 4711-0815", "sum", new BigDecimal("1.10")));
        var transaction = new Transaction(
                lsn,
                "tx" + lsn,
                Instant.parse("2026-01-31T10:15:30.123456Z"),
                List.of(
                        new Change.Inserted(TABLE, row),
                        new Change.Updated(TABLE, null, row),
                        new Change.Deleted(TABLE, row),
                        new Change.Truncated(TABLE),
                        new Change.Read(TABLE, row)),
                lsn % 2 == 0 ? new Cause("request-" + lsn, null) : Cause.UNKNOWN);
        return Arrival.of(
                transaction, Map.of("lsn", lsn, "lsn_commit", lsn, "x", "y"), lsn % 2 == 0 ? "signal-" + lsn : null);
    }

    private static List<Arrival> arrivals(int from, int to) {
        var arrivals = new ArrayList<Arrival>();
        for (var lsn = from; lsn < to; lsn++) {
            arrivals.add(arrival(lsn));
        }
        return arrivals;
    }

    private List<Path> files() throws Exception {
        try (var found = Files.list(folder.resolve("spool").resolve(id))) {
            return found.sorted().toList();
        }
    }

    private DiskSpool recovered(DiskSpool.Settings settings) {
        return DiskSpool.recover(settings, id);
    }

    @Test
    void whatWasAppendedComesBackInOrderAlsoAfterARestartAndIsForgottenOnceSafe() throws Exception {
        var settings = settings(1 << 20, 2_000);
        var spool = DiskSpool.create(settings, id);
        assertThat(spool.end()).isEmpty();
        spool.append(arrivals(1, 8));
        spool.append(arrivals(8, 20));
        spool.append(List.of(Arrival.quiet(30, Map.of("lsn", 30L), null)));
        assertThat(spool.take(12)).isEqualTo(arrivals(1, 4));
        spool.close();

        spool = recovered(settings);
        assertThat(spool.end()).contains(Arrival.quiet(30, Map.of("lsn", 30L), null));
        var taken = new ArrayList<Arrival>();
        while (!spool.isEmpty()) {
            taken.addAll(spool.take(1));
        }
        assertThat(taken.subList(0, 19)).isEqualTo(arrivals(1, 20));
        assertThat(taken).hasSize(20);
        var before = files().size();
        spool.forgetTaken();
        assertThat(files().size()).isLessThan(before);
        spool.append(arrivals(31, 32));
        assertThat(spool.take(100)).isEqualTo(arrivals(31, 32));
        spool.delete();
        assertThat(folder.resolve("spool").resolve(id)).doesNotExist();
        assertThatThrownBy(() -> recovered(settings))
                .as("its disk may not be mounted")
                .isExactlyInstanceOf(SpoolFailed.class)
                .hasMessageContaining(id + ": not there");
    }

    /** A transaction of so many rows that all but the first lie in a file. */
    private static Arrival large(long lsn, int rows) {
        var changes = new LargeList<>(1, ChangeBytes.CODEC);
        for (var i = 0; i < rows; i++) {
            changes.add(
                    new Change.Inserted(TABLE, new Row(Map.of("id", (long) i, "v", "secret 4711-0815".repeat(50)))));
        }
        return Arrival.of(
                new Transaction(lsn, "tx" + lsn, Instant.EPOCH, changes, Cause.UNKNOWN), Map.of("lsn", lsn), null);
    }

    private static List<Change> changes(Arrival arrival) {
        var changes = new ArrayList<Change>();
        Optional.ofNullable(arrival.transaction()).orElseThrow().changes().forEach(changes::add);
        return changes;
    }

    /** As on a disk that is full, where an empty file can still be made: the engine starts anew every few seconds. */
    @Test
    void aSegmentOfWhichNothingCouldBeWrittenIsNotLeft() throws Exception {
        var settings = settings(1 << 30, 2_000);
        try (var spool = DiskSpool.create(settings, id)) {
            spool.append(arrivals(1, 20));
        }
        var before = files();
        var inTheWay = folder.resolve("spool").resolve(id).resolve("00000002-63.large");
        Files.createDirectories(inTheWay.resolve("in it"));
        for (var start = 0; start < 2; start++) {
            try (var spool = recovered(settings)) {
                assertThatThrownBy(() -> spool.append(List.of(large(99, 10)))).isInstanceOf(SpoolFailed.class);
                assertThatThrownBy(() -> spool.append(List.of(large(99, 10)))).isInstanceOf(SpoolFailed.class);
            }
        }
        Files.delete(inTheWay.resolve("in it"));
        Files.delete(inTheWay);
        assertThat(files()).isEqualTo(before);
        try (var spool = recovered(settings)) {
            spool.append(List.of(large(99, 10)));
            assertThat(spool.end()).map(Arrival::lsn).contains(99L);
            assertThat(spool.take(1_000)).hasSize(20);
        }
    }

    @Test
    void aTransactionLargerThanMemoryHasAFileThatGoesWithItsSegment() throws Exception {
        var settings = settings(1 << 30, 2_000);
        var spool = DiskSpool.create(settings, id);
        spool.append(List.of(arrival(1), large(2, 4_000), arrival(3)));
        spool.append(List.of(large(4, 10)));
        assertThat(spool.bytes()).isGreaterThan(4_000 * 550L);
        spool.close();
        for (var file : files()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("4711-0815");
        }
        try (var again = recovered(settings)) {
            assertThat(again.end())
                    .hasValueSatisfying(end -> assertThat(end.lsn()).isEqualTo(4));
            assertThat(again.bytes()).isEqualTo(spool.bytes());
            var taken = again.take(100);
            assertThat(taken).extracting(Arrival::lsn).containsExactly(1L, 2L);
            assertThat(taken.getLast().isLarge()).isTrue();
            assertThat(changes(taken.getLast())).isEqualTo(changes(large(2, 4_000)));
            taken = again.take(100);
            assertThat(taken).extracting(Arrival::lsn).containsExactly(3L, 4L);
            assertThat(changes(taken.getLast())).isEqualTo(changes(large(4, 10)));
            again.append(arrivals(5, 6));
            again.take(100);
            again.forgetTaken();
            assertThat(files()).isEmpty();
            again.append(List.of(arrival(6), large(7, 4_000)));
        }
        var file = files().stream()
                .filter(each -> each.toString().endsWith(".large"))
                .findFirst()
                .orElseThrow();
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 200));
        try (var damaged = recovered(settings)) {
            damaged.take(1);
            assertThatThrownBy(() -> damaged.take(1_000))
                    .isInstanceOf(SpoolUnreadable.class)
                    .hasMessageContaining(".large: damaged at byte 0");
        }
    }

    /** One row each, of more than 1 MiB. */
    @Test
    void fewRowsThatAreLargeTogetherAreTakenInTurns() {
        var value = "x".repeat(1 << 20);
        try (var spool = DiskSpool.create(settings(1 << 30, 4 << 20), id)) {
            for (var lsn = 1L; lsn <= 20; lsn++) {
                spool.append(List.of(Arrival.of(
                        new Transaction(
                                lsn,
                                "tx" + lsn,
                                Instant.EPOCH,
                                List.of(new Change.Inserted(TABLE, new Row(Map.of("v", value)))),
                                Cause.UNKNOWN),
                        Map.of("lsn", lsn),
                        null)));
            }
            assertThat(spool.take(5_000)).extracting(Arrival::lsn).hasSize(16);
            spool.forgetTaken();
            assertThat(spool.take(5_000)).extracting(Arrival::lsn).containsExactly(17L, 18L, 19L, 20L);
            assertThat(spool.isEmpty()).isTrue();
        }
    }

    @Test
    void rowsAreEncryptedAndAnotherKeyOpensNothing() throws Exception {
        var spool = DiskSpool.create(settings(1 << 20, 2_000), id);
        spool.append(arrivals(1, 5));
        spool.close();
        for (var file : files()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("4711-0815", "orders");
        }
        seal = FaultSeal.of(Files.writeString(folder.resolve("other"), "some other secret of many bytes"));
        assertThatThrownBy(() -> recovered(settings(1 << 20, 2_000))).hasMessageContaining("faultKeyFile");
    }

    @Test
    void wherverAKillCutTheLastWriteAllBeforeItStaysAndWritingGoesOn() throws Exception {
        var settings = settings(1 << 20, 1 << 20);
        var spool = DiskSpool.create(settings, id);
        spool.append(arrivals(1, 4));
        var whole = Files.size(files().getFirst());
        spool.append(arrivals(4, 6));
        spool.close();
        var file = files().getFirst();
        var bytes = Files.readAllBytes(file);
        for (var cut = (int) whole; cut < bytes.length; cut += 7) {
            Files.deleteIfExists(file.resolveSibling("00000002.spool"));
            Files.write(file, java.util.Arrays.copyOf(bytes, cut));
            try (var again = recovered(settings)) {
                var kept = again.take(1_000);
                assertThat(kept)
                        .startsWith(arrivals(1, 4).toArray(Arrival[]::new))
                        .hasSizeBetween(3, 4);
                assertThat(again.end()).contains(kept.getLast());
                again.append(arrivals(9, 10));
                assertThat(again.take(1_000)).isEqualTo(arrivals(9, 10));
            }
            try (var third = recovered(settings)) {
                assertThat(third.take(1_000)).endsWith(arrival(9));
            }
        }
    }

    @Test
    void damageInTheMiddleIsNamedAndNeverPassedOver() throws Exception {
        var settings = settings(1 << 20, 1_500);
        var spool = DiskSpool.create(settings, id);
        for (var lsn = 1; lsn < 12; lsn++) {
            spool.append(arrivals(lsn, lsn + 1));
        }
        spool.close();
        var second = files().get(1);
        try (var channel = java.nio.channels.FileChannel.open(second, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}), 100);
        }
        try (var damaged = recovered(settings)) {
            assertThatThrownBy(() -> damaged.take(1_000))
                    .isInstanceOf(SpoolUnreadable.class)
                    .hasMessageContaining("00000002.spool: damaged at byte ");
        }
    }

    @Test
    void damageInTheLastSegmentIsNamedWhereLaterFramesFollow() throws Exception {
        var settings = settings(1 << 20, 1 << 20);
        var spool = DiskSpool.create(settings, id);
        spool.append(arrivals(1, 3));
        spool.append(arrivals(3, 4));
        spool.close();
        var file = files().getFirst();
        var bytes = Files.readAllBytes(file);
        bytes[100] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> recovered(settings))
                .isInstanceOf(SpoolUnreadable.class)
                .hasMessageContaining("00000001.spool: damaged at byte 0");
        assertThat(file).hasBinaryContent(bytes);
    }

    @Test
    void aProcessThatWasSucceededWritesOverNothing() {
        var settings = settings(1 << 20, 1 << 20);
        var before = DiskSpool.create(settings, id);
        before.append(arrivals(1, 3));
        try (var successor = recovered(settings)) {
            successor.append(arrivals(3, 6));
            before.append(List.of(arrival(7_000)));
            before.close();
            assertThat(successor.take(1_000)).isEqualTo(arrivals(1, 6));
        }
    }

    @Test
    void aFullSpoolTakesNothingMoreUntilSomethingIsForgotten() {
        var spool = DiskSpool.create(settings(3_000, 1_000), id);
        for (var lsn = 1; spool.bytes() < 3_000; lsn++) {
            spool.append(arrivals(lsn, lsn + 1));
        }
        var end = spool.end();
        assertThatThrownBy(() -> spool.append(arrivals(99, 100)))
                .isInstanceOf(SpoolFull.class)
                .hasMessageContaining("spool.megabytes");
        assertThat(spool.end()).isEqualTo(end);
        assertThat(spool.take(1_000)).isNotEmpty();
        spool.forgetTaken();
        spool.append(arrivals(99, 100));
        assertThat(spool.take(1_000)).isEqualTo(arrivals(99, 100));
        spool.close();
    }

    @Test
    void onlyEmptySpoolsAreDeletedAndNothingElseInTheFolder() throws Exception {
        var settings = settings(1 << 20, 1_000);
        var at = settings.folder();
        var full = UUID.randomUUID().toString();
        var drained = UUID.randomUUID().toString();
        try (var unknown = DiskSpool.create(settings, full);
                var empty = DiskSpool.create(settings, drained);
                var _ = DiskSpool.create(settings, UUID.randomUUID().toString());
                var _ = DiskSpool.create(settings, id)) {
            unknown.append(arrivals(1, 2));
            empty.append(arrivals(1, 5));
            empty.take(1_000);
            empty.forgetTaken();
        }
        Files.createDirectory(at.resolve("keys"));
        var beside =
                Files.writeString(Files.createDirectories(at.resolve("lake")).resolve("open-00000001.log"), "x");

        assertThat(DiskSpool.deleteEmpty(settings, id)).containsExactly(at.resolve(full));

        try (var left = Files.list(at)) {
            assertThat(left.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder(id, full, "keys", "lake");
        }
        assertThat(beside).exists();
        try (var again = DiskSpool.recover(settings, full)) {
            assertThat(again.take(1_000)).isEqualTo(arrivals(1, 2));
        }
    }

    @Test
    void aSpoolThatWasEmptiedAndNotYetForgottenIsFoundEmptyAndWritingGoesOn() {
        var settings = settings(1 << 20, 1_000);
        try (var spool = DiskSpool.create(settings, id)) {
            spool.append(arrivals(1, 9));
            while (!spool.isEmpty()) {
                spool.take(1);
            }
            spool.forgetTaken();
            assertThat(spool.bytes()).isZero();
        }
        try (var again = recovered(settings)) {
            assertThat(again.isEmpty()).isTrue();
            assertThat(again.end()).isEmpty();
            again.append(arrivals(9, 11));
        }
        try (var third = recovered(settings)) {
            assertThat(third.take(1_000)).isEqualTo(arrivals(9, 11));
        }
    }
}
