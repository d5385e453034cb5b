package dev.banyan.bridge.mapping;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** A value that a condition asks for, as its field would have it: {@code 0} is {@code "0.00"} of a decimal with two places. */
final class WantedValue {

    /** More digits and places than a database has of a number; of one with as many as its text can ask for a text would fill the memory. */
    private static final int DIGITS_MAX = 1_000;

    private WantedValue() {}

    /** What {@code value}, which the mapping has for a field of {@code type}, is in a state; null when no state can have it. */
    static @Nullable Object of(Object value, FieldType type) {
        return value instanceof String text ? of(text, type) : value;
    }

    private static @Nullable Object of(String text, FieldType type) {
        try {
            return switch (type) {
                case FieldType.Decimal(var scale) ->
                    scale == FieldType.Decimal.AS_STORED ? number(text) : understood(type.convert(number(text)));
                case FieldType.Cents(var digits) -> understood(new FieldType.Decimal(digits).convert(number(text)));
                case FieldType.Date() -> LocalDate.parse(text).toString();
                case FieldType.DayNumber() ->
                    text.contains("-") ? LocalDate.parse(text).toString() : understood(type.convert(text));
                case FieldType.Timestamp(), FieldType.LocalTimestamp _ ->
                    OffsetDateTime.parse(text).toInstant().toString();
                case FieldType.Hash() -> KeyedHash.isHash(text) ? text : null;
                case FieldType.Text(var isPadded) -> isPadded ? FieldType.unpadded(text) : text;
                default -> text;
            };
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    private static BigDecimal number(String text) {
        var number = new BigDecimal(text);
        if (number.precision() + Math.abs((long) number.scale()) > DIGITS_MAX) {
            throw new NumberFormatException("more than " + DIGITS_MAX + " digits");
        }
        return number;
    }

    private static @Nullable Object understood(@Nullable Object value) {
        return FieldType.NOT_UNDERSTOOD.equals(value) ? null : value;
    }

    /** True when {@code value} of a state is {@code wanted}; numbers of as many places as they happen to have compare by what they are. */
    static boolean is(Object value, Object wanted) {
        return wanted instanceof BigDecimal number ? isNumber(value.toString(), number) : value.equals(wanted);
    }

    private static boolean isNumber(String text, BigDecimal number) {
        try {
            return new BigDecimal(text).compareTo(number) == 0;
        } catch (NumberFormatException e) {
            return false; // what stands in for NULL
        }
    }

    /** What {@link #of} takes, for a message. */
    static String expected(FieldType type) {
        return switch (type) {
            case FieldType.Decimal _ -> type.expected() + ", such as 12.90";
            case FieldType.Cents(var digits) ->
                "a number with at most " + digits + " decimal places, as the event has it";
            case FieldType.Date(), FieldType.DayNumber() -> "a day such as 2026-01-31";
            case FieldType.Timestamp(), FieldType.LocalTimestamp _ -> "an instant such as 2026-01-31T12:00:00Z";
            case FieldType.Hash() -> "the hash, 64 hexadecimal digits, or changed:";
            default -> FieldReader.expectedValue(type);
        };
    }
}
