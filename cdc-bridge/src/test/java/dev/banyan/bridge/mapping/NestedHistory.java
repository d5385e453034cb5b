package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Orders, their lines, the lines' options and the options' notes, changed at random without a foreign key; the same for the same seed. */
final class NestedHistory {

    static final List<String> TABLES = List.of("ord", "line", "opt", "note");
    static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: shop.{event}.v1
                onFault: park
                table: ord
                key: [id]
                fields:
                  id: {column: id, as: integer}
                  v: {column: v, as: code, words: WORDS}
                children:
                  lines:
                    table: line
                    key: [id]
                    parent: [up]
                    fields:
                      id: {column: id, as: integer}
                      v: {column: v, as: code, words: WORDS}
                    children:
                      options:
                        table: opt
                        key: [id]
                        parent: [up]
                        fields:
                          id: {column: id, as: integer}
                          v: {column: v, as: code, words: WORDS}
                        children:
                          notes:
                            table: note
                            key: [id]
                            parent: [up]
                            fields:
                              id: {column: id, as: integer}
                              v: {column: v, as: code, words: WORDS}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    private static final List<String> LISTS = List.of("", "lines", "options", "notes");
    private static final int KEYS = 5;

    private final Random random;
    private final boolean hasWholeRows;
    private final boolean hasRareFaults;
    private final List<Map<Long, Row>> tables = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private long lsn = 1_000;
    private long newest = 100;

    /** With {@code hasWholeRows} the log has the row before a change, else its key. With {@code hasRareFaults} a value may be c. */
    NestedHistory(long seed, boolean hasWholeRows, boolean hasRareFaults) {
        random = new Random(seed);
        this.hasWholeRows = hasWholeRows;
        this.hasRareFaults = hasRareFaults;
        TABLES.forEach(_ -> tables.add(new TreeMap<>()));
    }

    Transaction next() {
        return next(List.of());
    }

    /** One that carries what a backfill read, too: {@code reads}. */
    Transaction next(List<Change> reads) {
        changes = new ArrayList<>(reads);
        for (int i = 0; i <= random.nextInt(5); i++) {
            step(random.nextInt(TABLES.size()));
        }
        return transaction(changes);
    }

    /** A table's rows are gone at once. */
    Transaction truncation(int table) {
        tables.get(table).clear();
        return transaction(List.of(new Change.Truncated(id(table))));
    }

    /** All rows of {@code table}, as a backfill reads them. */
    Transaction read(String table) {
        var index = TABLES.indexOf(table);
        return transaction(tables.get(index).values().stream()
                .<Change>map(row -> new Change.Read(id(index), row))
                .toList());
    }

    /** Rows that are other than the log said, as a backfill reads them. */
    List<Change> reads() {
        var reads = new ArrayList<Change>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            var table = random.nextInt(TABLES.size());
            var row = row(random.nextInt(KEYS), key(table - 1));
            tables.get(table).put((Long) Objects.requireNonNull(row.get("id")), row);
            reads.add(new Change.Read(id(table), row));
        }
        return reads;
    }

    private Transaction transaction(List<Change> changes) {
        lsn++;
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, changes);
    }

    private void step(int table) {
        var rows = tables.get(table);
        // A note's key is never used again: what is parked of one that is gone would not know.
        var key = table == TABLES.size() - 1 && hasRareFaults && random.nextBoolean() ? newest++ : key(table);
        var old = rows.get(key);
        if (old == null) {
            if (key < newest - 1 && table == TABLES.size() - 1 && hasRareFaults) {
                key = newest++;
            }
            put(table, key, null, row(key, key(table - 1)));
        } else if (random.nextInt(4) == 0) {
            rows.remove(key);
            changes.add(new Change.Deleted(id(table), before(old)));
        } else if (random.nextInt(3) == 0) {
            put(table, key, old, row(key, key(table - 1)));
        } else if (table > 0 && random.nextInt(6) == 0 && !rows.containsKey(key + 1) && table < TABLES.size() - 1) {
            rows.remove(key);
            put(table, key + 1, old, row(key + 1, (Long) old.get("up")));
        } else {
            put(table, key, old, row(key, (Long) old.get("up")));
        }
    }

    private void put(int table, long key, @Nullable Row old, Row row) {
        tables.get(table).put(key, row);
        changes.add(
                old == null ? new Change.Inserted(id(table), row) : new Change.Updated(id(table), before(old), row));
    }

    private Row before(Row row) {
        return hasWholeRows ? row : new Row(Map.of("id", row.values().get("id")));
    }

    private long key(int table) {
        if (table == TABLES.size() - 1 && hasRareFaults && !tables.get(table).isEmpty()) {
            var keys = List.copyOf(tables.get(table).keySet());
            return keys.get(random.nextInt(keys.size()));
        }
        return random.nextInt(KEYS);
    }

    private Row row(long id, @Nullable Long up) {
        var value = hasRareFaults && random.nextInt(25) == 0 ? "c" : random.nextBoolean() ? "a" : "b";
        return new Row(Map.of("id", id, "up", up == null ? 0L : up, "v", value));
    }

    static TableId id(int table) {
        return new TableId("public", TABLES.get(table));
    }

    /** By subject, the data that an event of each order would have now. */
    Map<String, String> states() {
        var states = new LinkedHashMap<String, String>();
        tables.getFirst().keySet().forEach(key -> states.put("order/" + key, json(0, key)));
        return states;
    }

    private String json(int table, long key) {
        var row = Objects.requireNonNull(tables.get(table).get(key));
        var fields = "{\"id\":" + key + ",\"v\":\"" + row.get("v") + "\"";
        return table == TABLES.size() - 1 ? fields + "}" : fields + list(table + 1, key) + "}";
    }

    private String list(int table, long up) {
        return tables.get(table).entrySet().stream()
                .filter(entry -> Long.valueOf(up).equals(entry.getValue().get("up")))
                .map(entry -> json(table, entry.getKey()))
                .collect(Collectors.joining(",", ",\"" + LISTS.get(table) + "\":[", "]"));
    }

    /** What events tell of the difference between two {@link #states}. */
    static Set<String> told(Map<String, String> before, Map<String, String> after) {
        var told = new TreeSet<String>();
        var subjects = new TreeSet<>(before.keySet());
        subjects.addAll(after.keySet());
        for (var subject : subjects) {
            var now = after.get(subject);
            if (now == null) {
                told.add("Removed " + subject + " {\"id\":" + subject.substring(6) + ",\"deleted\":true}");
            } else if (!now.equals(before.get(subject))) {
                told.add((before.containsKey(subject) ? "Changed " : "Added ") + subject + " " + now);
            }
        }
        return told;
    }
}
