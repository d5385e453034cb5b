package dev.banyan.bridge.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.UnmappableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules about whole transactions with an expression: it sees what each of their events tells of. */
class TransactionWhereTest {

    private static final String MAPPING = """
            version: 1
            transactions:
              - event: Whole
                topic: sales
                type: shop.{event}.v1
                any: [OrderAdded, OrderChanged, OrderRemoved, StockChanged]
                none: [StockAdded]
                where: WHERE
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
                  - {event: StockChanged, when: otherwise, bulk: {event: StockCounted, atLeast: 2}}
            """;
    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId STOCK = new TableId("public", "stk");

    /** Two orders are new, one is gone, one changed that nobody had read, and two stocks changed. */
    private static final Transaction TRANSACTION = new Transaction(
            9,
            "79",
            Instant.EPOCH,
            List.of(
                    new Change.Inserted(ORDER, row(1, 600)),
                    new Change.Inserted(ORDER, row(2, 500)),
                    new Change.Deleted(ORDER, row(3, 30)),
                    new Change.Updated(ORDER, null, row(4, 40)),
                    new Change.Updated(STOCK, null, row(1, 9)),
                    new Change.Updated(STOCK, null, row(2, 0))));

    @TempDir
    Path folder;

    private InMemoryImages images = new InMemoryImages();

    private static Row row(long id, long v) {
        return new Row(Map.of("id", id, "v", v));
    }

    private Path file(String where) throws Exception {
        return Files.writeString(folder.resolve("mapping.yaml"), MAPPING.replace("WHERE", where));
    }

    private Mapper mapper(String where) throws Exception {
        Mapping mapping = MappingFile.read(file(where), new CelConditions());
        var mapper = new Mapper(mapping, "shop", null);
        images = new InMemoryImages();
        var known = List.<Change>of(
                new Change.Read(ORDER, row(3, 30)),
                new Change.Read(STOCK, row(1, 10)),
                new Change.Read(STOCK, row(2, 10)));
        mapper.map(new Transaction(1, "71", Instant.EPOCH, known), images);
        return mapper;
    }

    private boolean holds(String where) throws Exception {
        return mapper(where).map(TRANSACTION, images).stream()
                .map(DomainEvent::type)
                .anyMatch("shop.Whole.v1"::equals);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OrderAdded.map(o, o.after.v).sum() == 1100",
                "OrderAdded.all(o, o.op == 'created' && !has(o.before.v)) && OrderAdded.size() == 2",
                "StockChanged.exists(s, s.before.v > 0 && s.after.v == 0)",
                "StockChanged.size() == 2",
                "OrderAdded.all(o, StockChanged.exists(s, s.after.id == o.after.id))",
                "OrderRemoved[0].before.v == 30 && !has(OrderRemoved[0].after.v)",
                "OrderChanged.size() == 1 && OrderChanged[0].after.v == 40 && !has(OrderChanged[0].before.v)"
            })
    void itSeesWhatEachEventTellsOf(String where) throws Exception {
        assertThat(holds(where)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OrderAdded.map(o, o.after.v).sum() > 1100",
                "OrderChanged[0].before.v < 100",
                "StockChanged.size() < 2"
            })
    void whatIsNotSoOrUnknownKeepsItAway(String where) throws Exception {
        assertThat(holds(where)).isFalse();
    }

    @Test
    void anEventThatTheTransactionDidNotGiveIsAnEmptyList() throws Exception {
        var mapper = mapper("OrderAdded.size() == 0 && StockChanged.size() == 1");
        var change = new Change.Updated(STOCK, null, row(1, 3));

        assertThat(mapper.map(new Transaction(2, "72", Instant.EPOCH, List.of(change)), images))
                .hasSize(2);
    }

    @Test
    void aBackfillTellsOfNothingThatItAsksAbout() throws Exception {
        var mapper = mapper("true");
        var read = new Change.Read(STOCK, row(9, 3));

        assertThat(mapper.map(new Transaction(2, "72", Instant.EPOCH, List.of(read)), images))
                .hasSize(1);
    }

    @Test
    void anExplanationHasItsWords() throws Exception {
        assertThat(mapper("OrderAdded.size() > 2").explain(TRANSACTION, images).decisions())
                .filteredOn(decision -> decision.aggregate().equals("transactions"))
                .singleElement()
                .satisfies(decision -> assertThat(decision.verdicts())
                        .extracting(verdict -> verdict.line() + " " + verdict.why())
                        .containsExactly("3 not so: OrderAdded.size() > 2"));
        assertThat(mapper("OrderAdded.size() == 2").explain(TRANSACTION, images).decisions())
                .filteredOn(decision -> decision.aggregate().equals("transactions"))
                .singleElement()
                .satisfies(decision -> assertThat(decision.why()).endsWith(": OrderAdded.size() == 2"));
    }

    @Test
    void withoutAnAnswerTheTransactionIsRefused() throws Exception {
        var mapper = mapper("OrderAdded.all(o, 10 / (o.after.v - 600) == 0)");

        assertThatThrownBy(() -> mapper.map(TRANSACTION, images))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("Whole in mapping.yaml:8:12: where: a division by 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            OrderAdded.exists(o, o.after.w > 1) | mapping.yaml:8:40: transactions[0].where: undefined field 'w' (expected: did you mean 'v'? One of after, before, id, op, v
            OrderAdded.exists(o, o.after > 1)   | found no matching overload for '_>_'
            StockAdded.size() == 0              | mapping.yaml:8:12: transactions[0].where: undeclared reference to 'StockAdded' (expected: one of OrderAdded, OrderChanged, OrderRemoved, StockChanged)
            OrderAdded                          | mapping.yaml:8:12: transactions[0].where: expected type 'bool'
            """)
    void whatIsNoConditionIsRefusedAtItsPlace(String where, String message) throws Exception {
        var file = file(where);

        assertThatThrownBy(() -> MappingFile.read(file, new CelConditions())).hasMessageContaining(message.strip());
    }

    @Test
    void anEventOfTwoAggregatesIsRefused() throws Exception {
        var file = file("StockChanged.size() > 1");
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("event: OrderChanged, when", "event: StockChanged, when")
                        .replace("OrderChanged, ", ""));

        assertThatThrownBy(() -> MappingFile.read(file, new CelConditions()))
                .hasMessageContaining(
                        "mapping.yaml:8:12: transactions[0].where: 'StockChanged', which order and stock both have"
                                + " (expected: events that one aggregate has");
    }

    @Test
    void whoCannotEvaluateOneRefusesIt() throws Exception {
        var file = file("StockChanged.size() > 1");

        assertThatThrownBy(() -> MappingFile.read(file)).hasMessageContaining("only a bridge evaluates expressions");
    }
}
