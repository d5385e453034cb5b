package dev.banyan.bridge.run;

import static dev.banyan.bridge.change.EventMapper.PLACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A start whose mapping reads columns that remembered rows lack has them read. */
class NewColumnsTest {

    private static final TableId TABLE = new TableId("public", "one");
    private static final Position POSITION = new Position("1", 1, 0, Map.of("lsn", 0L));

    @TempDir
    Path folder;

    private BridgeStore open(BridgeStore.Settings settings) {
        var store = BridgeStore.open(settings, "new", "test", Duration.ofSeconds(30), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private BridgeStore open() {
        return open(new BridgeStore.Settings(MigratedStore.in(folder), "", ""));
    }

    /** A start with a mapping that reads {@code columns}; returns where each backfill that was ever asked for stands. */
    private static String start(BridgeStore store, String... columns) {
        return start(store, Arrays.stream(columns).collect(Collectors.toMap(column -> column, column -> column)));
    }

    private static String start(BridgeStore store, Map<String, String> wanted) {
        try (var session = store.session()) {
            NewColumns.see(Map.of(TABLE, wanted), store, session.images());
        }
        return String.join(
                " ", store.backfills().all().stream().map(Backfill::word).toList());
    }

    /** A start with a mapping of {@code tables}, each with a column and the place {@code places} of its number; returns what is asked for. */
    private static List<String> startOf(BridgeStore store, Map<String, String> placeByTable) {
        var wanted = placeByTable.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> new TableId("public", entry.getKey()), entry -> withPlace(entry.getValue())));
        try (var session = store.session()) {
            NewColumns.atStart(wanted, store, session.images());
        }
        assertThat(unread(store, wanted)).as("all that is missing is asked for").isEmpty();
        return store.backfills().all().stream()
                .map(backfill -> backfill.word() + " "
                        + backfill.tables().stream()
                                .map(each -> each.id().name())
                                .sorted()
                                .toList())
                .toList();
    }

    /** With several places between semicolons. */
    private static Map<String, String> withPlace(String places) {
        var names = new HashMap<>(Map.of("id", "id", PLACE, PLACE));
        for (var place : places.split("; ", -1)) {
            names.put(PLACE + place, PLACE + place);
        }
        return names;
    }

    private static void put(BridgeStore store, Row row) {
        try (var session = store.session()) {
            session.images().put(TABLE, List.of(1L), row, List.of());
            session.commit(POSITION);
        }
    }

    private static void ask(BridgeStore store, Ask ask) {
        new BackfillDesk(BackfillDesk.Kind.BACKFILL, store.backfills(), List.of(TABLE), InstantSource.system())
                .answer(new BackfillDesk.Request(ask, List.of()));
    }

    /** The newest backfill is over. */
    private static void end(BridgeStore store, Backfill.State state) {
        var last = store.backfills().all().getLast();
        try (var session = store.session()) {
            session.update(
                    new Backfill(last.id(), last.tables(), state, last.wish(), 1, null, null, last.requestedAtMs(), 0));
            session.commit(POSITION);
        }
    }

    @Test
    void columnThatIsNewIsAskedForOnceAndIsThereWhenTheBackfillIsDone() {
        try (var store = open()) {
            assertThat(start(store, "id")).as("no row, so none lacks anything").isEmpty();
            assertThat(start(store, "id", "v")).isEqualTo("requested");
            assertThat(start(store, "id", "v")).as("it is on its way").isEqualTo("requested");
            assertThat(start(store, "id", "v", "w")).as("it has not begun").isEqualTo("requested");
            end(store, Backfill.State.DONE);
            assertThat(start(store, "id", "v", "w")).isEqualTo("done");
            assertThat(start(store, "id", "v", "w", "x")).isEqualTo("done requested");
        }
    }

    @Test
    void columnThatWasLeftOutMeanwhileIsNewAgain() {
        try (var store = open()) {
            start(store, "id", "v");
            assertThat(start(store, "id")).isEmpty();
            assertThat(start(store, "id", "v")).isEqualTo("requested");
            end(store, Backfill.State.DONE);
            assertThat(start(store, "id"))
                    .as("left out before it was seen to be there")
                    .isEqualTo("done");
            assertThat(start(store, "id", "v")).isEqualTo("done requested");
        }
    }

    @Test
    void whatIsCancelledIsAskedForByTheNextStartUnlessSomebodyElseHas() {
        try (var store = open()) {
            start(store, "id");
            start(store, "id", "v");
            ask(store, Ask.CANCEL);
            assertThat(start(store, "id", "v")).isEqualTo("cancelling requested");
            end(store, Backfill.State.CANCELLED);
            ask(store, Ask.START);
            assertThat(start(store, "id", "v")).isEqualTo("cancelling cancelled requested");
            end(store, Backfill.State.DONE);
            assertThat(start(store, "id", "v")).isEqualTo("cancelling cancelled done");
        }
    }

    @Test
    void backfillThatIsUnderWayHasReadRowsWithoutAColumnThatIsNewNow() {
        try (var store = open()) {
            start(store, "id");
            start(store, "id", "v");
            end(store, Backfill.State.RUNNING);
            assertThat(start(store, "id", "v")).isEqualTo("running");
            assertThat(start(store, "id", "v", "w")).isEqualTo("running requested");
        }
    }

    @Test
    void columnThatIsRedactedInAnotherWayIsNewUnlessItWasInClear() {
        try (var store = open()) {
            var clear = Map.of("v", "v");
            var hashed = Map.of("v\1hash", "v");
            var masked = Map.of("v\1mask 4", "v");
            assertThat(start(store, clear)).isEmpty();
            assertThat(start(store, hashed)).isEmpty();
            assertThat(start(store, masked)).isEqualTo("requested");
            end(store, Backfill.State.DONE);
            assertThat(start(store, masked)).isEqualTo("done");
            assertThat(start(store, clear)).isEqualTo("done requested");
        }
    }

    @Test
    void nothingIsAskedForOfAPausedTableBeforeThatIsOver() {
        try (var store = open()) {
            start(store, "id");
            store.pauses().begin(TABLE, "order", List.of(TABLE), 7, "public.one.v: not there", "bigint\tid");
            assertThat(start(store, "id", "v")).isEmpty();
            store.pauses().end("order");
            assertThat(start(store, "id", "v")).isEqualTo("requested");
        }
    }

    @Test
    void storeOfBeforeIsJudgedByARowOfIt() {
        try (var store = open()) {
            put(store, new Row(Map.of("id", 1L)));
            assertThat(start(store, "id", "v")).isEqualTo("requested");
        }
    }

    @Test
    void tableThatIsNewIsAskedForOnceButNotByTheFirstStart() {
        try (var store = open()) {
            assertThat(startOf(store, Map.of("ord", "order"))).isEmpty();
            var both = Map.of("ord", "order", "cust", "customer");
            assertThat(unread(store, Map.of(new TableId("public", "cust"), withPlace("customer"))))
                    .containsValue("new in the mapping as customer");
            assertThat(startOf(store, both)).containsExactly("requested [cust]");
            assertThat(startOf(store, both)).containsExactly("requested [cust]");
            end(store, Backfill.State.DONE);
            assertThat(startOf(store, both)).containsExactly("done [cust]");
        }
    }

    @Test
    void tableThatWasLeftOutMeanwhileIsNewAgain() {
        try (var store = open()) {
            var both = Map.of("ord", "order", "cust", "customer");
            startOf(store, both);
            startOf(store, Map.of("ord", "order"));
            assertThat(startOf(store, both)).containsExactly("requested [cust]");
        }
    }

    @Test
    void tableWithAnotherPlaceIsReadAgainUnlessTheStoreKnowsNothingOfPlaces() {
        try (var store = open()) {
            start(store, "id"); // as a bridge of before does
            assertThat(startOf(store, Map.of("one", "order"))).isEmpty();
            var list = Map.of("one", "basket.lines in public.basket by basket_id");
            assertThat(unread(store, Map.of(TABLE, withPlace("basket.lines"))))
                    .containsExactly(Map.entry(TABLE, "new in the mapping as basket.lines"));
            assertThat(startOf(store, list)).containsExactly("requested [one]");
            assertThat(startOf(store, list)).containsExactly("requested [one]");
            end(store, Backfill.State.DONE);
            assertThat(startOf(store, list)).containsExactly("done [one]");
        }
    }

    @Test
    void listOfRowsThatAreAListAlreadyHasItsRootsRead() {
        try (var store = open()) {
            var ofOrders = "order.lines in public.ord by no";
            var ofInvoices = "invoice.lines in public.inv by no";
            var before = Map.of("ord", "order", "inv", "invoice", "line", ofOrders);
            var both = Map.of("ord", "order", "inv", "invoice", "line", ofOrders + "; " + ofInvoices);
            var after = Map.of("ord", "order", "inv", "invoice", "line", ofInvoices);
            assertThat(startOf(store, before)).isEmpty();
            assertThat(startOf(store, both)).containsExactly("requested [inv]");
            assertThat(startOf(store, both)).containsExactly("requested [inv]");
            end(store, Backfill.State.CANCELLED);
            assertThat(startOf(store, both)).containsExactly("cancelled [inv]", "requested [inv]");
            end(store, Backfill.State.DONE);
            assertThat(startOf(store, both)).containsExactly("cancelled [inv]", "done [inv]");
            assertThat(startOf(store, after)).containsExactly("cancelled [inv]", "done [inv]");
            assertThat(startOf(store, before))
                    .as("the orders' list was left out meanwhile")
                    .containsExactly("cancelled [inv]", "done [inv]", "requested [ord]");
        }
    }

    @Test
    void listByOtherColumnsHasItsRowsRead() {
        try (var store = open()) {
            var ofOrders = "order.lines in public.ord by no";
            startOf(store, Map.of("ord", "order", "inv", "invoice", "line", ofOrders));
            assertThat(startOf(
                            store,
                            Map.of("ord", "order", "inv", "invoice", "line", "invoice.lines in public.inv by inv_no")))
                    .containsExactly("requested [line]");
        }
    }

    @Test
    void tableThatStandsInForAllOfBeforeIsNoFirstStart() {
        try (var store = open()) {
            startOf(store, Map.of("ord", "order"));
            assertThat(startOf(store, Map.of("orders", "order"))).containsExactly("requested [orders]");
            assertThat(store.remembered().all())
                    .as("the other is forgotten")
                    .containsOnlyKeys(new TableId("public", "orders"));
        }
    }

    @Test
    void whatWasCancelledIsToldToWhoeverAsksBeforeTheNextStart() {
        try (var store = open()) {
            var both = Map.of("ord", "order", "cust", "customer");
            startOf(store, Map.of("ord", "order"));
            startOf(store, both);
            end(store, Backfill.State.CANCELLED);
            assertThat(unread(store, Map.of(new TableId("public", "cust"), withPlace("customer"))))
                    .containsValue("new in the mapping as customer");
        }
    }

    private static Map<TableId, String> unread(BridgeStore store, Map<TableId, Map<String, String>> wanted) {
        return NewColumns.unread(
                wanted, store.remembered().all(), store.backfills().all());
    }

    @Test
    void soIsOneInPostgresql() {
        Servers.postgres().createDatabase("new_columns_store");
        var settings =
                new BridgeStore.Settings(Servers.postgres().jdbcUrl("new_columns_store"), "postgres", "postgres");
        try (var store = open(settings)) {
            put(store, new Row(Map.of("id", 1L)));
            assertThat(start(store, "id")).isEmpty();
            assertThat(start(store, "id", "v")).isEqualTo("requested");
            end(store, Backfill.State.DONE);
            assertThat(start(store, "id", "v")).isEqualTo("done");
        }
    }

    private Path config(TestBridge bridge, String lineFields) throws Exception {
        var config = bridge.config();
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                schema: %s
                aggregates:
                  ord:
                    topic: %s
                    subject: ord/{id}
                    type: t.{event}.v1
                    table: ord
                    key: [id]
                    fields: {id: {column: id, as: integer}}
                    children:
                      lines: {table: line, key: [id], parent: [ord], fields: {no: {column: id, as: integer}%s}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(bridge.schema(), bridge.topic(), lineFields));
        return config;
    }

    @ParameterizedTest
    @EnumSource
    void mappingThatReadsAnotherColumnTellsOfItWithTheRowsThatWereThere(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "new_columns", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT, rmk TEXT)");
            try (var process = new BridgeThread(folder, config(bridge, ""))) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                WholeTransactionsTest.commit(
                        bridge, "INSERT INTO ord VALUES (1, 'a')", "INSERT INTO line VALUES (7, 1, 'urgent')");
                Await.until("it is told", () -> bridge.events().size() == 1);
            }
            try (var process = new BridgeThread(folder, config(bridge, ", note: rmk"))) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO line VALUES (8, 1, 'late')");
                Await.until("both are told", () -> bridge.data()
                        .getLast()
                        .equals("{\"id\":1,\"lines\":[{\"no\":7,\"note\":\"urgent\"},{\"no\":8,\"note\":\"late\"}]}"));
                Await.until("its backfill is done", () -> process.isWell("/health/migration"));
            }
            assertThat(bridge.data()).noneMatch(data -> data.contains("\"note\":null"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tableThatBecomesAListIsReadByItself(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "new_table", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT, rmk TEXT)");
            var whole = Files.readString(config(bridge, "").resolveSibling("mapping.yaml"));
            var mapping = folder.resolve("mapping.yaml");
            // With MariaDB the bridge has to know a table from its beginning: there it is a root of its own before.
            Files.writeString(
                    mapping,
                    whole.replaceFirst("(?m)^ *children:\\R.*\\R", "")
                            + (dbms == Dbms.MARIADB ? lineOfItsOwn(bridge) : ""));
            try (var process = new BridgeThread(folder, folder.resolve("bridge.yaml"))) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                WholeTransactionsTest.commit(
                        bridge, "INSERT INTO line VALUES (7, 1, 'urgent')", "INSERT INTO ord VALUES (1, 'a')");
                Await.until("it is told", () -> bridge.data().contains("{\"id\":1}"));
            }
            Files.writeString(mapping, whole);
            if (dbms == Dbms.POSTGRESQL) { // what plan prints
                bridge.sql("ALTER PUBLICATION pub_new_table ADD TABLE line");
                bridge.sql("ALTER TABLE line REPLICA IDENTITY FULL");
            }
            try (var process = new BridgeThread(folder, folder.resolve("bridge.yaml"))) {
                process.awaitStreaming();
                Await.until(
                        "the order has its line",
                        () -> bridge.data().getLast().equals("{\"id\":1,\"lines\":[{\"no\":7}]}"));
                Await.until("its backfill is done", () -> process.isWell("/health/migration"));
            }
        }
    }

    /** The lines of an order are those of its invoice, too, which has its number. */
    @ParameterizedTest
    @EnumSource
    void listOfRowsThatAreAListAlreadyIsToldWithItsRoots(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "new_list", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE inv (id BIGINT PRIMARY KEY)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT, rmk TEXT)");
            var orders = Files.readString(config(bridge, "").resolveSibling("mapping.yaml"));
            var list = orders.lines()
                    .filter(line -> line.contains("lines:"))
                    .findFirst()
                    .orElseThrow()
                    .strip();
            var invoice = lineOfItsOwn(bridge)
                    .replace("line:", "inv:")
                    .replace("line/", "inv/")
                    .replace("table: line", "table: inv")
                    .replace("Line", "Invoice");
            var mapping = folder.resolve("mapping.yaml");
            Files.writeString(mapping, orders + invoice);
            try (var process = new BridgeThread(folder, folder.resolve("bridge.yaml"))) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                WholeTransactionsTest.commit(
                        bridge, "INSERT INTO line VALUES (7, 1, 'urgent')", "INSERT INTO inv VALUES (1)");
                Await.until("it is told", () -> bridge.data().contains("{\"id\":1}"));
            }
            Files.writeString(
                    mapping,
                    orders + invoice.replaceFirst("(?m)^( +)events:", "$1children:\n$1  " + list + "\n$1events:"));
            try (var process = new BridgeThread(folder, folder.resolve("bridge.yaml"))) {
                process.awaitStreaming();
                Await.until(
                        "the invoice has its line",
                        () -> bridge.data().getLast().equals("{\"id\":1,\"lines\":[{\"no\":7}]}"));
                Await.until("its backfill is done", () -> process.isWell("/health/migration"));
            }
        }
    }

    private static String lineOfItsOwn(TestBridge bridge) {
        return """
                  line:
                    topic: %s
                    subject: line/{id}
                    type: t.{event}.v1
                    table: line
                    key: [id]
                    fields: {id: {column: id, as: integer}}
                    events:
                      - {event: LineImported, when: backfill}
                      - {event: LineAdded, when: created}
                      - {event: LineRemoved, when: removed}
                      - {event: LineChanged, when: otherwise}
                """.formatted(bridge.topic());
    }
}
