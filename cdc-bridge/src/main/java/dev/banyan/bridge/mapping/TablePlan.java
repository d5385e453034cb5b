package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Untouched;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How rows of one table are remembered: which columns, under which key, found by which parent. {@code padded} columns belong to a key and
 * lose the blanks that fill up a CHAR, so that a CHAR(3) and a VARCHAR hold the same key.
 */
record TablePlan(TableUse use, Set<String> padded, Columns columns) {

    /** What the indexes of every store take of a key's text, in UTF-8, and the name of its table or aggregate with it. */
    static final int KEY_BYTES_MAX = 2_400;

    private static final int CHARACTER_BYTES_MAX = 3;

    TablePlan {
        padded = Set.copyOf(padded);
    }

    TablePlan(TableUse use, Set<String> padded) {
        this(use, padded, new Columns(use.columns()));
    }

    TableId id() {
        return use.table();
    }

    /** The key of {@code row}, in the one form that all keys are compared in. */
    List<Object> key(Row row) {
        var key = keyOf(row, use.key());
        if (key == null) {
            throw new UnmappableException(
                    use.table(), String.join(", ", use.key()), "a row without its key", "a value in each key column");
        }
        return key;
    }

    /** The key of the root {@code row} belongs to; empty when it belongs to none. */
    List<Object> parent(@Nullable Row row) {
        if (row == null || use.parent().isEmpty()) {
            return List.of();
        }
        var key = keyOf(row, use.parent());
        return key == null ? List.of() : key;
    }

    boolean hasKey(Row row) {
        return keyOf(row, use.key()) != null;
    }

    /** True when {@code row} carries all columns that are remembered. */
    boolean isWhole(Row row) {
        return row.values().keySet().containsAll(use.columns());
    }

    /**
     * {@code row} as it is remembered: only columns that are used, redacted where that is asked for. What {@code told} of a value before
     * stays while the value does. What {@code row} leaves {@link Untouched} is as {@code told} has it.
     */
    Row image(Row row, @Nullable Row told, Redactor redactor) {
        var values = new @Nullable Object[columns.names().size()];
        for (var place = 0; place < values.length; place++) {
            var column = columns.names().get(place);
            var value = row.get(column);
            if (value == null && !row.values().containsKey(column)) {
                throw new UnmappableException(
                        use.table(),
                        column,
                        "not in this row, which is of before or after a change of the table",
                        "every column that the mapping reads");
            }
            if (value == Untouched.VALUE) {
                value = told == null || !told.values().containsKey(column) ? value : told.get(column);
            } else if (value != null) {
                var redaction = use.redactions().get(column);
                value = redaction == null
                        ? value
                        : redactor.of(redaction, value, place(column), told == null ? null : told.get(column));
            }
            values[place] = value;
        }
        return columns.row(values);
    }

    /** What of {@code row} the remembered row {@code known} still lacks; null when it lacks nothing. */
    @Nullable
    Row missing(Row row, Row known) {
        if (!known.values().containsValue(Untouched.VALUE)) {
            return null;
        }
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var column : columns.names()) {
            if (!use.key().contains(column) && known.get(column) != Untouched.VALUE) {
                values.put(column, Untouched.VALUE);
            } else if (row.values().containsKey(column)) {
                values.put(column, row.get(column));
            }
        }
        return new Row(values);
    }

    /** {@code row} as it was remembered, without what an earlier mapping did not redact yet. */
    @Nullable
    Row remembered(@Nullable Row row, Redactor redactor) {
        if (row == null || use.redactions().isEmpty()) {
            return row;
        }
        @Nullable Map<String, @Nullable Object> healed = null;
        for (var entry : use.redactions().entrySet()) {
            var value = row.get(entry.getKey());
            var replaced = value == null || value == Untouched.VALUE
                    ? null
                    : redactor.ofRemembered(entry.getValue(), value, place(entry.getKey()));
            if (replaced != null && !replaced.equals(value)) {
                healed = healed == null ? new LinkedHashMap<>(row.values()) : healed;
                healed.put(entry.getKey(), replaced);
            }
        }
        return healed == null ? row : new Row(healed);
    }

    private String place(String column) {
        return use.table() + "." + column;
    }

    private @Nullable List<Object> keyOf(Row row, List<String> columns) {
        if (columns.size() == 1) {
            var value = row.get(columns.getFirst());
            return value == null || value == Untouched.VALUE
                    ? null
                    : bounded(List.of(normal(value, columns.getFirst())), columns);
        }
        var key = new ArrayList<Object>(columns.size());
        for (var column : columns) {
            var value = row.get(column);
            if (value == null || value == Untouched.VALUE) {
                return null;
            }
            key.add(normal(value, column));
        }
        return bounded(Collections.unmodifiableList(key), columns);
    }

    private List<Object> bounded(List<Object> key, List<String> columns) {
        var characters = 0L;
        for (var part : key) {
            characters += part instanceof String text
                    ? text.length()
                    : part.toString().length();
        }
        if (characters * CHARACTER_BYTES_MAX > KEY_BYTES_MAX) {
            var bytes = KeyText.of(key).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > KEY_BYTES_MAX) {
                throw new UnmappableException(
                        use.table(),
                        String.join(", ", columns),
                        "a key of " + bytes + " bytes",
                        "at most " + KEY_BYTES_MAX);
            }
        }
        return key;
    }

    private Object normal(Object value, String column) {
        return switch (value) {
            case String text -> padded.contains(column) ? FieldType.unpadded(text) : text;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case BigDecimal number -> integral(number.stripTrailingZeros());
            default -> value;
        };
    }

    private static Object integral(BigDecimal number) {
        return number.scale() <= 0 && number.precision() - number.scale() <= 18
                ? (Object) number.longValueExact()
                : number;
    }
}
