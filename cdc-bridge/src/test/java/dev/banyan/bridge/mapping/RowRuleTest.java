package dev.banyan.bridge.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** An event for each row of a list that a transaction added, changed or removed, beside that of the aggregate. */
class RowRuleTest {

    private static final String MAPPING = """
            version: 1
            transactions:
              - {event: LargeOrder, topic: sales, type: "{event}", any: [LineAdded], where: "LineAdded.exists(l, l.after.qty > 100 && l.aggregate.id == 1)"}
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: "{event}"
                onFault: halt
                table: ord
                key: [id]
                fields: {id: {column: id, as: integer}}
                children:
                  lines:
                    table: line
                    key: [id, no]
                    parent: [id]
                    fields: {no: {column: no, as: integer}, qty: {column: qty, as: integer}, card: {column: card, as: mask, keep: 1}}
                    events:
                      - {event: LineAdded, when: created}
                      - {event: LineEmptied, when: {field: qty, to: 0}}
                      - {event: LineHalved, where: "op == 'changed' && after.qty == before.qty / before.qty"}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;
    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId LINE = new TableId("public", "line");

    @TempDir
    Path folder;

    private final InMemoryImages images = new InMemoryImages();
    private long lsn = 100;

    private Mapper mapper(String text) throws Exception {
        var mapping = MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text), new CelConditions());
        return new Mapper(mapping, "shop", "sixteen bytes of it".getBytes(UTF_8));
    }

    private Mapper mapper() throws Exception {
        return mapper(MAPPING);
    }

    private Transaction transaction(Change... changes) {
        lsn++;
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes));
    }

    private List<DomainEvent> map(Mapper mapper, Change... changes) {
        return mapper.map(transaction(changes), images);
    }

    private static List<String> told(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type() + " " + event.subject() + " " + event.data())
                .toList();
    }

    private static List<String> types(List<DomainEvent> events) {
        return events.stream().map(DomainEvent::type).toList();
    }

    private static Change order(long id) {
        return new Change.Inserted(ORDER, new Row(Map.of("id", id)));
    }

    private static Row line(long id, long no, long qty) {
        return new Row(Map.of("id", id, "no", no, "qty", qty, "card", "4711"));
    }

    private static Change inserted(long id, long no, long qty) {
        return new Change.Inserted(LINE, line(id, no, qty));
    }

    private static Change updated(long no, long from, long to) {
        return new Change.Updated(LINE, line(1, no, from), line(1, no, to));
    }

    private static Change deleted(long no, long qty) {
        return new Change.Deleted(LINE, line(1, no, qty));
    }

    @Test
    void theLinesOfANewOrderAreToldBeforeItRedactedAsItsStateIs() throws Exception {
        var events = map(mapper(), order(1), inserted(1, 2, 5), inserted(1, 1, 3));

        assertThat(told(events))
                .containsExactly(
                        "LineAdded order/1 {\"id\":1,\"lines\":{\"no\":1,\"qty\":3,\"card\":\"***1\"}}",
                        "LineAdded order/1 {\"id\":1,\"lines\":{\"no\":2,\"qty\":5,\"card\":\"***1\"}}",
                        "Placed order/1 {\"id\":1,\"lines\":[{\"no\":1,\"qty\":3,\"card\":\"***1\"},{\"no\":2,\"qty\":5,\"card\":\"***1\"}]}");
        assertThat(events).extracting(DomainEvent::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(events).extracting(DomainEvent::topic).containsOnly("orders");
    }

    @Test
    void whatARowWasBetweenTwoStatementsIsToldToNobody() throws Exception {
        var mapper = mapper();
        map(mapper, order(1), inserted(1, 1, 3));

        assertThat(types(map(mapper, inserted(1, 2, 5), deleted(2, 5)))).isEmpty();
        assertThat(types(map(mapper, updated(1, 3, 0), updated(1, 0, 4)))).containsExactly("Changed");
        assertThat(told(map(mapper, inserted(1, 3, 5), updated(3, 5, 6))))
                .first()
                .asString()
                .contains("LineAdded")
                .contains("\"qty\":6");
        assertThat(types(map(mapper, deleted(1, 4), inserted(1, 1, 0)))).containsExactly("LineEmptied", "Changed");
    }

    @Test
    void aRowForWhichNoRuleHoldsHasNoEventAndExplainSaysWhy() throws Exception {
        var mapper = mapper();
        map(mapper, order(1), inserted(1, 1, 3));
        var change = transaction(updated(1, 3, 4));
        var removal = transaction(deleted(1, 3));

        var decisions = mapper.explain(change, images).decisions();
        assertThat(decisions).hasSize(3);
        assertThat(decisions.getFirst().event()).isNull();
        assertThat(decisions.getFirst().why()).isEqualTo("lines 1: it differs");
        assertThat(decisions.getFirst().verdicts())
                .extracting(Explanation.Verdict::why)
                .containsExactly(
                        "it was there before",
                        "qty is 4 (expected: [0])",
                        "not so: op == 'changed' && after.qty == before.qty / before.qty");
        images.put(LINE, List.of(1L, 1L), line(1, 1, 3), List.of(1L));
        assertThat(types(mapper.map(removal, images))).containsExactly("Changed");
    }

    @Test
    void theIdOfAnEventIsItsRowsAndStays() throws Exception {
        var both = map(mapper(), order(1), inserted(1, 1, 3), inserted(1, 2, 3));
        lsn--;
        images.clear(ORDER);
        images.clear(LINE);
        var again = map(mapper(), inserted(1, 2, 3), order(1), inserted(1, 1, 3));

        assertThat(both).extracting(DomainEvent::id).doesNotHaveDuplicates();
        assertThat(again)
                .extracting(DomainEvent::id)
                .isEqualTo(both.stream().map(DomainEvent::id).toList());
    }

    @ParameterizedTest
    @CsvSource({"halt", "park", "'{skip: it is a test}'"})
    void anExpressionWithoutAnAnswerIsAFaultOfTheWholeAggregate(String onFault) throws Exception {
        var withoutTransactions = MAPPING.replaceFirst("(?s)transactions:.*aggregates:", "aggregates:");
        var mapper = mapper(withoutTransactions.replace("onFault: halt", "onFault: " + onFault));
        map(mapper, order(1), inserted(1, 1, 0), inserted(1, 2, 1));
        var change = transaction(updated(1, 0, 7), updated(2, 1, 0));
        var faults = new FaultsInMemory();

        if (onFault.equals("halt")) {
            assertThatThrownBy(() -> mapper.map(change, images, faults))
                    .hasMessageContaining("LineHalved in m.yaml:20:");
            return;
        }
        assertThat(mapper.map(change, images, faults)).isEmpty();
        assertThat(faults.parked).hasSize(onFault.equals("park") ? 1 : 0);
        assertThat(faults.skipped).hasSize(onFault.equals("park") ? 0 : 1);
    }

    @Test
    void rowsOfOneTransactionMayBeOneEventInParts() throws Exception {
        var mapper = mapper(MAPPING.replace(
                "LineAdded, when: created", "LineAdded, when: created, bulk: {event: LinesAdded, atLeast: 2}"));
        var events = map(mapper, order(1), inserted(1, 1, 3), inserted(1, 2, 101), order(2), inserted(2, 1, 1));

        assertThat(types(events)).containsExactly("LinesAdded", "Placed", "Placed", "LargeOrder");
        assertThat(events.getFirst().subject()).isEqualTo("bulk:order");
        assertThat(events.getFirst().data())
                .startsWith("{\"count\":3,")
                .contains("\"data\":{\"id\":2,\"lines\":{\"no\":1,\"qty\":1,\"card\":\"***1\"}}");
    }

    @Test
    void itemsOfABulkEventHaveTheirPlacesAmongTheOtherEventsOfTheirSubjects() throws Exception {
        var mapper = mapper(MAPPING.replace(
                "Changed, when: otherwise", "Changed, when: otherwise, bulk: {event: ManyChanged, atLeast: 2}"));
        map(mapper, order(1), inserted(1, 1, 3), order(2), inserted(2, 1, 3), inserted(2, 2, 3));
        var events = map(mapper, emptied(1, 1), emptied(2, 1), emptied(2, 2));

        assertThat(types(events)).containsExactly("LineEmptied", "ManyChanged", "LineEmptied", "LineEmptied");
        var places = new TreeMap<String, String>();
        events.stream()
                .filter(event -> event.type().equals("LineEmptied"))
                .forEach(event -> places.put(event.sequence(), event.subject() + " line"));
        for (var item : JsonMapper.shared().readTree(events.get(1).data()).get("items")) {
            places.put(item.get("sequence").stringValue(), item.get("subject").stringValue() + " state");
        }
        assertThat(places.values())
                .containsExactly("order/1 line", "order/1 state", "order/2 line", "order/2 line", "order/2 state");
    }

    private static Change emptied(long id, long no) {
        return new Change.Updated(LINE, line(id, no, 3), line(id, no, 0));
    }

    /** As a restart amid a backfill gives it: what was read comes with what the log says next. */
    @Test
    void rowsThatOnlyABackfillReadAreNeitherNewNorOther() throws Exception {
        var mapper = mapper(byNumberAlone());
        map(mapper, order(1), inserted(1, 1, 3), inserted(1, 2, 3), order(2), inserted(2, 5, 3));

        assertThat(told(map(mapper, read(1, 1, 9), read(1, 5, 3), updated(2, 3, 5))))
                .as("line 1 was otherwise and line 5 elsewhere when the backfill read them")
                .containsExactly(
                        "Imported order/1 " + lines(1, "1:9", "2:3", "5:3"),
                        "LineChanged order/1 {\"id\":1,\"lines\":{\"no\":2,\"qty\":5,\"card\":\"***1\"}}",
                        "Changed order/1 " + lines(1, "1:9", "2:5", "5:3"),
                        "Imported order/2 " + lines(2));
    }

    @Test
    void rowThatMovedByReadingAloneIsRemovedNowhereAndBothOrdersTellTheirStates() throws Exception {
        var mapper = mapper(byNumberAlone()
                .replace(
                        "{event: LineAdded, when: created}",
                        "{event: LineAdded, when: created}\n          - {event: LineRemoved, when: removed}"));
        map(mapper, order(1), order(2), inserted(2, 5, 3), inserted(2, 6, 3));

        assertThat(told(map(mapper, read(1, 5, 3), new Change.Deleted(LINE, line(2, 6, 3)))))
                .containsExactly(
                        "Imported order/1 " + lines(1, "5:3"),
                        "Imported order/2 " + lines(2, "6:3"),
                        "LineRemoved order/2 {\"id\":2,\"lines\":{\"no\":6,\"deleted\":true}}",
                        "Changed order/2 " + lines(2));
    }

    private static String lines(long id, String... quantityByNumber) {
        return Stream.of(quantityByNumber)
                .map(line -> "{\"no\":" + line.replace(":", ",\"qty\":") + ",\"card\":\"***1\"}")
                .collect(Collectors.joining(",", "{\"id\":" + id + ",\"lines\":[", "]}"));
    }

    @Test
    void orderThatABackfillReadIsNoNewOneThoughTheLogAddsALineToIt() throws Exception {
        var mapper = mapper();
        map(mapper, inserted(1, 1, 3));
        var read = new Change.Read(ORDER, new Row(Map.of("id", 1L)));

        assertThat(told(map(mapper, read, read(1, 2, 4), inserted(1, 3, 5))))
                .containsExactly(
                        "Imported order/1 " + lines(1, "1:3", "2:4"),
                        "LineAdded order/1 {\"id\":1,\"lines\":{\"no\":3,\"qty\":5,\"card\":\"***1\"}}",
                        "Changed order/1 " + lines(1, "1:3", "2:4", "3:5"));
    }

    @Test
    void orderThatABackfillReadIsGoneWhereTheLogRemovesIt() throws Exception {
        var read = new Change.Read(ORDER, new Row(Map.of("id", 1L)));
        var removal = new Change.Deleted(ORDER, new Row(Map.of("id", 1L)));

        assertThat(types(map(mapper(), read, removal))).containsExactly("Removed");
    }

    @Test
    void rowThatABackfillReadIsOtherWhereTheLogChangedWhatIsBelowIt() throws Exception {
        var mapper = mapper(
                byNumberAlone()
                        .replace(
                                "card: {column: card, as: mask, keep: 1}}",
                                "card: {column: card, as: mask, keep: 1}}\n        children:\n"
                                        + "          options: {table: opt, key: [o], parent: [no], fields: {o: {column: o, as: integer}}}"));
        var option = new TableId("public", "opt");
        map(mapper, order(1), inserted(1, 1, 3), inserted(1, 2, 3));

        assertThat(types(map(
                        mapper,
                        read(1, 1, 3),
                        new Change.Inserted(option, new Row(Map.of("no", 1L, "o", 7L))),
                        new Change.Read(option, new Row(Map.of("no", 2L, "o", 8L))))))
                .containsExactly("Imported", "LineChanged", "Changed");
    }

    private static String byNumberAlone() {
        return MAPPING.replace("key: [id, no]", "key: [no]")
                .replace(
                        "LineHalved, where: \"op == 'changed' && after.qty == before.qty / before.qty\"",
                        "LineChanged, when: otherwise");
    }

    private static Change read(long id, long no, long qty) {
        return new Change.Read(LINE, line(id, no, qty));
    }

    @Test
    void aggregateIsRemovedThoughARowThatWasSkippedHasNoKeyToTell() throws Exception {
        var mapper = mapper(MAPPING.replaceFirst("(?s)transactions:.*aggregates:", "aggregates:")
                .replace("onFault: halt", "onFault: {skip: it is a test}"));
        map(mapper, order(1), inserted(1, 1, 3));
        var odd = new Row(Map.of("id", 1L, "no", "x", "qty", 3L, "card", "4711"));
        var faults = new FaultsInMemory();
        assertThat(mapper.map(transaction(new Change.Inserted(LINE, odd)), images, faults))
                .isEmpty();
        var removal = transaction(new Change.Deleted(ORDER, new Row(Map.of("id", 1L))));

        assertThat(types(mapper.map(removal, images, faults))).containsExactly("Removed");
    }

    @Test
    void aRuleAboutTheTransactionMayAskThemAndTheirOrder() throws Exception {
        var mapper = mapper();

        assertThat(types(map(mapper, order(1), inserted(1, 1, 101))))
                .containsExactly("LineAdded", "Placed", "LargeOrder");
        assertThat(types(map(mapper, order(2), inserted(2, 1, 101)))).containsExactly("LineAdded", "Placed");
    }

    @Test
    void aRowThatNobodyHasReadIsOtherAndNotNew() throws Exception {
        var mapper = mapper(MAPPING.replace(
                "LineHalved, where: \"op == 'changed' && after.qty == before.qty / before.qty\"",
                "LineChanged, when: otherwise"));
        map(mapper, order(1));
        var unknown = new Change.Updated(LINE, null, line(1, 1, 3));

        assertThat(types(map(mapper, unknown))).containsExactly("LineChanged", "Changed");
        assertThat(types(map(mapper(), new Change.Updated(LINE, null, line(1, 2, 3)))))
                .containsExactly("Changed");
    }
}
