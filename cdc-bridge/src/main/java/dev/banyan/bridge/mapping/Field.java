package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.change.ValueText;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One field of an event and where it comes from. {@code column} is null for a field that always has the same value. With {@code
 * currency} the field is money: an object of an amount and a currency. {@code ifNull} is the field's value where the column is NULL.
 * Those of its columns that are never NULL are {@code notNull}.
 */
public record Field(
        String name,
        @Nullable String column,
        FieldType type,
        @Nullable Currency currency,
        @Nullable Object ifNull,
        Unknown unknown,
        Set<String> notNull,
        Place at) {

    public Field {
        notNull = Set.copyOf(notNull);
    }

    /** Where the currency of an amount comes from. */
    public sealed interface Currency {

        record Column(String name) implements Currency {}

        record Always(String code) implements Currency {}
    }

    /** An amount with its currency, both as text; the amount has all its decimal places. */
    record Money(@Nullable String amount, @Nullable String currency) {}

    /** What the value before is called, in the event of a renumbered aggregate: {@code previousSku} for {@code sku}. */
    public static String previous(String field) {
        return "previous" + Character.toUpperCase(field.charAt(0)) + field.substring(1);
    }

    /** The columns read for this field. */
    List<String> columns() {
        if (column == null) {
            return List.of();
        }
        return currency instanceof Currency.Column(var name) ? List.of(column, name) : List.of(column);
    }

    /** The field's JSON value for {@code row}: null, String, Long, Boolean or {@link Money}. */
    @Nullable
    Object read(Row row, TableId table) {
        if (column == null) {
            return type.convert("");
        }
        var value = known(row, column, table);
        var converted = value == null ? ofNull(column, table, ifNull) : converted(value, table);
        if (currency == null || converted == null) {
            return converted;
        }
        return new Money((String) converted, currency(row, table));
    }

    /** The same of a field of the key: a value that no other key has. */
    Object readKey(Row row, TableId table) {
        var value = read(row, table);
        if (value == null || column == null) {
            throw new UnmappableException(table, String.valueOf(column), "no value", "a value in each key column");
        }
        if (value instanceof Long number
                && row.get(column) instanceof String text
                && !text.equals(Long.toString(number))) {
            throw new UnmappableException(
                    table,
                    column,
                    "a key that is not written as its number is, so that another may be the same number",
                    "no zeros, sign or blanks around it; or string or char for the field");
        }
        return value;
    }

    private static @Nullable Object known(Row row, String column, TableId table) {
        var value = row.get(column);
        if (value == Untouched.VALUE || (value == null && !row.values().containsKey(column))) {
            throw new UnknownValueException(table, column);
        }
        return value;
    }

    private <T> @Nullable T ofNull(String empty, TableId table, @Nullable T otherwise) {
        if (notNull.contains(empty)) {
            throw new UnmappableException(table, empty, "NULL", "a value, as notNull says");
        }
        return otherwise;
    }

    private @Nullable Object converted(Object value, TableId table) {
        var converted = type.convert(value);
        if (!FieldType.NOT_UNDERSTOOD.equals(converted)) {
            return converted;
        }
        return switch (unknown) {
            case Unknown.Refuse() ->
                throw new UnmappableException(table, String.valueOf(column), type.describe(value), type.expected());
            case Unknown.Keep() -> FieldType.unpadded(ValueText.of(value));
            case Unknown.Null() -> null;
            case Unknown.Use(var word) -> word;
        };
    }

    private @Nullable String currency(Row row, TableId table) {
        return switch (currency) {
            case Currency.Column(var name) -> {
                var value = known(row, name, table);
                yield value == null ? ofNull(name, table, null) : FieldType.unpadded(ValueText.of(value));
            }
            case Currency.Always(var code) -> code;
            case null -> null;
        };
    }
}
