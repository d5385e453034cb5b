package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever happens to orders, lines, options and notes, rules about rows tell the difference between two states, row by row. */
class RowRuleHistoryTest {

    /** {@code -Dbanyan.histories=200} for a long run. */
    private static final int SEEDS = Integer.getInteger("banyan.histories", 10);

    private static final int TRANSACTIONS = 120;
    private static final Map<String, String> LISTS = Map.of("lines", "Line", "options", "Option", "notes", "Note");

    private static Mapper mapper(String words) throws Exception {
        return mapper(words, "", GivenEvents.IN_MEMORY);
    }

    /** One with {@code more} in each rule about rows that were added. */
    private static Mapper mapper(String words, String more, int eventsInMemory) throws Exception {
        var text = new StringBuilder();
        var list = "";
        for (var line : NestedHistory.MAPPING.replace("WORDS", words).lines().toList()) {
            text.append(line).append('\n');
            var name = line.strip().replace(":", "");
            list = LISTS.getOrDefault(name, list);
            if (line.strip().equals("parent: [up]")) {
                text.append(line.replace(
                        "parent: [up]",
                        "events: [{event: NAdded, when: createdMORE}, {event: NRemoved, when: removed}, {event: NChanged, when: otherwise}]\n"
                                .replace("MORE", more)
                                .replaceAll("N(?=[A-Zs])", list)));
            }
        }
        var mapping = MappingFile.parse(Path.of("m.yaml"), text.toString());
        return new Mapper(mapping, "shop", Secrets.NONE, EventLimit.NONE, eventsInMemory);
    }

    private static String told(DomainEvent event) {
        return event.type().replaceAll("shop\\.|\\.v1", "") + " " + event.subject() + " " + event.data();
    }

    private static boolean isOfARow(DomainEvent event) {
        return LISTS.values().stream().anyMatch(list -> event.type().startsWith("shop." + list));
    }

    /** A row of a list in a state: what events about it are called, what they have around it, and the row. */
    private record Item(String name, String head, String tail, JsonNode row) {}

    private static Map<String, Item> items(Map<String, String> states) {
        var items = new TreeMap<String, Item>();
        states.forEach((subject, state) -> {
            var order = JsonMapper.shared().readTree(state);
            collect(subject, "{\"id\":" + order.path("id"), "}", order, items);
        });
        return items;
    }

    private static void collect(String place, String head, String tail, JsonNode holder, Map<String, Item> items) {
        LISTS.forEach((list, name) -> {
            for (var row : holder.path(list)) {
                var here = place + "/" + list + "/" + row.path("id");
                var start = head + ",\"" + list + "\":";
                items.put(here, new Item(name, start, tail, row));
                collect(here, start + "{\"id\":" + row.path("id"), "}" + tail, row, items);
            }
        });
    }

    private static Set<String> expected(Map<String, String> before, Map<String, String> after) {
        var old = items(before);
        var now = items(after);
        var told = new TreeSet<String>();
        old.forEach((place, item) -> {
            if (!now.containsKey(place)) {
                told.add(item.name + "Removed " + subject(place) + " " + item.head + "{\"id\":" + item.row.path("id")
                        + ",\"deleted\":true}" + item.tail);
            }
        });
        now.forEach((place, item) -> {
            var was = old.get(place);
            if (was == null || !was.row.equals(item.row)) {
                told.add(item.name + (was == null ? "Added " : "Changed ") + subject(place) + " " + item.head + item.row
                        + item.tail);
            }
        });
        return told;
    }

    private static String subject(String place) {
        return place.substring(0, place.indexOf('/', "order/".length()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRowThatATransactionAddedChangedOrRemovedIsToldAndNoOther(boolean hasWholeRows) throws Exception {
        var count = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper("{a: a, b: b, c: c}");
            var known = new InMemoryImages();
            var history = new NestedHistory(seed, hasWholeRows, false);
            for (var i = 0; i < TRANSACTIONS; i++) {
                var before = history.states();
                var transaction = i % 40 == 39 ? history.truncation(i / 40) : history.next();
                var events = mapper.map(transaction, known);

                var ofRows =
                        events.stream().filter(RowRuleHistoryTest::isOfARow).toList();
                assertThat(new TreeSet<>(
                                ofRows.stream().map(RowRuleHistoryTest::told).toList()))
                        .as("seed %s, %s", seed, transaction)
                        .isEqualTo(expected(before, history.states()))
                        .hasSameSizeAs(ofRows);
                assertThat(events.stream()
                                .filter(event -> !isOfARow(event))
                                .map(RowRuleHistoryTest::told)
                                .toList())
                        .containsExactlyInAnyOrderElementsOf(NestedHistory.told(before, history.states()));
                assertThat(events).extracting(DomainEvent::id).doesNotHaveDuplicates();
                assertStatesComeLast(events);
                count += ofRows.size();
            }
        }
        assertThat(count).isGreaterThan(SEEDS * TRANSACTIONS);
    }

    /** In order, and of each subject its state after all that happened to its rows. */
    private static void assertStatesComeLast(List<DomainEvent> events) {
        assertThat(events).extracting(DomainEvent::sequence).isSorted().doesNotHaveDuplicates();
        var last = new LinkedHashMap<String, DomainEvent>();
        events.forEach(event -> last.put(event.subject(), event));
        assertThat(last.values()).noneMatch(RowRuleHistoryTest::isOfARow);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeTransactionInPartsTellsTheSameUnderTheSameIds(boolean hasWholeRows) throws Exception {
        for (var seed = 0; seed < SEEDS; seed++) {
            var known = new InMemoryImages();
            var knownWhole = new InMemoryImages();
            var mapper = mapper("{a: a, b: b, c: c}");
            var history = new NestedHistory(seed, hasWholeRows, false);
            for (var i = 0; i < TRANSACTIONS; i++) {
                var transaction = history.next();
                var told = new ArrayList<String>();
                for (var part : parts(mapper, transaction, known)) {
                    mapper.map(part, known).forEach(event -> told.add(event.id() + told(event)));
                }
                var whole = mapper.map(transaction, knownWhole).stream()
                        .map(event -> event.id() + told(event))
                        .toList();
                assertThat(told).as("seed %s, %s", seed, i).containsExactlyInAnyOrderElementsOf(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", bulk: {event: NsAdded, atLeast: 2}"})
    void whatIsTooMuchForMemoryIsTheSameFromAFile(String bulk) throws Exception {
        var inFiles = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var inMemory = mapper("{a: a, b: b, c: c}", bulk, GivenEvents.IN_MEMORY);
            var inFile = mapper("{a: a, b: b, c: c}", bulk, 2);
            var known = new InMemoryImages();
            var knownInFile = new InMemoryImages();
            var history = new NestedHistory(seed, true, false);
            for (var i = 0; i < TRANSACTIONS; i++) {
                var transaction = i % 40 == 39 ? history.truncation(i / 40) : history.next(history.reads());
                var events = inFile.map(transaction, knownInFile);
                assertThat(new ArrayList<>(events))
                        .as("seed %s, %s", seed, transaction)
                        .isEqualTo(inMemory.map(transaction, known));
                inFiles += events instanceof LargeList<?> list && list.isInFile() ? 1 : 0;
            }
        }
        assertThat(inFiles).isGreaterThan(SEEDS);
    }

    private static List<Transaction> parts(Mapper mapper, Transaction transaction, InMemoryImages known) {
        return NestedListsTest.parts(mapper, transaction, known);
    }

    /** As a restart amid a backfill gives it: the state that was read is told, and what the log did from there. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatABackfillReadBesideChangesIsToldAsAStateAndTheChangesAsWhatTheyAre(boolean hasWholeRows) throws Exception {
        var both = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper("{a: a, b: b, c: c}");
            var known = new InMemoryImages();
            var inParts = new InMemoryImages();
            var history = new NestedHistory(seed, hasWholeRows, false);
            for (var i = 0; i < TRANSACTIONS; i++) {
                var before = history.states();
                var reads = history.reads();
                var start = history.states();
                var transaction = history.next(reads);
                var end = history.states();
                var parts = new TreeSet<String>();
                for (var part : parts(mapper, transaction, inParts)) {
                    mapper.map(part, inParts).forEach(event -> parts.add(event.id() + told(event)));
                }
                var events = mapper.map(transaction, known);

                var ofRows =
                        events.stream().filter(RowRuleHistoryTest::isOfARow).toList();
                assertThat(new TreeSet<>(
                                ofRows.stream().map(RowRuleHistoryTest::told).toList()))
                        .as("seed %s, %s", seed, transaction)
                        .isEqualTo(expected(start, end))
                        .hasSameSizeAs(ofRows);
                var ofOrders = events.stream().filter(event -> !isOfARow(event)).toList();
                assertThat(ofOrders.stream().map(RowRuleHistoryTest::told).toList())
                        .as("seed %s, %s", seed, transaction)
                        .containsExactlyInAnyOrderElementsOf(states(before, start, end, reads));
                assertThat(events).extracting(DomainEvent::id).doesNotHaveDuplicates();
                assertStatesComeLast(events);
                assertThat(parts)
                        .isEqualTo(new TreeSet<>(events.stream()
                                .map(event -> event.id() + told(event))
                                .toList()));
                both += ofOrders.size()
                        - (int) ofOrders.stream()
                                .map(DomainEvent::subject)
                                .distinct()
                                .count();
            }
        }
        assertThat(both).isGreaterThan(SEEDS);
    }

    private static Set<String> states(
            Map<String, String> before, Map<String, String> start, Map<String, String> end, List<Change> reads) {
        var told = NestedHistory.told(start, end);
        end.keySet().forEach(subject -> {
            var found = start.get(subject);
            var isRead = reads.stream()
                    .anyMatch(read -> read.table().equals(NestedHistory.id(0))
                            && subject.equals(
                                    "order/" + ((Change.Read) read).after().get("id")));
            if (found != null && (!found.equals(before.get(subject)) || (isRead && found.equals(end.get(subject))))) {
                told.add("Imported " + subject + " " + found);
            }
        });
        return told;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWaitsComesAsItWouldHaveComeWithoutAFault(boolean hasWholeRows) throws Exception {
        var broken = mapper("{a: a, b: b}");
        var mended = mapper("{a: a, b: b, c: c}");
        var waited = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            var history = new NestedHistory(seed, hasWholeRows, true);
            var known = new InMemoryImages();
            var knownWithout = new InMemoryImages();
            var faults = new FaultsInMemory();
            var told = new HashMap<String, List<String>>();
            var expected = new HashMap<String, List<String>>();
            for (var i = 0; i < TRANSACTIONS; i++) {
                var transaction = history.next();
                add(mended.map(transaction, knownWithout), expected);
                add(broken.map(transaction, known, faults), told);
            }
            for (var each : faults.parked) {
                add(mended.mapParked(each.part(), known, NoFaults.HALT), told);
            }
            waited += faults.parked.size();
            assertThat(told).as("seed %s", seed).isEqualTo(expected);
        }
        assertThat(waited).isPositive();
    }

    private static void add(List<DomainEvent> events, Map<String, List<String>> told) {
        events.forEach(event ->
                told.computeIfAbsent(event.subject(), _ -> new ArrayList<>()).add(event.id() + " " + told(event)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"note,opt,line,ord", "ord,line,opt,note", "line,note,ord,opt"})
    void aBackfillTellsOfNoRow(String tables) throws Exception {
        var mapper = mapper("{a: a, b: b, c: c}");
        var known = new InMemoryImages();
        var history = new NestedHistory(1, true, false);
        for (var i = 0; i < 30; i++) {
            history.next();
        }
        var events = new ArrayList<DomainEvent>();
        for (var table : tables.split(",", -1)) {
            events.addAll(mapper.map(history.read(table), known));
        }
        assertThat(events).isNotEmpty().noneMatch(RowRuleHistoryTest::isOfARow);
    }

    /** Rows that nobody has read, of which the log has the key alone, are not new. */
    @Test
    void aRowThatWasThereIsNeverToldAsAdded() throws Exception {
        for (var seed = 0; seed < SEEDS; seed++) {
            var mapper = mapper("{a: a, b: b, c: c}");
            var known = new InMemoryImages();
            var history = new NestedHistory(seed, false, false);
            for (var i = 0; i < 30; i++) {
                history.next();
            }
            mapper.map(history.read("ord"), known);
            var seen = new TreeSet<>(items(history.states()).keySet());
            for (var i = 0; i < 20; i++) {
                var before = items(history.states());
                var transaction = history.next();
                var after = items(history.states());
                for (var event : mapper.map(transaction, known)) {
                    if (event.type().contains("Added") && isOfARow(event)) {
                        var place = place(event);
                        assertThat(before).as("seed %s, %s", seed, transaction).doesNotContainKey(place);
                        assertThat(after).containsKey(place);
                    }
                }
            }
            assertThat(seen).isNotEmpty();
        }
    }

    private static String place(DomainEvent event) {
        var place = new StringBuilder(event.subject());
        var holder = JsonMapper.shared().readTree(event.data());
        for (var list : List.of("lines", "options", "notes")) {
            holder = holder.path(list);
            if (!holder.isObject()) {
                break;
            }
            place.append('/').append(list).append('/').append(holder.path("id"));
        }
        return place.toString();
    }
}
