package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.run.Servers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However much is skipped, and however long a key is, the store has room for it. */
class StoredFaultsTest {

    private static final Position POSITION = new Position("1", 1, 0, Map.of("lsn", 0L));
    private static final int KEY_BYTES_MAX = 2_400;

    @TempDir
    Path folder;

    private BridgeStore.Settings inH2() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return new BridgeStore.Settings(MigratedStore.in(folder), "", "", FaultSeal.of(key));
    }

    private static BridgeStore open(BridgeStore.Settings settings) {
        var store = BridgeStore.open(settings, "faults", "test", Duration.ofSeconds(30), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private static Transaction transaction(long lsn) {
        var change = new Change.Deleted(new TableId("public", "t"), new Row(Map.of("id", 1L)));
        return new Transaction(lsn, String.valueOf(lsn), Instant.EPOCH, List.of(change));
    }

    @Test
    void ofATransactionThatIsSkippedAltogetherTheFirstAreListedAndTheRestIsCounted() throws Exception {
        try (var store = open(inH2());
                var session = store.session()) {
            for (var key = 0; key < 3_000; key++) {
                session.faults().skip(new Faults.Waiting("item", "" + key), transaction(1), "no word", "drafts");
            }
            session.faults().skip(new Faults.Waiting("item", "other"), transaction(2), "no word", "drafts");
            session.commit(POSITION);

            var faults = store.listing(10_000).faults();
            assertThat(faults).hasSize(SkippedFaults.LISTED_MAX + 2);
            assertThat(faults)
                    .extracting(Fault::message)
                    .filteredOn(message -> !message.equals("no word"))
                    .containsExactly("2000 more of this transaction were skipped and are not listed; the last of them:"
                            + " no word");
        }
    }

    @Test
    void theOldestOfWhatIsSettledAreForgottenAndWhatWaitsStays() throws Exception {
        var settings = inH2();
        try (var store = open(settings);
                var session = store.session()) {
            session.faults().park(Set.of(new Faults.Waiting("item", "parked")), transaction(1), "no word");
            session.commit(POSITION);
            var group = session.faults().groups();
            assertThat(group).hasSize(1);
            try (var connection = DriverManager.getConnection(settings.jdbcUrl())) {
                var faults = new StoredFaults(connection, null, InstantSource.system(), 20, 1_000);
                for (var lsn = 2L; lsn < 100; lsn++) {
                    faults.skip(new Faults.Waiting("item", "" + lsn), transaction(lsn), "no word", "drafts");
                    faults.flush();
                    faults.committed();
                }
                assertThat(faults.groups()).isEqualTo(group);
            }
            assertThat(store.listing(1_000).faults()).hasSizeBetween(21, 23);
            assertThat(store.listing(1_000).faults())
                    .extracting(Fault::key)
                    .contains("parked", "99")
                    .doesNotContain("2", "70");
        }
    }

    @Test
    void aRowWaitsWithItsAggregateAndIsNoneItself() throws Exception {
        var order = new Faults.Waiting("order", "1");
        var line = Faults.Waiting.row("order", new TableId("public", "line"), "11");
        var option = Faults.Waiting.row("order", new TableId("public", "opt"), "111");
        var settings = inH2();
        try (var store = open(settings);
                var session = store.session()) {
            session.faults().park(new LinkedHashSet<>(List.of(order, line)), transaction(1), "no word");
            session.faults().park(new LinkedHashSet<>(List.of(line, option)), transaction(2), "");
            session.commit(POSITION);
            assertThat(session.faults().waiting()).isEqualTo(1);
            assertThat(store.listing(10).faults()).extracting(Fault::aggregate).containsExactly("order", "order");
        }
        try (var connection = DriverManager.getConnection(settings.jdbcUrl())) {
            var faults = new StoredFaults(connection, null, InstantSource.system());
            assertThat(faults.group(option)).isNotNull().isEqualTo(faults.group(order));
            assertThat(faults.waiting("order")).isEqualTo(1);
        }
    }

    @Test
    void theLongestKeyFitsInH2() throws Exception {
        longestKey(inH2());
    }

    @Test
    void theLongestKeyFitsInPostgresql() throws Exception {
        Servers.postgres().createDatabase("longkeys");
        longestKey(new BridgeStore.Settings(
                Servers.postgres().jdbcUrl("longkeys"), "postgres", "postgres", FaultSeal.of(folderKey())));
    }

    private Path folderKey() throws Exception {
        return Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
    }

    private static void longestKey(BridgeStore.Settings settings) {
        var table = new TableId("s".repeat(63), "t".repeat(63));
        var bytes = new byte[KEY_BYTES_MAX];
        var random = new Random(7); // else an index would pack it
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (' ' + random.nextInt(90));
        }
        var key = new String(bytes, StandardCharsets.US_ASCII).replace('\\', '/');
        try (var store = open(settings)) {
            longestKey(store, table, key);
        }
    }

    private static void longestKey(BridgeStore store, TableId table, String key) {
        try (var session = store.session()) {
            session.images().put(table, List.of(key), new Row(Map.of("v", 1L)), List.of(key));
            session.touch(new StoreSession.RowKey(table, key));
            session.faults().park(Set.of(new Faults.Waiting("a".repeat(200), key)), transaction(1), "no word");
            session.commit(POSITION);
            assertThat(session.images().children(table, List.of(key))).hasSize(1);
            var nul = List.of("a\0b"); // a text of MariaDB may have it
            assertThat(session.images().get(table, nul)).isNull();
            session.images().put(table, nul, new Row(Map.of("v", "c\0d")), nul);
            var row = new StoreSession.RowKey(table, KeyText.of(nul));
            session.touch(row);
            session.found(table, row.key(), 1);
            session.incomplete().add(row, new Row(Map.of("id", "a\0b")));
            session.faults().park(Set.of(new Faults.Waiting("item", row.key())), transaction(2), "no word");
            session.commit(POSITION);
        }
        try (var session = store.session()) {
            var nul = List.of("a\0b");
            var row = new StoreSession.RowKey(table, KeyText.of(nul));
            session.images().expect(() -> Map.of(table, new AggregateImages.Keys(Set.of(nul), Set.of(nul))));
            assertThat(session.images().get(table, nul)).isNotNull();
            assertThat(session.faults().isWaiting(new Faults.Waiting("item", row.key())))
                    .isTrue();
            assertThat(session.touchedAmong(List.of(row))).containsExactly(row);
            assertThat(session.unfound(table, null, 10, 1).rows()).containsOnlyKeys(key);
            assertThat(session.incomplete().all()).hasSize(1);
            session.incomplete().remove(row);
            assertThat(session.incomplete().all()).isEmpty();
            assertThat(session.images().children(table, nul)).containsExactly(new Row(Map.of("v", "c\0d")));
            assertThat(session.images().get(table, List.of("a\\0b"))).isNull();
            assertThat(session.rekey(table, each -> new Rekeying.Place(each.get("v") + "\0", "p\0", each)))
                    .isEqualTo(2);
            session.commit(POSITION);
            assertThat(session.images().children(table, List.of("p\0"))).hasSize(2);
            assertThat(session.images().get(table, List.of("c\0d\0"))).isNotNull();
        }
    }

    private static Transaction changed(long lsn, int rows, String value) {
        var changes = IntStream.range(0, rows)
                .<Change>mapToObj(
                        row -> new Change.Inserted(new TableId("public", "t"), new Row(Map.of("id", row, "v", value))))
                .toList();
        return new Transaction(lsn, String.valueOf(lsn), Instant.EPOCH, changes);
    }

    private static Position at(long lsn) {
        return new Position("1", 1, lsn, Map.of("lsn", lsn));
    }

    @Test
    void whatAPausedTableParksComesBackInOrderBehindWhatWaitedBeforeInPiecesThatAreOne() throws Exception {
        paused(inH2());
    }

    @Test
    void whatAPausedTableParksComesBackInOrderFromPostgresql() throws Exception {
        Servers.postgres().createDatabase("pausedfaults");
        paused(new BridgeStore.Settings(
                Servers.postgres().jdbcUrl("pausedfaults"), "postgres", "postgres", FaultSeal.of(folderKey())));
    }

    private static void paused(BridgeStore.Settings settings) {
        var large = changed(5, 40, "x".repeat(100_000));
        try (var store = open(settings)) {
            String group;
            try (var session = store.session()) {
                session.faults().park(Set.of(new Faults.Waiting("item", "1")), transaction(2), "no word");
                session.commit(at(2));
            }
            store.pauses().begin(new TableId("public", "t"), "item", List.of(), 2, "public.t.v: not there", "");
            try (var session = store.session()) {
                session.faults().parkPaused("item", transaction(4));
                session.faults().parkPaused("item", large);
                session.faults().parkPaused("item", transaction(6));
                session.commit(at(6));
            }
            assertThat(store.listing(100).faults())
                    .extracting(fault -> fault.commitLsn() + " " + fault.keyText() + " " + fault.message())
                    .as("what merely waits is counted")
                    .containsExactly("2 1 no word", "4 (all) public.t.v: not there");
            assertThat(store.listing(0).groups())
                    .extracting(FaultListing.PausedGroup::parts)
                    .as("in pieces")
                    .containsExactly(8L);
            try (var session = store.session()) {
                group = session.faults().groups().first();
                assertThat(session.faults().groups()).hasSize(1);
                assertThat(session.faults().isPaused(group)).isTrue();
                assertThat(session.parked().parts(group))
                        .extracting(ParkedPart::transaction)
                        .containsExactly(transaction(2), transaction(4), large, transaction(6));
                assertThat(session.parked().parts(group, 2, 2, Long.MAX_VALUE))
                        .as("a transaction is never torn")
                        .extracting(ParkedPart::transaction)
                        .containsExactly(transaction(4), large);
                assertThat(session.parked().parts(group, 2, 100, 2_000_000))
                        .as("no more bytes than are asked for")
                        .extracting(ParkedPart::transaction)
                        .containsExactly(transaction(4));
                assertThat(session.parked().parts(group, 4, 100, 2_000_000))
                        .as("but one transaction")
                        .extracting(ParkedPart::transaction)
                        .containsExactly(large);
                assertThat(session.parked().hasMore(group, 5)).isTrue();
                assertThat(session.parked().hasMore(group, 6)).isFalse();
                session.faults().resolve(session.parked().parts(group).subList(0, 2), "");
                session.commit(at(6));
            }
            try (var session = store.session()) {
                assertThat(session.parked().parts(group))
                        .extracting(ParkedPart::transaction)
                        .containsExactly(large, transaction(6));
                session.faults().resolve(group, "");
                session.commit(at(6));
            }
            try (var session = store.session()) {
                assertThat(session.faults().isEmpty()).isTrue();
            }
            assertThat(store.pauses().all()).isEmpty();
        }
    }

    @Test
    void whatIsParkedOfOnePositionAtOneTimeStaysInOrderAndWhole() throws Exception {
        ofOnePosition(inH2());
    }

    @Test
    void whatIsParkedOfOnePositionComesBackInOrderFromPostgresql() throws Exception {
        Servers.postgres().createDatabase("faultsofone");
        ofOnePosition(new BridgeStore.Settings(
                Servers.postgres().jdbcUrl("faultsofone"), "postgres", "postgres", FaultSeal.of(folderKey())));
    }

    private static void ofOnePosition(BridgeStore.Settings settings) {
        var large = changed(5, 30, "x".repeat(100_000));
        var other = changed(5, 1, "other");
        var gone = changed(5, 30, "y".repeat(100_000));
        var go = new Transaction(5, "5", Instant.EPOCH, gone.changes(), Cause.UNKNOWN, 10L);
        var next = new Transaction(5, "5", Instant.EPOCH, transaction(5).changes(), Cause.UNKNOWN, 11L);
        var all = Set.of(new Faults.Waiting("item", KeyText.NONE));
        try (var store =
                BridgeStore.open(settings, "faults", "test", Duration.ofSeconds(30), () -> Instant.ofEpochSecond(9))) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            for (var parking : List.<Consumer<StoredFaults>>of(
                    faults -> {
                        faults.parkPaused("item", large);
                        faults.park(all, other, "no word");
                    },
                    faults -> faults.parkPaused("item", go),
                    faults -> faults.parkPaused("item", next))) {
                try (var session = store.session()) {
                    parking.accept(session.faults());
                    session.commit(at(5));
                }
            }
            try (var session = store.session()) {
                assertThat(session.parked().parts(session.faults().groups().first()))
                        .extracting(ParkedPart::transaction)
                        .containsExactly(large, other, go, next);
            }
        }
    }

    @Test
    void aRowOfAlmostEightMegabytesFitsBehindSmallOnes() throws Exception {
        var changes = new ArrayList<>(changed(5, 9, "x".repeat(100_000)).changes());
        changes.addAll(changed(5, 1, "x".repeat(7_500_000)).changes());
        try (var store = open(inH2());
                var session = store.session()) {
            session.faults().parkPaused("item", transaction(5).with(changes));
            session.commit(at(5));

            assertThat(session.parked().parts(session.faults().groups().first()))
                    .extracting(ParkedPart::transaction)
                    .containsExactly(transaction(5).with(changes));
        }
    }

    @Test
    void aLargePartOfOneAggregateWaitsInPiecesAndIsOneFault() throws Exception {
        var large = changed(5, 90, "x".repeat(100_000));
        var item = Set.of(new Faults.Waiting("item", "1"));
        try (var store = open(inH2())) {
            String group;
            try (var session = store.session()) {
                session.faults().park(item, large, "no word");
                session.faults().park(item, transaction(6), "");
                session.commit(at(6));
                group = session.faults().groups().first();
                assertThat(session.parked().parts(group))
                        .extracting(ParkedPart::transaction)
                        .containsExactly(large, transaction(6));
            }
            assertThat(store.listing(100).faults())
                    .extracting(fault -> fault.commitLsn() + " " + fault.changes() + " " + fault.message())
                    .containsExactly("5 90 no word", "6 1 ");
            assertThat(store.listing(100).countByState()).isEqualTo(Map.of(Fault.State.PARKED, 2L));
            try (var session = store.session()) {
                session.faults().resolve(session.parked().parts(group).subList(0, 1), "");
                session.commit(at(6));
                assertThat(session.parked().parts(group))
                        .extracting(ParkedPart::transaction)
                        .containsExactly(transaction(6));
            }
        }
    }

    @Test
    void rowsThatWaitWithAnAggregateAreBoundedAndNotCounted() throws Exception {
        var settings = inH2();
        try (var _ = open(settings);
                var connection = DriverManager.getConnection(settings.jdbcUrl())) {
            var faults = new StoredFaults(connection, settings.seal(), InstantSource.system(), 20, 10);
            faults.park(waiting(1, 9), transaction(2), "no word");
            faults.park(waiting(2, 2), transaction(3), "");
            assertThat(faults.waiting()).isEqualTo(1);
            faults.flush();

            var read = new StoredFaults(connection, settings.seal(), InstantSource.system(), 20, 10);
            assertThat(read.waiting()).isEqualTo(1);
            assertThatThrownBy(() -> read.park(waiting(10, 11), transaction(4), ""))
                    .isInstanceOf(MappingFailed.class)
                    .hasMessage("parked: 12 aggregates and rows of lists (expected: at most 10;"
                            + " mend the mapping, then events faults resubmit)");
            faults.resolve(faults.groups().first(), "");
            assertThat(faults.waiting()).isZero();
        }
    }

    /** Item 1 and rows of its list with these numbers. */
    private static Set<Faults.Waiting> waiting(int from, int to) {
        var waiting = IntStream.rangeClosed(from, to)
                .mapToObj(row -> Faults.Waiting.row("item", new TableId("public", "line"), "" + row))
                .collect(Collectors.toSet());
        waiting.add(new Faults.Waiting("item", "1"));
        return waiting;
    }

    @Test
    void ofAResubmittedGroupTheNewestAreKeptToo() throws Exception {
        var settings = inH2();
        try (var store = open(settings);
                var connection = DriverManager.getConnection(settings.jdbcUrl())) {
            var faults = new StoredFaults(connection, settings.seal(), InstantSource.system(), 20, 1_000);
            for (var lsn = 2L; lsn < 100; lsn++) {
                faults.parkPaused("item", transaction(lsn));
            }
            faults.flush();
            faults.committed();
            faults.resolve(faults.groups().first(), "");
            faults.flush();

            assertThat(store.listing(1_000).faults()).hasSize(20);
        }
    }

    @Test
    void whatWaitsBehindAPausedTableIsCountedAndHidesNothing() throws Exception {
        try (var store = open(inH2())) {
            store.pauses().begin(new TableId("public", "t"), "item", List.of(), 2, "public.t.v: not there", "");
            String group;
            try (var session = store.session()) {
                session.faults().park(Set.of(new Faults.Waiting("other", "1")), transaction(3), "no word");
                for (var lsn = 4; lsn < 100; lsn++) {
                    session.faults().parkPaused("item", transaction(lsn));
                }
                session.commit(at(100));
                group = session.faults().groups().stream()
                        .filter(session.faults()::isPaused)
                        .findFirst()
                        .orElseThrow();
            }

            var listing = store.listing(2);
            assertThat(listing.faults()).extracting(Fault::aggregate).containsExactly("other", "item");
            assertThat(listing.groups()).containsExactly(new FaultListing.PausedGroup(group, "item", 96));
            assertThat(listing.countByState()).isEqualTo(Map.of(Fault.State.PARKED, 97L));
            assertThat(listing.describe(Long::toString).toString()).contains("group=" + group + ", waiting=96");
        }
    }

    @Test
    void whileThereIsASpoolAPauseOutlivesWhatIsResubmitted() throws Exception {
        try (var store = open(inH2())) {
            store.pauses().begin(new TableId("public", "t"), "item", List.of(), 2, "public.t.v: not there", "");
            try (var session = store.session()) {
                session.faults().parkPaused("item", transaction(4));
                session.commit(at(4));
            }
            store.claimSpool(new SpoolClaim("5b0a7a3e-0000-0000-0000-000000000000", "here"));
            try (var session = store.session()) {
                session.faults().resolve(session.faults().groups().first(), "");
                session.commit(at(4));
                assertThat(session.faults().isEmpty()).isTrue();
            }
            assertThat(store.pauses().all())
                    .as("rows of another shape may lie in the spool")
                    .hasSize(1);

            store.releaseSpool();
            try (var session = store.session()) {
                session.faults().parkPaused("item", transaction(5));
                session.commit(at(5));
                session.faults().resolve(session.faults().groups().first(), "");
                session.commit(at(5));
            }
            assertThat(store.pauses().all()).isEmpty();
        }
    }

    @Test
    void aResyncGivesUpWhatAPausedTableHasParkedAndNothingElse() throws Exception {
        try (var store = open(inH2())) {
            store.pauses().begin(new TableId("public", "t"), "item", List.of(), 2, "public.t.v: not there", "");
            try (var session = store.session()) {
                session.faults().parkPaused("item", transaction(4));
                session.faults().park(Set.of(new Faults.Waiting("other", "1")), transaction(4), "no word");
                session.commit(at(4));
            }
            store.beginAnew(at(9), List.of(), Set.of(), Backfill.of(List.of(), 1));

            assertThat(store.pauses().all()).isEmpty();
            try (var session = store.session()) {
                assertThat(session.faults().waiting("item")).isZero();
                assertThat(session.faults().waiting("other")).isOne();
            }
            assertThat(store.listing(10).faults())
                    .extracting(fault -> fault.aggregate() + " " + fault.state() + " " + fault.reason())
                    .containsExactlyInAnyOrder("item SKIPPED resync", "other PARKED ");
        }
    }
}
