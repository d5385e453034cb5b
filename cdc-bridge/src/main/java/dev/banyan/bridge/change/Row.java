package dev.banyan.bridge.change;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row: column name to value, in the table's column order. Values are {@code String, Short, Integer, Long, Float, Double,
 * BigDecimal, Boolean, byte[], LocalDate, LocalTime, LocalDateTime, OffsetDateTime, OffsetTime, UUID} or a {@code List} of these; or {@link Untouched}.
 */
public record Row(Map<String, @Nullable Object> values) {

    private static final long VALUE_BYTES = 32;

    public Row {
        values = values instanceof Columns.Values ? values : Columns.copied(values);
    }

    /** The columns of {@link #values}. */
    public Columns columns() {
        return byPlace().columns();
    }

    /** The value of the column at {@code place}. */
    public @Nullable Object at(int place) {
        return byPlace().at(place);
    }

    private Columns.Values byPlace() {
        return (Columns.Values) values;
    }

    /** What its values take in memory, roughly. */
    public long bytes() {
        var row = byPlace();
        var bytes = 0L;
        for (var place = 0; place < row.size(); place++) {
            bytes += bytes(row.at(place));
        }
        return bytes;
    }

    private static long bytes(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case String text -> VALUE_BYTES + text.length();
            case byte[] bytes -> VALUE_BYTES + bytes.length;
            case List<?> list ->
                VALUE_BYTES + list.stream().mapToLong(Row::bytes).sum();
            default -> VALUE_BYTES;
        };
    }

    /** The value of {@code column}; null when it is NULL or the row has no such column. */
    public @Nullable Object get(String column) {
        return values.get(column);
    }

    /** The values of {@code columns}, in that order, as a key. A key has no NULL. */
    public List<Object> key(List<String> columns) {
        var key = new ArrayList<Object>(columns.size());
        for (var column : columns) {
            var value = values.get(column);
            if (value == null) {
                throw new IllegalArgumentException("key column " + column + ": null (expected: a value)");
            }
            key.add(value);
        }
        return Collections.unmodifiableList(key);
    }
}
