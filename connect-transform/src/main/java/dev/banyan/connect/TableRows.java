package dev.banyan.connect;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.record.RowReader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one table, of them only the columns that the mapping uses. Used by one thread. */
final class TableRows {

    /*
     * JSON without a schema has texts, numbers and booleans alone. A date, a time or a decimal is then read from text, by what its field is
     * declared as: such a connector needs time.precision.mode=isostring and decimal.handling.mode=string. Numbers of days or bytes are refused.
     */

    @FunctionalInterface
    private interface Conversion {
        Object apply(String text);
    }

    private final Set<String> columns;
    private final String unavailable;
    private final RowReader reader;
    private final Set<String> key;
    private final RowReader keyReader;
    private final Map<String, Conversion> conversions = new HashMap<>();

    TableRows(SourceTable table, Set<String> columns, String unavailable) {
        this.columns = columns;
        this.unavailable = unavailable;
        this.reader = new RowReader(unavailable, columns::contains);
        this.key = Set.copyOf(table.key());
        this.keyReader = new RowReader(unavailable, key::contains);
        for (var field : table.fields()) {
            var conversion = conversion(field.type());
            if (field.column() != null && conversion != null) {
                conversions.put(field.column(), conversion);
            }
        }
    }

    /** The columns of the key. */
    Set<String> key() {
        return key;
    }

    /** The row that {@code part} is; a large value that a statement did not touch is taken from {@code before}, else it is {@link Untouched}. */
    Row read(Envelope part, @Nullable Row before) {
        return read(part, before, reader, columns);
    }

    /** Of the row that {@code part} is the key. */
    Row readKey(Envelope part) {
        return read(part, null, keyReader, key);
    }

    private Row read(Envelope part, @Nullable Row before, RowReader structs, Set<String> wanted) {
        try {
            return switch (part.value()) {
                case Struct struct -> structs.read(struct, before);
                case Map<?, ?> map -> row(map, before, wanted);
                default ->
                    throw new DataException("row: " + part.value().getClass().getSimpleName()
                            + " (expected: a structure, or JSON's object)");
            };
        } catch (IllegalStateException e) { // the reader's: what it cannot read, by column
            throw new DataException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("NullAway") // a row may hold null; of another module's class NullAway does not see that
    private Row row(Map<?, ?> map, @Nullable Row before, Set<String> wanted) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        for (var entry : map.entrySet()) {
            var column = String.valueOf(entry.getKey());
            if (wanted.contains(column)) {
                values.put(column, value(column, entry.getValue(), before));
            }
        }
        return new Row(values);
    }

    private @Nullable Object value(String column, @Nullable Object value, @Nullable Row before) {
        if (unavailable.equals(value)) {
            return before == null || !before.values().containsKey(column) ? Untouched.VALUE : before.get(column);
        }
        return switch (value) {
            case null -> null;
            case String text -> converted(column, text);
            case Boolean _, Number _, List<?> _ -> value;
            default ->
                throw new DataException(
                        "column " + column + ": " + value.getClass().getSimpleName()
                                + " (expected: text, a number or a boolean, where records have no schema)");
        };
    }

    private Object converted(String column, String text) {
        var conversion = conversions.get(column);
        if (conversion == null) {
            return text;
        }
        try {
            return conversion.apply(text);
        } catch (DateTimeException
                | NumberFormatException e) { // the text may be somebody's data, and is in the cause's message
            throw new DataException(
                    "column " + column + ": a text of " + text.length()
                            + " characters (expected: what time.precision.mode=isostring and decimal.handling.mode=string write)");
        }
    }

    private static @Nullable Conversion conversion(FieldType type) {
        return switch (type) {
            case FieldType.Date() -> RowReader::isoDate;
            case FieldType.LocalTimestamp _ -> RowReader::isoTimestamp;
            case FieldType.Timestamp() -> OffsetDateTime::parse;
            case FieldType.Decimal _ -> BigDecimal::new;
            case FieldType.Text _, FieldType.Whole _, FieldType.Cents _, FieldType.Flag _, FieldType.Code _ -> null;
            case FieldType.DayNumber _, FieldType.Hash _, FieldType.Mask _, FieldType.Always _ -> null;
            case FieldType.Encrypted _, FieldType.Tokenised _ -> null; // refused by the row scope
        };
    }
}
