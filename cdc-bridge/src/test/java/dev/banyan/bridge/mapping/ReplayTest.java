package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of the shop: whatever the bridge is killed between and sends again, consumers see the same events, and who folds them
 * has the tables.
 */
class ReplayTest {

    private static final byte[] KEY = "a key of the bridge alone".getBytes(StandardCharsets.UTF_8);
    private static final int TRANSACTIONS = 400;

    private static Mapping mapping;

    @BeforeAll
    static void readTheMapping() throws MappingException {
        mapping = MappingFile.read(Path.of("examples/shop/mapping.yaml"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    void foldOfTheEventsIsTheTables(long seed) {
        var history = new ShopHistory(seed);
        var transactions = history.transactions(TRANSACTIONS);

        var data = new TreeMap<String, String>();
        var lastSequence = new HashMap<String, String>();
        for (var event : map(transactions, new InMemoryImages())) {
            data.put(event.topic() + " " + event.subject(), event.data());
            var last = lastSequence.put(event.topic() + " " + event.subject(), event.sequence());
            assertThat(last == null || last.compareTo(event.sequence()) < 0)
                    .as("%s comes after %s", event.sequence(), last)
                    .isTrue();
        }
        data.values().removeIf(text -> text.matches("\\{\"[A-Za-z]+\":[^,]+,\"deleted\":true}"));

        assertThat(statesOf(data)).isEqualTo(tables(history));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 6, 10, 15})
    void replayOfAnyOverlapFromTheSameImagesGivesTheSameEvents(long seed) {
        var history = new ShopHistory(seed);
        var transactions = history.transactions(TRANSACTIONS);
        var atOnce = map(transactions, new InMemoryImages());
        var random = new java.util.Random(seed);

        var ids = new HashSet<String>();
        atOnce.forEach(
                event -> assertThat(ids.add(event.id())).as("%s once", event).isTrue());
        for (int i = 0; i < 6; i++) {
            // The store's position is where the images stand; the hub's is where the bridge was killed.
            var store = random.nextInt(TRANSACTIONS);
            var hub = store + random.nextInt(TRANSACTIONS - store) + 1;
            var images = new InMemoryImages();
            var first = map(transactions.subList(0, store), images);
            var lostImages = new InMemoryImages();
            map(transactions.subList(0, store), lostImages);
            var lost = map(transactions.subList(store, hub), lostImages);
            var again = map(transactions.subList(store, hub), images);
            var rest = map(transactions.subList(hub, TRANSACTIONS), images);

            assertThat(again).isEqualTo(lost);
            var all = new ArrayList<>(first);
            all.addAll(again);
            all.addAll(rest);
            assertThat(all).isEqualTo(atOnce);
        }
    }

    /** A backfill may read an aggregate whose log has not been seen: what follows must end in the same state. */
    @ParameterizedTest
    @ValueSource(longs = {7, 11, 16})
    void backfillInTheMiddleOfALifeEndsInTheSameTables(long seed) {
        var history = new ShopHistory(seed);
        history.transactions(TRANSACTIONS / 2);
        var live = new ArrayList<Transaction>(history.backfill());
        live.addAll(history.transactions(TRANSACTIONS / 2));

        var data = new TreeMap<String, String>();
        for (var event : map(live, new InMemoryImages())) {
            data.put(event.topic() + " " + event.subject(), event.data());
        }
        data.values().removeIf(text -> text.matches("\\{\"[A-Za-z]+\":[^,]+,\"deleted\":true}"));

        assertThat(statesOf(data)).isEqualTo(tables(history));
    }

    /** What changed since the backfill began is newer than what it reads, however late that comes, so the engine drops such reads. */
    @ParameterizedTest
    @CsvSource({"9, true", "12, true", "17, true", "19, false", "23, false"})
    void backfillThatRunsAfterLiveChangesEndsInTheSameTables(long seed, boolean isReadBeforeThem) {
        var history = new ShopHistory(seed);
        history.transactions(TRANSACTIONS / 2);
        var early = history.backfill();
        var live = new ArrayList<>(history.transactions(10));
        live.add(history.truncation("stk_lvl"));
        live.add(history.truncation("cust"));
        live.addAll(history.transactions(10));
        var changed = new HashSet<String>();
        live.forEach(transaction -> transaction.changes().forEach(change -> note(change, changed)));
        for (var transaction : isReadBeforeThem ? early : history.backfill()) {
            live.add(transaction.with(transaction.changes().stream()
                    .filter(change -> change instanceof Change.Read(var table, var row)
                            && !changed.contains(key(table, row))
                            && !changed.contains(table.toString()))
                    .toList()));
        }

        var data = new TreeMap<String, String>();
        for (var event : map(live, new InMemoryImages())) {
            data.put(event.topic() + " " + event.subject(), event.data());
        }
        data.values().removeIf(text -> text.matches("\\{\"[A-Za-z]+\":[^,]+,\"deleted\":true}"));

        assertThat(statesOf(data)).isEqualTo(tables(history));
    }

    private static void note(Change change, Set<String> changed) {
        switch (change) {
            case Change.Inserted(var table, var row) -> changed.add(key(table, row));
            case Change.Deleted(var table, var row) -> changed.add(key(table, row));
            case Change.Updated(var table, var before, var row) -> {
                changed.add(key(table, row));
                changed.add(key(table, java.util.Objects.requireNonNull(before)));
            }
            case Change.Read(var _, var _) -> {}
            case Change.Truncated(var table) -> changed.add(table.toString());
        }
    }

    private static String key(TableId table, Row row) {
        var use = mapping.tables().stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElseThrow();
        return table + " " + row.key(use.key());
    }

    private static List<DomainEvent> map(List<Transaction> transactions, InMemoryImages images) {
        var mapper = new Mapper(mapping, "shop", KEY);
        var events = new ArrayList<DomainEvent>();
        transactions.forEach(transaction -> events.addAll(mapper.map(transaction, images)));
        return events;
    }

    /** Each aggregate of the tables as they stand, from a fresh mapper that reads them whole. */
    private static Map<String, String> tables(ShopHistory history) {
        var data = new TreeMap<String, String>();
        map(history.backfill(), new InMemoryImages())
                .forEach(event -> data.put(event.topic() + " " + event.subject(), event.data()));
        return data;
    }

    /** {@code data} of aggregates, by topic and subject, without what renumbering adds. */
    private static Map<String, String> statesOf(Map<String, String> data) {
        data.keySet().removeIf(subject -> subject.startsWith("shop.sales "));
        data.replaceAll((_, text) -> text.replaceFirst(",\"previousSku\":\"[^\"]*\"}$", "}"));
        return data;
    }
}
