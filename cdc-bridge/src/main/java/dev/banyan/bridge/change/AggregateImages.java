package dev.banyan.bridge.change;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last known rows, from which whole aggregates are built. What a mapper writes becomes durable together with the position of the
 * transaction, after the hub has acknowledged its events; a replay therefore meets the rows it met the first time. Used by one thread.
 *
 * <p>Keys compare by their text, so that {@code 7} as Short and as Integer is one key.
 */
public interface AggregateImages {

    /** The row under {@code key}, or null when none is known. */
    @Nullable
    Row get(TableId table, List<?> key);

    /**
     * Remembers {@code row}. {@code parentKey} is what {@link #children} will find it by (the key of the aggregate's root as this row
     * has it); empty for a row nobody looks up that way.
     */
    void put(TableId table, List<?> key, Row row, List<?> parentKey);

    /** Forgets the row under {@code key}, if there is one. */
    void remove(TableId table, List<?> key);

    /** All rows of {@code table} put with {@code parentKey}, in the order of their keys' text. */
    List<Row> children(TableId table, List<?> parentKey);

    /** Forgets every row of {@code table}. */
    void clear(TableId table);

    /** Every row known of {@code table}, in no order; for a truncation, which must name each row that is gone. */
    List<Row> all(TableId table);

    /** How many rows are known of {@code table}; {@code most} when there are more. */
    default int count(TableId table, int most) {
        return Math.min(most, all(table).size());
    }

    /** Any row known of {@code table}, or null when there is none. */
    default @Nullable Row any(TableId table) {
        return all(table).stream().findFirst().orElse(null);
    }

    /** The tokens that stand for values of these rows. */
    default Tokens tokens() {
        throw new IllegalStateException("no token vault");
    }

    /** Keys of one table: of single rows, and of the parents whose {@link #children} are asked for. */
    record Keys(Set<List<?>> rows, Set<List<?>> parents) {}

    /** Says what is going to be asked for, for images that are better read together; asking for other rows still works. */
    default void expect(Supplier<Map<TableId, Keys>> keysByTable) {}
}
