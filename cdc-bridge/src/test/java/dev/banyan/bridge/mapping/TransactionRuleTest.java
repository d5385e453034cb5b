package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One event for all that a transaction did. */
class TransactionRuleTest {

    private static final String MAPPING = """
            version: 1
            transactions:
              - {event: CheckoutCompleted, topic: sales, type: "shop.{event}.v1", all: [OrderAdded, StockChanged], none: [OrderRemoved]}
              - {event: StockMoved, topic: sales, type: "shop.{event}.v1", any: [StockAdded, StockChanged]}
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: shop.{event}.v1
                table: ord
                key: [id]
                fields: {id: {column: id, as: integer}, v: {column: v, as: integer}}
                events:
                  - {event: OrderImported, when: backfill}
                  - {event: OrderAdded, when: created}
                  - {event: OrderRemoved, when: removed}
                  - {event: OrderChanged, when: otherwise}
              stock:
                topic: stock
                subject: stock/{id}
                type: shop.{event}.v1
                table: stk
                key: [id]
                fields: {id: {column: id, as: integer}, v: {column: v, as: integer}}
                events:
                  - {event: StockImported, when: backfill}
                  - {event: StockAdded, when: created}
                  - {event: StockRemoved, when: removed}
                  - {event: StockChanged, when: otherwise, bulk: {event: StockCounted, atLeast: 3}}
            """;
    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId STOCK = new TableId("public", "stk");

    @TempDir
    Path folder;

    private Path file;
    private Mapper mapper;
    private final InMemoryImages images = new InMemoryImages();
    private long lsn;

    @BeforeEach
    void readTheMapping() throws Exception {
        file = Files.writeString(folder.resolve("mapping.yaml"), MAPPING);
        mapper = new Mapper(MappingFile.read(file), "shop", null);
        for (long id = 1; id <= 4; id++) {
            map(new Change.Read(STOCK, row(id, 10)));
        }
    }

    private static Row row(long id, long v) {
        return new Row(Map.of("id", id, "v", v));
    }

    private static Change stock(long id, long v) {
        return new Change.Updated(STOCK, null, row(id, v));
    }

    private List<DomainEvent> map(Change... changes) {
        lsn++;
        return mapper.map(transaction(changes), images);
    }

    private Transaction transaction(Change... changes) {
        return new Transaction(lsn, "7" + lsn, Instant.EPOCH, List.of(changes));
    }

    private static List<String> types(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type().replaceAll("shop\\.|\\.v1", ""))
                .toList();
    }

    @Test
    void itComesOnceAndLastAndTellsWhatItStandsFor() {
        var events = map(stock(1, 9), new Change.Inserted(ORDER, row(7, 1)), stock(2, 9));

        assertThat(types(events))
                .containsExactly("StockChanged", "OrderAdded", "StockChanged", "CheckoutCompleted", "StockMoved");
        var event = events.get(3);
        assertThat(event.topic()).isEqualTo("sales");
        assertThat(event.subject()).isEqualTo("tx:5").isEqualTo(event.cause().id());
        assertThat(event.dataschema()).isEqualTo("urn:banyan:contract:shop.CheckoutCompleted.v1.json");
        assertThat(event.data())
                .isEqualTo("{\"count\":3,\"events\":["
                        + told("StockChanged", events.get(0)) + "," + told("OrderAdded", events.get(1)) + ","
                        + told("StockChanged", events.get(2)) + "]}");
        assertThat(events).extracting(DomainEvent::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(events).extracting(DomainEvent::id).doesNotHaveDuplicates();
        assertThat(mapper.counts().events()).isEqualTo(4 + 5);
    }

    private static String told(String name, DomainEvent event) {
        return "{\"event\":\"" + name + "\",\"subject\":\"" + event.subject() + "\",\"id\":\"" + event.id() + "\"}";
    }

    @Test
    void whatIsMissingOrMustNotBeKeepsItAway() {
        map(new Change.Inserted(ORDER, row(1, 1)));
        assertThat(types(map(new Change.Inserted(ORDER, row(7, 1))))).containsExactly("OrderAdded");
        assertThat(types(map(stock(1, 9)))).containsExactly("StockChanged", "StockMoved");
        assertThat(types(map(stock(1, 8), new Change.Inserted(ORDER, row(8, 1)), new Change.Deleted(ORDER, row(1, 1)))))
                .containsExactly("StockChanged", "OrderAdded", "OrderRemoved", "StockMoved");
        assertThat(types(map(new Change.Read(STOCK, row(9, 1)), new Change.Read(ORDER, row(9, 1)))))
                .as("a backfill caused nothing")
                .containsExactly("StockImported", "OrderImported");
        assertThat(map(stock(1, 8))).as("nothing changed").isEmpty();
    }

    @Test
    void itCountsWhatABulkEventTellsAndListsABoundedNumber() {
        var events = map(stock(1, 1), stock(2, 1), stock(3, 1), new Change.Inserted(ORDER, row(7, 1)));
        assertThat(types(events)).containsExactly("StockCounted", "OrderAdded", "CheckoutCompleted", "StockMoved");
        assertThat(events.getLast().data()).startsWith("{\"count\":3,");

        var many = new ArrayList<Change>();
        for (long id = 100; id < 1_000; id++) {
            many.add(new Change.Inserted(STOCK, row(id, 1)));
        }
        var moved = map(many.toArray(Change[]::new)).getLast();
        assertThat(moved.data()).startsWith("{\"count\":900,");
        assertThat(moved.data().split("\"event\":", -1)).hasSize(TransactionEvents.TOLD_MAX + 1);
    }

    @Test
    void theSameTransactionGivesTheSameEvents() {
        var first = map(stock(1, 9), new Change.Inserted(ORDER, row(7, 1)));
        var others = new InMemoryImages();
        others.put(STOCK, List.of(1L), row(1, 10), List.of());

        assertThat(mapper.map(transaction(stock(1, 9), new Change.Inserted(ORDER, row(7, 1))), others))
                .isEqualTo(first);
    }

    @Test
    void anExplanationSaysWhyARuleDidNotHold() {
        lsn++;
        var explanation = mapper.explain(transaction(stock(1, 9)), images);

        assertThat(explanation.decisions())
                .filteredOn(decision -> decision.aggregate().equals("transactions"))
                .satisfiesExactly(
                        holds -> assertThat(holds.event()).isEqualTo("StockMoved"), not -> assertThat(not.verdicts())
                                .extracting(verdict -> verdict.line() + " " + verdict.event() + ": " + verdict.why())
                                .containsExactly("3 CheckoutCompleted: no OrderAdded"));
    }

    @Test
    void aMappingTestSeesIt() throws Exception {
        Files.writeString(file, MAPPING + """
                tests:
                  - name: a checkout is one thing
                    given: {stk: [{id: 1, v: 10}]}
                    when: [{insert: ord, row: {id: 7, v: 1}}, {update: stk, key: {id: 1}, set: {v: 9}}]
                    then:
                      - {event: OrderAdded}
                      - {event: StockChanged}
                      - {event: CheckoutCompleted, data: {count: 2}}
                      - {event: StockMoved, data: {events: [{event: StockChanged, subject: stock/1}]}}
                """);

        var ran = Printed.of("test", file.toString());

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out()).contains("rules met 4/10").doesNotContain("meets rule transactions");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            all: [OrderAdded, StockChanged], | all: [OrderAded, StockChanged], | transactions[0].all: 'OrderAded' (expected: did you mean 'OrderAdded'?
            all: [OrderAdded, StockChanged], | | transactions[0]: no events (expected: all: or any:
            event: StockMoved | event: CheckoutCompleted | transactions: the name 'CheckoutCompleted', also in line 3
            shop.{event}.v1", any | shop.v1", any | transactions[1].type: 'shop.v1' (expected: at most 140 letters
            topic: stock | onFault: park~topic: stock | 'StockChanged' of stock, whose changes may wait or be skipped
            order/{id} | tx:{id} | order.subject: 'tx:{id}' (expected: another word than tx:
            """)
    void whatCannotHoldIsRefusedWithItsLine(String text, String by, String message) throws Exception {
        var wrong = MAPPING.replace(text.strip(), by == null ? "" : by.strip().replace("~", "\n    "));
        Files.writeString(file, wrong);

        assertThatThrownBy(() -> MappingFile.read(file)).hasMessageContaining(message.strip());
    }
}
