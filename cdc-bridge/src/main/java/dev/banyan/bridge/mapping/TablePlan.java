package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.EventMapper;
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
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How rows of one table are remembered: which columns, under which key, found by which parent. {@code padded} columns belong to a key and
 * lose the blanks that fill up a CHAR, so that a CHAR(3) and a VARCHAR hold the same key.
 */
record TablePlan(TableUse use, Set<String> padded, Columns columns, Columns kept) {

    /*
     * In the images a redacted column's name says how it is redacted. A value that another mapping left there, redacted in another way or not to be
     * redacted now, is therefore another column's, and not known: what is made of a hash or of stars would be nobody's value. Only one in clear is
     * replaced. (Stores of before have redacted values under the plain name; they are told from values in clear by what they look like.)
     */

    /** What the indexes of every store take of a key's text, in UTF-8, and the name of its table or aggregate with it. */
    static final int KEY_BYTES_MAX = 2_400;

    private static final int CHARACTER_BYTES_MAX = 3;

    private static final int LONG_DIGITS_MAX = 19;

    /** Between a column's name and how it is redacted; no database takes it in a name that somebody would give. */
    private static final char REDACTED = '\1';

    TablePlan {
        padded = Set.copyOf(padded);
    }

    TablePlan(TableUse use, Set<String> padded) {
        this(
                use,
                padded,
                new Columns(use.columns()),
                new Columns(use.columns().stream()
                        .map(column -> keptName(column, use.redactions().get(column)))
                        .toList()));
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

    /** The key of the row above {@code row}, which it belongs to; empty when it belongs to none. */
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
        return use.columns().stream()
                .collect(Collectors.toMap(
                        column -> keptName(column, use.redactions().get(column)), column -> column));
    }

    /** What two mappings must agree on for what one remembers to be found by the other, as {@link EventMapper#KEY} has it. */
    String keyForm() {
        return EventMapper.KEY + form(use.key()) + EventMapper.ABOVE + form(use.parent());
    }

    private String form(List<String> of) {
        return of.stream()
                .map(column -> padded.contains(column) ? column + EventMapper.UNPADDED : column)
                .collect(Collectors.joining(EventMapper.NEXT));
    }

    private static String keptName(String column, @Nullable Redaction redaction) {
        return redaction == null ? column : column + REDACTED + redaction.word();
    }

    /** {@code image} as the images have it. */
    Row kept(Row image) {
        if (use.redactions().isEmpty()) {
            return image;
        }
        var values = new @Nullable Object[columns.names().size()];
        for (var place = 0; place < values.length; place++) {
            values[place] = image.get(columns.names().get(place));
        }
        return kept.row(values);
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
        var values = new LinkedHashMap<String, @Nullable Object>();
        var lacks = false;
        for (var place = 0; place < columns.names().size(); place++) {
            var column = columns.names().get(place);
            var isKnown = keptValue(stored, place) != Untouched.VALUE;
            lacks |= !isKnown;
            if (!use.key().contains(column) && isKnown) {
                values.put(column, Untouched.VALUE);
            } else if (row.values().containsKey(column)) {
                values.put(column, row.get(column));
            }
        }
        return lacks ? new Row(values) : null;
    }

    /** The columns in which two rows, as {@link #image} makes them, are not the same. */
    List<String> differing(Row known, Row row) {
        return columns.names().stream()
                .filter(column -> !isSame(known.get(column), row.get(column)))
                .toList();
    }

    private static boolean isSame(@Nullable Object value, @Nullable Object other) {
        return switch (value) {
            case BigDecimal number when other instanceof BigDecimal another -> number.compareTo(another) == 0;
            case List<?> list
            when other instanceof List<?> another ->
                list.size() == another.size()
                        && IntStream.range(0, list.size()).allMatch(i -> isSame(list.get(i), another.get(i)));
            case null, default -> Objects.deepEquals(value, other); // of bytes what they are
        };
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

    /** {@code stored} as it was remembered; what it was written without is not known, and what it has in clear is redacted now. */
    @Nullable
    Row remembered(@Nullable Row stored, Redactor redactor) {
        if (stored == null || (use.redactions().isEmpty() && isWhole(stored))) {
            return stored;
        }
        var values = new @Nullable Object[columns.names().size()];
        for (var place = 0; place < values.length; place++) {
            var column = columns.names().get(place);
            var value = keptValue(stored, place);
            var redaction = use.redactions().get(column);
            values[place] = redaction == null
                            || value == null
                            || value == Untouched.VALUE
                            || stored.values().containsKey(kept.names().get(place))
                    ? value
                    : redactor.ofRemembered(redaction, value, place(column));
        }
        return columns.row(values);
    }

    /** What {@code stored} has of the column at {@code place}, redacted as it is now or in clear. */
    private @Nullable Object keptValue(Row stored, int place) {
        var name = kept.names().get(place);
        var column = columns.names().get(place);
        var has = stored.values().containsKey(name) ? name : column;
        return stored.values().containsKey(has) ? stored.get(has) : Untouched.VALUE;
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
            var bytes = KeyText.withoutNul(KeyText.of(key)).getBytes(StandardCharsets.UTF_8).length;
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
            case byte[] bytes -> KeyBytes.of(bytes);
            default -> value;
        };
    }

    private static Object integral(BigDecimal number) {
        if (number.scale() > 0 || number.precision() - number.scale() > LONG_DIGITS_MAX) {
            return number;
        }
        var whole = number.toBigInteger();
        return whole.bitLength() < Long.SIZE ? (Object) whole.longValueExact() : number;
    }
}
