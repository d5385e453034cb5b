package dev.banyan.bridge.contract;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Transactions on {@code thing} and {@code part} that give an event of every kind for every value of every column. */
final class ThingHistory {

    private static final TableId THING = new TableId("public", "thing");
    private static final TableId PART = new TableId("public", "part");
    private static final int THINGS = 30;
    private static final Map<String, List<@Nullable Object>> VALUES = values();

    private final Random random = new Random(1);
    private final List<Transaction> transactions = new ArrayList<>();
    private final Map<Long, Row> things = new HashMap<>();
    private final Map<Long, Row> parts = new HashMap<>();
    private long number;

    private ThingHistory() {}

    private static Map<String, List<@Nullable Object>> values() {
        var values = new LinkedHashMap<String, List<@Nullable Object>>();
        values.put("a", pool("A", "B", "C", null));
        values.put("n", pool(0L, 7L, 20260131L, null));
        values.put("d", pool(new BigDecimal("1.55"), new BigDecimal("2"), new BigDecimal("3.5"), null));
        values.put("cur", pool("EUR", "USD", null));
        values.put("t", pool(LocalDateTime.parse("2026-01-31T12:00:00"), null));
        return values;
    }

    private static List<@Nullable Object> pool(@Nullable Object... values) {
        List<@Nullable Object> pool = new ArrayList<>();
        Collections.addAll(pool, values);
        return pool;
    }

    static List<Transaction> transactions() {
        var history = new ThingHistory();
        history.write();
        return List.copyOf(history.transactions);
    }

    private void write() {
        for (long id = 0; id < THINGS; id++) {
            commit(List.of(new Change.Read(PART, part(id))));
            commit(List.of(new Change.Read(THING, thing(id, 1))));
        }
        for (long id = 100; id < 100 + THINGS; id++) {
            commit(List.of(new Change.Inserted(THING, thing(id, 1)), new Change.Inserted(PART, part(id))));
        }
        for (long m = 2; m <= 4; m++) {
            for (long id = 100; id < 100 + THINGS; id++) {
                commit(update(id, m));
            }
        }
        var together = new ArrayList<Change>();
        for (long id = 100; id < 100 + THINGS; id++) {
            together.addAll(update(id, 5));
        }
        commit(together);
        for (long id = 100; id < 100 + THINGS; id++) {
            var thing = things.get(id);
            var part = parts.get(id);
            commit(List.of(
                    new Change.Updated(THING, thing, thing(id + 900, 6)),
                    new Change.Updated(PART, part, part(id + 900))));
        }
        for (long id = 0; id < THINGS; id++) {
            commit(List.of(
                    new Change.Deleted(PART, Objects.requireNonNull(parts.get(id))),
                    new Change.Deleted(THING, Objects.requireNonNull(things.get(id)))));
        }
    }

    private List<Change> update(long id, long m) {
        var thing = things.get(id);
        var part = parts.get(id);
        return List.of(new Change.Updated(THING, thing, thing(id, m)), new Change.Updated(PART, part, part(id)));
    }

    private void commit(List<Change> changes) {
        number++;
        transactions.add(new Transaction(number, "" + number, Instant.EPOCH.plusSeconds(number), changes));
    }

    private Row thing(long id, long m) {
        Map<String, @Nullable Object> columns = values(id);
        columns.put("m", m);
        return remember(things, id, columns);
    }

    private Row part(long id) {
        Map<String, @Nullable Object> columns = values(id);
        columns.put("no", 1L);
        return remember(parts, id, columns);
    }

    private Map<String, @Nullable Object> values(long id) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put("id", id);
        VALUES.forEach((column, pool) -> columns.put(column, pool.get(random.nextInt(pool.size()))));
        return columns;
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row remember(Map<Long, Row> rows, long id, Map<String, @Nullable Object> columns) {
        var row = new Row(columns);
        rows.put(id, row);
        return row;
    }
}
