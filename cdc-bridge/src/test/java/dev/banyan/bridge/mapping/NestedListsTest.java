package dev.banyan.bridge.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists in lists: whatever happens to a row, the aggregate that it belongs to is told, and no other. */
class NestedListsTest {

    /** {@code -Dbanyan.histories=200} for a long run. */
    private static final int SEEDS = Integer.getInteger("banyan.histories", 10);

    private static final int TRANSACTIONS = 120;

    private final InMemoryImages images = new InMemoryImages();
    private long lsn = 100;

    private static Mapping mapping(String words) throws Exception {
        return MappingFile.parse(Path.of("m.yaml"), NestedHistory.MAPPING.replace("WORDS", words));
    }

    private static Mapper mapper() throws Exception {
        return new Mapper(mapping("{a: a, b: b, c: c}"), "shop", null);
    }

    private static String told(DomainEvent event) {
        return event.type().replaceAll("shop\\.|\\.v1", "") + " " + event.subject() + " " + event.data();
    }

    private static List<String> told(List<DomainEvent> events) {
        return events.stream().map(NestedListsTest::told).toList();
    }

    private List<String> map(Mapper mapper, Change... changes) {
        lsn++;
        return told(mapper.map(new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes)), images));
    }

    private static Change.Inserted inserted(int table, long id, long up) {
        return new Change.Inserted(NestedHistory.id(table), row(id, up));
    }

    private static Row row(long id, long up) {
        return new Row(Map.of("id", id, "up", up, "v", "a"));
    }

    @Test
    void aRowTellsOfTheOrderThatTheRowsAboveItLeadTo() throws Exception {
        var mapper = mapper();
        map(mapper, inserted(0, 1, 0), inserted(0, 2, 0), inserted(1, 11, 1));

        assertThat(map(mapper, inserted(2, 111, 11)))
                .containsExactly("Changed order/1 {\"id\":1,\"v\":\"a\",\"lines\":[{\"id\":11,\"v\":\"a\",\"options\":"
                        + "[{\"id\":111,\"v\":\"a\",\"notes\":[]}]}]}");
    }

    @Test
    void aLineThatMovesTakesItsOptionsWithIt() throws Exception {
        var mapper = mapper();
        map(mapper, inserted(0, 1, 0), inserted(0, 2, 0), inserted(1, 11, 1), inserted(2, 111, 11));

        assertThat(map(mapper, new Change.Updated(NestedHistory.id(1), row(11, 1), row(11, 2))))
                .containsExactlyInAnyOrder(
                        "Changed order/1 {\"id\":1,\"v\":\"a\",\"lines\":[]}",
                        "Changed order/2 {\"id\":2,\"v\":\"a\",\"lines\":[{\"id\":11,\"v\":\"a\",\"options\":"
                                + "[{\"id\":111,\"v\":\"a\",\"notes\":[]}]}]}");
    }

    @Test
    void anOptionWithoutALineIsToldWhenTheLineComes() throws Exception {
        var mapper = mapper();
        map(mapper, inserted(0, 1, 0));

        assertThat(map(mapper, inserted(2, 111, 11))).isEmpty();
        assertThat(mapper.withoutEvent()).containsEntry(NestedHistory.id(2), 1L);
        assertThat(map(mapper, inserted(1, 11, 1))).singleElement().asString().contains("111");
    }

    @Test
    void explainSaysThatSuchAnOptionIsOfNoOrderYet() throws Exception {
        var change = new Transaction(1, "tx", Instant.EPOCH, List.of(inserted(2, 111, 11)));

        assertThat(mapper().explain(change, images).rootless()).containsEntry(NestedHistory.id(2), 1);
    }

    @Test
    void aValueOfALowerListIsRedactedBeforeItIsRemembered() throws Exception {
        var text = NestedHistory.MAPPING.replace("v: {column: v, as: code, words: WORDS}", "v: {column: v, as: hash}");
        var mapper =
                new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "shop", "sixteen bytes of it".getBytes(UTF_8));

        var told = map(mapper, inserted(0, 1, 0), inserted(1, 11, 1), inserted(2, 111, 11));

        assertThat(told)
                .singleElement()
                .asString()
                .contains("\"id\":111,\"v\":\"")
                .doesNotContain("\"v\":\"a\"");
        assertThat(images.all(NestedHistory.id(2)))
                .singleElement()
                .satisfies(row -> assertThat(row.values().values()).doesNotContain("a"));
    }

    @Test
    void theTransformationRefusesEachListWithItsLine() throws Exception {
        assertThat(RowScope.refusals(mapping("{a: a}")))
                .extracting(problem -> problem.where() + ":" + problem.line())
                .contains(
                        "order.children.lines:15",
                        "order.children.lines.children.options:23",
                        "order.children.lines.children.options.children.notes:31");
    }

    @Test
    void whatChangedIsTheListOfTheRootInWhichItHappened() throws Exception {
        var mapper = mapper();
        map(mapper, inserted(0, 1, 0), inserted(1, 11, 1), inserted(2, 111, 11));
        var note = new Transaction(500, "tx", Instant.EPOCH, List.of(inserted(3, 1111, 111)));

        assertThat(mapper.map(note, images))
                .singleElement()
                .extracting(DomainEvent::changed)
                .isEqualTo(List.of("lines"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachTransactionTellsOfWhatItChangedAndOfNothingElse(boolean hasWholeRows) throws Exception {
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper();
            var known = new InMemoryImages();
            var history = new NestedHistory(seed, hasWholeRows, false);
            for (var i = 0; i < TRANSACTIONS; i++) {
                var before = history.states();
                var transaction = i % 40 == 39 ? history.truncation(i / 40) : history.next();
                var events = mapper.map(transaction, known);

                assertThat(new TreeSet<>(told(events)))
                        .as("seed %s, %s", seed, transaction)
                        .isEqualTo(NestedHistory.told(before, history.states()))
                        .hasSameSizeAs(events);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeTransactionInPartsTellsTheSame(boolean hasWholeRows) throws Exception {
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper();
            var known = new InMemoryImages();
            var history = new NestedHistory(seed, hasWholeRows, false);
            var parts = 0;
            for (var i = 0; i < TRANSACTIONS; i++) {
                var before = history.states();
                var told = new ArrayList<String>();
                for (var part : parts(mapper, history.next(), known)) {
                    told.addAll(told(mapper.map(part, known)));
                    parts++;
                }
                assertThat(new TreeSet<>(told))
                        .as("seed %s, transaction %s", seed, i)
                        .isEqualTo(NestedHistory.told(before, history.states()))
                        .hasSameSizeAs(told);
            }
            assertThat(parts).isGreaterThan(TRANSACTIONS);
        }
    }

    /** One part for each set of changes that share a number, over others or by themselves. */
    static List<Transaction> parts(Mapper mapper, Transaction transaction, InMemoryImages known) {
        var groupOf = new HashMap<Long, Long>();
        var numbersOf = transaction.changes().stream()
                .map(change -> mapper.aggregates(change, transaction.commitLsn(), known))
                .toList();
        for (var numbers : numbersOf) {
            for (var number : numbers) {
                var from = groupOf.getOrDefault(number, number);
                var to = groupOf.getOrDefault(numbers.getFirst(), numbers.getFirst());
                groupOf.put(number, to);
                groupOf.put(numbers.getFirst(), to);
                groupOf.replaceAll((_, group) -> group.equals(from) ? to : group);
            }
        }
        var changes = new LinkedHashMap<Long, List<Change>>();
        for (var i = 0; i < numbersOf.size(); i++) {
            changes.computeIfAbsent(groupOf.get(numbersOf.get(i).getFirst()), _ -> new ArrayList<>())
                    .add(transaction.changes().get(i));
        }
        return changes.values().stream().map(transaction::with).toList();
    }

    @Test
    void aBackfillTellsOfAllInWhateverOrderItReadsTheTables() throws Exception {
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper();
            var known = new InMemoryImages();
            var history = new NestedHistory(seed, true, false);
            for (var i = 0; i < 30; i++) {
                history.next();
            }
            var last = new TreeMap<String, String>();
            var tables = new ArrayList<>(NestedHistory.TABLES);
            Collections.shuffle(tables, new Random(seed));
            for (var table : tables) {
                mapper.map(history.read(table), known).forEach(event -> last.put(event.subject(), event.data()));
            }
            assertThat(last).as("seed %s, %s", seed, tables).isEqualTo(new TreeMap<>(history.states()));
        }
    }

    @Test
    void aBackfillPutsRowsBelowTheParentThatAnEarlierMappingDidNotGiveThem() throws Exception {
        var flat = """
                version: 1
                aggregates:
                  option:
                    topic: options
                    subject: option/{id}
                    type: shop.{event}.v1
                    table: opt
                    key: [id]
                    fields: {id: {column: id, as: integer}, up: up, v: v}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """;
        map(new Mapper(MappingFile.parse(Path.of("m.yaml"), flat), "shop", null), inserted(2, 111, 11));
        var mapper = mapper();
        map(mapper, new Change.Read(NestedHistory.id(2), row(111, 11)));
        map(mapper, new Change.Read(NestedHistory.id(1), row(11, 1)));

        assertThat(map(mapper, new Change.Read(NestedHistory.id(0), row(1, 0))))
                .singleElement()
                .asString()
                .contains("\"id\":111");
    }

    @Test
    void aBackfillReadsWhatIsLowestFirst() throws Exception {
        assertThat(mapping("{a: a}").tables())
                .extracting(use -> use.table().name())
                .containsExactly("note", "opt", "line", "ord");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whatWaitsComesAsItWouldHaveComeWithoutAFault(boolean hasWholeRows) throws Exception {
        var broken = new Mapper(mapping("{a: a, b: b}"), "shop", null);
        var mended = mapper();
        var waited = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var history = new NestedHistory(seed, hasWholeRows, true);
            var known = new InMemoryImages();
            var knownWithout = new InMemoryImages();
            var faults = new FaultsInMemory();
            var told = new TreeMap<String, List<String>>();
            var expected = new TreeMap<String, List<String>>();
            for (var i = 0; i < TRANSACTIONS; i++) {
                var transaction = history.next();
                add(mended.map(transaction, knownWithout), expected);
                add(broken.map(transaction, known, faults), told);
            }
            for (var each : faults.parked) {
                assertThat(each.aggregates()).isNotEmpty();
                add(mended.map(each.part(), known, NoFaults.HALT), told);
            }
            waited += faults.parked.size();
            var at = seed;
            expected.forEach((subject, events) ->
                    assertThat(told.get(subject)).as("seed %s, %s", at, subject).isEqualTo(events));
            assertThat(told).hasSameSizeAs(expected);
        }
        assertThat(waited).isPositive();
    }

    private static void add(List<DomainEvent> events, Map<String, List<String>> told) {
        events.forEach(event ->
                told.computeIfAbsent(event.subject(), _ -> new ArrayList<>()).add(event.id() + " " + told(event)));
    }

    @Test
    void aLineThatIsParkedHoldsBackItsOptions() throws Exception {
        var broken = new Mapper(mapping("{a: a}"), "shop", null);
        var faults = new FaultsInMemory();
        var bad = new Change.Inserted(NestedHistory.id(0), new Row(Map.of("id", 1L, "up", 0L, "v", "z")));
        broken.map(new Transaction(1, "t1", Instant.EPOCH, List.of(bad, inserted(1, 11, 1))), images, faults);
        broken.map(new Transaction(2, "t2", Instant.EPOCH, List.of(inserted(2, 111, 11))), images, faults);

        assertThat(faults.parked).hasSize(2);
        assertThat(images.get(new TableId("public", "opt"), List.of(111L))).isNull();
        assertThat(faults.parked.getFirst().aggregates().iterator().next().aggregate())
                .isEqualTo("order");
        assertThat(faults.waiting("order")).isEqualTo(1);
    }
}
