package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that were remembered by another key are found by the one that the mapping has now. */
class KeyFormsTest {

    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId LINE = new TableId("public", "lin");
    private static final Position POSITION = new Position("1", 1, 9, Map.of("lsn", 9L));
    private static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{no}
                type: "{event}"
                table: ord
                key: [no]
                fields: {no: {column: no, as: AS}}
                children:
                  lines:
                    table: lin
                    key: [KEY]
                    parent: [ord_no]
                    fields: {qty: {column: qty, as: integer}, line: {column: line_cd, as: LINE}, pos: pos, id: id}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private long lsn = 9;

    private FaultSeal seal() throws Exception {
        return FaultSeal.of(Files.write(folder.resolve("key"), new byte[32]));
    }

    private BridgeStore opened(String kind) throws Exception {
        var isH2 = kind.equals("h2");
        var database = "forms_"
                + folder.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        if (!isH2) {
            Servers.postgres().createDatabase(database);
        }
        var settings = isH2
                ? new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "", seal())
                : new BridgeStore.Settings(Servers.postgres().jdbcUrl(database), "postgres", "postgres", seal());
        var store = BridgeStore.open(settings, "forms", "test", Duration.ofSeconds(60), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private static Mapper mapper(String as, String key, String line) throws Exception {
        return mapper(as, key, line, "line_cd");
    }

    private static Mapper mapper(String as, String key, String line, String code) throws Exception {
        var text = MAPPING.replace("AS", as)
                .replace("KEY", key)
                .replace("LINE", line)
                .replace("line_cd", code);
        return new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "forms", null);
    }

    /** A start with {@code mapper}, as {@link BridgeRun} begins it. */
    private static void start(Mapper mapper, BridgeStore store) throws Exception {
        start(mapper, store, "line_cd");
    }

    private static void start(Mapper mapper, BridgeStore store, String code) throws Exception {
        start(mapper, store, List.of("ord_no", "pos", code, "id", "qty", "depot"));
    }

    /** {@code columns} are those of the lines in their order, an empty one where one was dropped. */
    private static void start(Mapper mapper, BridgeStore store, List<String> columns) throws Exception {
        var numbers = new HashMap<String, Integer>();
        columns.forEach(column -> numbers.put(column, numbers.size() + 1));
        numbers.remove("");
        KeyForms.atStart(mapper, store, () -> Map.of(LINE, numbers));
        try (var session = store.session()) {
            NewColumns.atStart(mapper.remembers(), store, session.images());
        }
    }

    private List<String> map(Mapper mapper, BridgeStore store, Change... changes) {
        lsn++;
        try (var session = store.session()) {
            var events =
                    mapper.map(new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes)), session.images());
            session.commit(POSITION);
            return events.stream()
                    .map(event -> event.type() + " " + event.subject() + " "
                            + event.data().replace("\"", "").replaceAll(",pos:\\d,id:\\d", ""))
                    .toList();
        }
    }

    private static Row line(long pos, String code, int quantity) {
        // what is the id of one is the position of another
        return new Row(Map.of("ord_no", "7  ", "pos", pos, "line_cd", code, "id", pos + 1, "qty", quantity));
    }

    private void remember(Mapper mapper, BridgeStore store) {
        map(
                mapper,
                store,
                new Change.Inserted(ORDER, new Row(Map.of("no", "7  "))),
                new Change.Inserted(LINE, line(1, "A  ", 1)),
                new Change.Inserted(LINE, line(2, "B  ", 1)),
                new Change.Inserted(LINE, line(3, "C  ", 1)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            h2         | string | ord_no, line_cd | string | char   | ord_no, line_cd | char
            postgresql | string | ord_no, line_cd | string | char   | ord_no, line_cd | char
            h2         | string | ord_no, line_cd | string | char   | ord_no, line_cd | string
            h2         | char   | ord_no, line_cd | char   | string | ord_no, line_cd | string
            h2         | string | id              | string | string | pos             | string
            postgresql | string | id              | string | string | pos             | string
            h2         | string | pos             | string | string | ord_no, pos     | string
            """)
    void whatWasRememberedByAnotherKeyIsFound(
            String kind, String as, String key, String line, String asNow, String keyNow, String lineNow)
            throws Exception {
        try (var store = opened(kind)) {
            var before = mapper(as, key, line);
            start(before, store);
            remember(before, store);

            var now = mapper(asNow, keyNow, lineNow);
            start(now, store);

            var no = asNow.equals("char") ? "7" : "7  ";
            var blanks = lineNow.equals("char") ? "" : "  ";
            var first = "{qty:1,line:A" + blanks + "}";
            var last = "{qty:1,line:C" + blanks + "}";
            assertThat(map(now, store, new Change.Updated(LINE, line(2, "B  ", 1), line(2, "B  ", 5))))
                    .containsExactly("Changed order/" + no + " {no:" + no + ",lines:[" + first + ",{qty:5,line:B"
                            + blanks + "}," + last + "]}");
            assertThat(map(now, store, new Change.Deleted(LINE, line(2, "B  ", 5))))
                    .containsExactly("Changed order/" + no + " {no:" + no + ",lines:[" + first + "," + last + "]}");
            assertThat(KeyForms.another(now, store)).isNull();
            assertThat(KeyForms.another(before, store))
                    .contains(": key of public.")
                    .endsWith(
                            ": another one than rows are remembered by (expected: the mapping of before, or first a start of the bridge with this one)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void whatAResyncHidIsGoneByItsNewKeyWhenNothingWasHeardOfIt(String kind) throws Exception {
        try (var store = opened(kind)) {
            var before = mapper("string", "ord_no, line_cd", "string");
            start(before, store);
            remember(before, store);
            store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINE, ORDER)));

            var now = mapper("string", "ord_no, line_cd", "char");
            start(now, store);
            map(now, store, new Change.Read(LINE, line(1, "A  ", 1)), new Change.Read(LINE, line(3, "C  ", 1)));
            map(now, store, new Change.Read(ORDER, new Row(Map.of("no", "7  "))));
            end(Backfill.head(store.backfills().all()).orElseThrow(), store);

            try (var session = store.session()) {
                var gone = session.nextGone(10);
                assertThat(Objects.requireNonNull(gone).rows())
                        .extracting(row -> row.get("line_cd"))
                        .containsExactly("B  ");
            }
        }
    }

    /** As one is whose aggregate waits, or that was read too late: nobody puts it anew. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aRowThatIsOnlyHeardOfIsSeenByTheKeyThatItIsRememberedBy(String kind) throws Exception {
        try (var store = opened(kind)) {
            var mapper = mapper("char", "ord_no, line_cd", "char");
            start(mapper, store);
            remember(mapper, store);
            store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINE, ORDER)));

            var backfill = Backfill.head(store.backfills().all()).orElseThrow();
            try (var session = store.session()) {
                var keys = Map.of(ORDER, List.of("no"), LINE, List.of("ord_no", "line_cd"));
                var tracker = new BackfillTracker(keys, session, List.of(backfill), _ -> null, mapper);
                tracker.filter(new Transaction(
                        10,
                        "10",
                        Instant.EPOCH,
                        List.of(
                                new Change.Read(ORDER, new Row(Map.of("no", "7  "))),
                                new Change.Read(LINE, line(1, "A  ", 1)),
                                new Change.Updated(LINE, line(2, "B  ", 1), line(2, "B  ", 1)))));
                session.commit(POSITION);
            }
            end(backfill, store);

            try (var session = store.session()) {
                assertThat(Objects.requireNonNull(session.nextGone(10)).rows())
                        .extracting(row -> row.get("line_cd"))
                        .containsExactly("C  ");
            }
        }
    }

    private static void end(Backfill backfill, BridgeStore store) {
        try (var session = store.session()) {
            session.update(new Backfill(
                    backfill.id(), backfill.tables(), Backfill.State.DONE, backfill.wish(), 0, null, null, 1, 1));
            session.commit(POSITION);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pos, depot", "depot"})
    void rowsWithoutTheColumnsOfAnotherKeyAreNotLookedForInVain(String key) throws Exception {
        try (var store = opened("h2")) {
            var before = mapper("string", "pos", "string");
            start(before, store);
            remember(before, store);

            var now = mapper("string", key, "string");
            assertThatThrownBy(() -> start(now, store))
                    .isInstanceOf(MappingFailed.class)
                    .hasMessage(
                            "m.yaml:12:16: key of public.lin: [" + key
                                    + "], and rows are remembered by [pos] and without"
                                    + " all of these (expected: the key of before until a backfill has read those columns as fields)");
            assertThat(map(before, store, new Change.Deleted(LINE, line(2, "B  ", 1))))
                    .as("all is as it was")
                    .containsExactly("Changed order/7   {no:7  ,lines:[{qty:1,line:A  },{qty:1,line:C  }]}");
        }
    }

    /** Its values are not those of the one that is gone, whatever takes that one's place among the columns. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            it was there before              | ord_no pos depot qty | ord_no depot qty
            it came since, as the last       | ord_no pos qty       | ord_no  qty depot
            it was there, but nobody noted it | ord_no qty           | ord_no depot qty
            """)
    void anotherColumnThatIsTheKeyNowIsNotTheOneThatWasDropped(String how, String columns, String columnsNow)
            throws Exception {
        try (var store = opened("h2")) {
            var before = mapper("string", "pos", "string");
            start(before, store, List.of(columns.split(" ")));
            remember(before, store);

            var now = mapper("string", "depot", "string");
            assertThatThrownBy(() -> start(now, store, List.of(columnsNow.split(" "))))
                    .as(how)
                    .isInstanceOf(MappingFailed.class)
                    .hasMessageContaining("[depot], and rows are remembered by [pos] and without all of these");
        }
    }

    /** Between the two it was started with the mapping of before, which has the table wait. */
    @Test
    void aColumnThatWasRenamedIsKnownHoweverOftenItWasStartedMeanwhile() throws Exception {
        try (var store = opened("h2")) {
            var before = mapper("string", "ord_no, line_cd", "string");
            start(before, store);
            remember(before, store);
            start(before, store, "kode");

            var now = mapper("string", "ord_no, kode", "string", "kode");
            start(now, store, "kode");

            assertThat(map(now, store, new Change.Deleted(LINE, renamed(2, "B  ", 1))))
                    .containsExactly("Changed order/7   {no:7  ,lines:[{qty:1,line:A  },{qty:1,line:C  }]}");
        }
    }

    /** A list is asked for the keys of all its rows when one of them changes, and no row has a value of the column's new name yet. */
    @ParameterizedTest
    @CsvSource({"h2, string", "postgresql, string", "h2, char"})
    void aListWhoseKeyColumnWasRenamedIsWholeBeforeABackfillHasReadIt(String kind, String as) throws Exception {
        try (var store = opened(kind)) {
            var before = mapper("string", "ord_no, line_cd", "string");
            start(before, store);
            remember(before, store);

            var now = mapper("string", "ord_no, kode", as, "kode");
            start(now, store, "kode");

            var changed = "lines:[{qty:1,line:A  },{qty:5,line:B  },{qty:1,line:C  }]}";
            assertThat(map(now, store, new Change.Updated(LINE, renamed(2, "B  ", 1), renamed(2, "B  ", 5))))
                    .containsExactly(
                            "Changed order/7   {no:7  ," + (as.equals("char") ? changed.replace("  }", "}") : changed));
            map(
                    now,
                    store,
                    new Change.Read(LINE, renamed(1, "A  ", 1)),
                    new Change.Read(LINE, renamed(2, "B  ", 5)),
                    new Change.Read(LINE, renamed(3, "C  ", 1)));
            try (var session = store.session()) {
                assertThat(session.images().count(LINE, 10))
                        .as("rows, none beside itself")
                        .isEqualTo(3);
            }
        }
    }

    private static Row renamed(long pos, String code, int quantity) {
        return new Row(Map.of("ord_no", "7  ", "pos", pos, "kode", code, "id", pos + 1, "qty", quantity));
    }

    @Test
    void rowsAreFoundByAColumnThatWasRenamed() throws Exception {
        try (var store = opened("h2")) {
            var before = mapper("string", "old_pos", "string");
            start(before, store);
            map(before, store, new Change.Inserted(ORDER, new Row(Map.of("no", "7  "))));
            var row = new LinkedHashMap<>(line(2, "B  ", 1).values());
            row.put("old_pos", row.get("pos"));
            map(before, store, new Change.Inserted(LINE, new Row(row)));

            var now = mapper("string", "pos", "string");
            start(now, store);

            assertThat(map(now, store, new Change.Deleted(LINE, line(2, "B  ", 1))))
                    .containsExactly("Changed order/7   {no:7  ,lines:[]}");
        }
    }

    @Test
    void whatIsParkedByTheKeyOfBeforeComesFirst() throws Exception {
        try (var store = opened("h2")) {
            var before = mapper("string", "pos", "string");
            start(before, store);
            remember(before, store);
            var now = mapper("char", "pos", "string");
            try (var session = store.session()) {
                session.faults()
                        .park(
                                Set.of(new Waiting("order", "8  ")),
                                new Transaction(
                                        lsn,
                                        "tx",
                                        Instant.EPOCH,
                                        List.of(new Change.Inserted(ORDER, new Row(Map.of("no", "8  "))))),
                                "no answer");
                session.commit(POSITION);
            }

            assertThatThrownBy(() -> start(now, store))
                    .isInstanceOf(MappingFailed.class)
                    .hasMessage("m.yaml:12:16: key of public.lin: 1 of order are parked by the key of before"
                            + " (expected: none: events faults resubmit --all --send with the mapping of before)");
        }
    }
}
