package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
        var random = new Random(seed);

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
        // What was read of a row before its key changed says nothing of the row under its new key.
        for (var isByKeys : isReadBeforeThem ? List.of(false) : List.of(false, true)) {
            var images = new InMemoryImages();
            var mapper = new Mapper(mapping, "shop", KEY);
            var data = new TreeMap<String, String>();
            var backfill = (isReadBeforeThem ? early : history.backfill())
                    .stream()
                            .map(reads -> reads.with(reads.changes().stream()
                                    .map(Change.Read.class::cast)
                                    .map(read -> changed.contains(key(read.table(), read.after()))
                                                    || changed.contains(
                                                            read.table().toString())
                                            ? mapper.missing(read, images)
                                            : read)
                                    .filter(Objects::nonNull)
                                    .map(Change.class::cast)
                                    .toList()));
            Stream.concat(live.stream().map(each -> isByKeys ? byKeys(each, new Random(seed)) : each), backfill)
                    .flatMap(each -> mapper.map(each, images).stream())
                    .forEach(event -> data.put(event.topic() + " " + event.subject(), event.data()));
            data.values().removeIf(text -> text.matches("\\{\"[A-Za-z]+\":[^,]+,\"deleted\":true}"));

            assertThat(statesOf(data)).as("by keys: %s", isByKeys).isEqualTo(tables(history));
        }
    }

    /** With rows before that are keys, and large values that come only where they change, the remembered rows make up for all of it. */
    @ParameterizedTest
    @ValueSource(longs = {14, 18, 22, 25})
    void aLogOfKeysGivesTheSameEventsAsOneOfWholeRows(long seed) {
        var transactions = new ShopHistory(seed).transactions(TRANSACTIONS);
        var random = new Random(seed);

        var byKeys = transactions.stream().map(each -> byKeys(each, random)).toList();

        assertThat(map(byKeys, new InMemoryImages())).isEqualTo(map(transactions, new InMemoryImages()));
    }

    /** {@code transaction} as the log has it with REPLICA IDENTITY DEFAULT; any value may be one that is left out where it stays. */
    private static Transaction byKeys(Transaction transaction, Random random) {
        return transaction.with(transaction.changes().stream()
                .map(change -> switch (change) {
                    case Change.Updated(var table, var before, var row) -> {
                        var old = Objects.requireNonNull(before);
                        var moved = key(table, old).equals(key(table, row)) ? null : keyRow(table, old);
                        yield new Change.Updated(table, moved, untouched(table, old, row, random));
                    }
                    case Change.Deleted(var table, var row) -> new Change.Deleted(table, keyRow(table, row));
                    case Change.Inserted _, Change.Read _, Change.Truncated _ -> change;
                })
                .toList());
    }

    private static Row keyRow(TableId table, Row row) {
        return new Columns(use(table).key()).row(row.key(use(table).key()).toArray());
    }

    private static Row untouched(TableId table, Row before, Row row, Random random) {
        var values = new @Nullable Object[row.values().size()];
        for (var place = 0; place < values.length; place++) {
            var column = row.columns().names().get(place);
            var isLeftOut = !use(table).key().contains(column)
                    && Objects.equals(before.get(column), row.get(column))
                    && random.nextBoolean();
            values[place] = isLeftOut ? Untouched.VALUE : row.get(column);
        }
        return row.columns().row(values);
    }

    private static void note(Change change, Set<String> changed) {
        switch (change) {
            case Change.Inserted(var table, var row) -> changed.add(key(table, row));
            case Change.Deleted(var table, var row) -> changed.add(key(table, row));
            case Change.Updated(var table, var before, var row) -> {
                changed.add(key(table, row));
                changed.add(key(table, Objects.requireNonNull(before)));
            }
            case Change.Read(var _, var _) -> {}
            case Change.Truncated(var table) -> changed.add(table.toString());
        }
    }

    private static String key(TableId table, Row row) {
        return table + " " + row.key(use(table).key());
    }

    private static TableUse use(TableId table) {
        return mapping.tables().stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElseThrow();
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
