package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Tokens;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The images that a resubmission brings forward. Knows which rows it brings back of which nothing was heard since their table was hidden. */
final class ResubmittedImages implements AggregateImages {

    /*
     * Such a row may have gone in the gap, or with the partition, and whoever looked for it could not find it missing: it was not remembered, or is from
     * here on as if it had been seen. A change, a reading or a removal from after the hiding is parked behind it and has the last word.
     *
     * A row that comes back without a large value, because the log did not carry it, may be one that a backfill has read while it waited: what that read was
     * older than the change, and nobody knew the row that it could have completed. Nobody would ever read the value, or tell of the row.
     *
     * A parity run that is under way may have read the row's table already, and would take what comes back for gone: it hears of the row as of one that changed.
     */
    private final AggregateImages images;
    private final Map<TableId, Long> hiddenBehind;
    private final Consumer<RowKey> touched;
    private final Set<TableId> backfilled;
    private final Map<TableId, Set<String>> unheardOf = new HashMap<>();
    private final Map<TableId, Set<String>> lacking = new HashMap<>();
    private long commitLsn;

    /**
     * Those over {@code images}, of tables that were hidden behind these positions, and of {@code backfilled} ones, whose rows are known whole; {@code touched}
     * hears of what comes back.
     */
    ResubmittedImages(
            AggregateImages images,
            Map<TableId, Long> hiddenBehind,
            Set<TableId> backfilled,
            Consumer<RowKey> touched) {
        this.images = images;
        this.touched = touched;
        this.hiddenBehind = Map.copyOf(hiddenBehind);
        this.backfilled = Set.copyOf(backfilled);
    }

    /** What is written from now on was committed there. */
    void at(long position) {
        commitLsn = position;
    }

    /** The tables that have to be read anew, to know whether all that was brought back is there, and all of it. */
    Set<TableId> doubtful() {
        var doubtful = new HashSet<>(unheardOf.keySet());
        doubtful.addAll(lacking.keySet());
        return doubtful;
    }

    @Override
    public void put(TableId table, List<?> key, Row row, List<?> parentKey) {
        images.put(table, key, row, parentKey);
        touched.accept(new RowKey(table, KeyText.of(key)));
        if (commitLsn <= hiddenBehind.getOrDefault(table, Long.MIN_VALUE)) {
            unheardOf.computeIfAbsent(table, _ -> new HashSet<>()).add(KeyText.of(key));
        } else {
            settle(unheardOf, table, key);
        }
        if (backfilled.contains(table) && row.values().containsValue(Untouched.VALUE)) {
            lacking.computeIfAbsent(table, _ -> new HashSet<>()).add(KeyText.of(key));
        } else {
            settle(lacking, table, key);
        }
    }

    @Override
    public void remove(TableId table, List<?> key) {
        images.remove(table, key);
        settle(unheardOf, table, key);
        settle(lacking, table, key);
    }

    private static void settle(Map<TableId, Set<String>> open, TableId table, List<?> key) {
        var keys = open.get(table);
        if (keys != null && keys.remove(KeyText.of(key)) && keys.isEmpty()) {
            open.remove(table);
        }
    }

    @Override
    public void clear(TableId table) {
        images.clear(table);
        unheardOf.remove(table);
        lacking.remove(table);
    }

    @Override
    public @Nullable Row get(TableId table, List<?> key) {
        return images.get(table, key);
    }

    @Override
    public List<Row> children(TableId table, List<?> parentKey) {
        return images.children(table, parentKey);
    }

    @Override
    public List<Row> all(TableId table) {
        return images.all(table);
    }

    @Override
    public int count(TableId table, int most) {
        return images.count(table, most);
    }

    @Override
    public @Nullable Row any(TableId table) {
        return images.any(table);
    }

    @Override
    public Tokens tokens() {
        return images.tokens();
    }

    @Override
    public void expect(Supplier<Map<TableId, Keys>> keysByTable) {
        images.expect(keysByTable);
    }
}
