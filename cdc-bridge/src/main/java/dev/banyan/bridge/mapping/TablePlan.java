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
import java.util.stream.Collectors;
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

    /** The columns that are remembered, by the name that images have them under. */
    Map<String, String> remembers() {
        return columns.names().stream().collect(Collectors.toMap(name -> name, name -> name));
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

    /** What of {@code row} the row {@code stored} still lacks; null when it lacks nothing. */
    @Nullable
    Row missing(Row row, Row stored) {
        var known = whole(stored);
        if (!lacks(known)) {
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

    /** True when a value of {@code row} is not known. */
    static boolean lacks(Row row) {
        for (var place = 0; place < row.values().size(); place++) {
            if (row.at(place) == Untouched.VALUE) {
                return true;
            }
        }
        return false;
    }

    /** {@code known} with what it lacks of {@code row}, the same row as the log has it whole. */
    Row completed(Row known, Row row, Redactor redactor) {
        var log = image(row, known, redactor);
        var values = new @Nullable Object[columns.names().size()];
        for (var place = 0; place < values.length; place++) {
            var column = columns.names().get(place);
            var value = known.get(column);
            values[place] = value == Untouched.VALUE ? log.get(column) : value;
        }
        return columns.row(values);
    }

    /** {@code stored} with all columns that are remembered: what it was written without is not known. */
    private Row whole(Row stored) {
        if (isWhole(stored)) {
            return stored;
        }
        var values = new @Nullable Object[columns.names().size()];
        for (var place = 0; place < values.length; place++) {
            var column = columns.names().get(place);
            values[place] = stored.values().containsKey(column) ? stored.get(column) : Untouched.VALUE;
        }
        return columns.row(values);
    }

    /** {@code stored} as it was remembered, without what an earlier mapping did not redact yet; what that did not read is not known. */
    @Nullable
    Row remembered(@Nullable Row stored, Redactor redactor) {
        return stored == null ? null : redacted(whole(stored), redactor);
    }

    private Row redacted(Row row, Redactor redactor) {
        if (use.redactions().isEmpty()) {
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
