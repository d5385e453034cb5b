package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.ValueText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a column's value becomes a field's value. Values of a field are text, integers or booleans. */
public sealed interface FieldType {

    /** What {@link #convert} returns for a value it cannot make sense of. */
    Object NOT_UNDERSTOOD = new Object();

    /** How the values of a boolean column are written. */
    Set<String> TRUE = Set.of("true", "t");

    Set<String> FALSE = Set.of("false", "f");

    /** The text that the database prints. With {@code padded} the blanks that fill up a CHAR column are cut off its end; else every character stays. */
    record Text(boolean padded) implements FieldType {}

    /** A JSON integer. */
    record Whole() implements FieldType {}

    /** A number as text, never rounded. With {@code scale} 0 or more it has exactly that many decimal places. */
    record Decimal(int scale) implements FieldType {

        /** As many places as the value has. */
        public static final int AS_STORED = -1;
    }

    /** An integer count of the smallest unit, as a decimal text with {@code digits} places. */
    record Cents(int digits) implements FieldType {}

    /** A boolean, kept as one of two sets of texts (or as a boolean). */
    record Flag(Set<String> yes, Set<String> no) implements FieldType {
        public Flag {
            yes = Set.copyOf(yes);
            no = Set.copyOf(no);
        }
    }

    /** A code, as its word. */
    record Code(CodeTable words) implements FieldType {}

    /** A date and time without a zone, read as the wall clock of {@code zone}; becomes an instant in UTC. */
    record LocalTimestamp(ZoneId zone, Gap gap, Overlap overlap) implements FieldType {}

    /** An instant; the column knows its zone. */
    record Timestamp() implements FieldType {}

    /** A date. */
    record Date() implements FieldType {}

    /** A date kept as the number yyyymmdd; 0 is no date. */
    record DayNumber() implements FieldType {}

    /** HMAC-SHA-256 of the value under a key only the bridge has: equal values stay equal, nobody reads them. */
    record Hash() implements FieldType {}

    /** The value with stars in place of all characters but the last {@code keep}. */
    record Mask(int keep) implements FieldType {}

    /** The value encrypted, as text; with {@code showsEqual} equal values of the column stay equal. */
    record Encrypted(boolean showsEqual) implements FieldType {}

    /** The token that stands for the value in {@code vault}; without one in a vault of the column's own. */
    record Tokenised(@Nullable String vault) implements FieldType {}

    /** The same value in every event. */
    record Always(Object value) implements FieldType {}

    /** A wall-clock time that the spring change of clocks skips. */
    enum Gap {
        /** As if the clock had not been changed yet: 02:30 becomes what an hour later is called 03:30. */
        FORWARD,
        REFUSE
    }

    /** A wall-clock time that the autumn change of clocks repeats. */
    enum Overlap {
        EARLIER,
        LATER,
        REFUSE
    }

    /** The field's value for a column's value that is not NULL: String, Long, Boolean, null, or {@link #NOT_UNDERSTOOD}. */
    default @Nullable Object convert(Object value) {
        return switch (this) {
            case Text(var padded) -> text(value, padded);
            case Whole() -> whole(value);
            case Decimal(var scale) -> decimal(value, scale);
            case Cents(var digits) ->
                whole(value) instanceof Long cents
                        ? BigDecimal.valueOf(cents, digits).toPlainString()
                        : NOT_UNDERSTOOD;
            case Flag(var yes, var no) -> flag(value, yes, no);
            case Code(var words) -> {
                var word = words.word(unpadded(ValueText.of(value)));
                yield word == null ? NOT_UNDERSTOOD : word;
            }
            case LocalTimestamp(var zone, var gap, var overlap) ->
                value instanceof LocalDateTime local ? instant(local, zone, gap, overlap) : NOT_UNDERSTOOD;
            case Timestamp() ->
                switch (value) {
                    case OffsetDateTime time -> time.toInstant().toString();
                    case Instant time -> time.toString();
                    default -> NOT_UNDERSTOOD;
                };
            case Date() -> value instanceof LocalDate date ? date.toString() : NOT_UNDERSTOOD;
            case DayNumber() -> dayNumber(value);
            case Hash() -> value.toString();
            case Mask _ -> value.toString();
            case Encrypted _ -> value.toString();
            case Tokenised _ -> value.toString();
            case Always(var constant) -> constant;
        };
    }

    /** What would do, for a message. */
    default String expected() {
        return switch (this) {
            case Text _ -> "a value";
            case Whole() -> "an integer";
            case Decimal(var scale) -> scale < 0 ? "a number" : "a number with at most " + scale + " decimal places";
            case Cents _ -> "an integer";
            case Flag(var yes, var no) -> "one of " + yes + " or " + no;
            case Code(var words) -> "a code of " + words.name() + ", or another 'unknown' than refuse";
            case LocalTimestamp(var zone, var gap, var overlap) ->
                "a timestamp without time zone"
                        + (gap == Gap.REFUSE || overlap == Overlap.REFUSE ? " that " + zone + " has exactly once" : "");
            case Timestamp() -> "a timestamp with time zone";
            case Date() -> "a date";
            case DayNumber() -> "a date as yyyymmdd";
            case Hash _ -> "a value";
            case Mask _ -> "a value";
            case Encrypted _ -> "a value";
            case Tokenised _ -> "a value";
            case Always _ -> "a value";
        };
    }

    /** {@code value} in a message: itself where it is a code or a flag, else only its kind. */
    default String describe(Object value) {
        return switch (this) {
            case Code _ -> "'" + value + "'";
            case Flag _ -> "'" + value + "'";
            default -> "a " + value.getClass().getSimpleName() + " that does not fit";
        };
    }

    /** {@code text} without the blanks at its end. */
    static String unpadded(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return end == text.length() ? text : text.substring(0, end);
    }

    private static Object text(Object value, boolean padded) {
        return switch (value) {
            case String text -> padded ? unpadded(text) : text;
            case List<?> _ -> NOT_UNDERSTOOD;
            default -> ValueText.of(value);
        };
    }

    private static Object whole(Object value) {
        return switch (value) {
            case Long number -> number;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case BigDecimal number -> wholeOf(number);
            case String text -> text.isBlank() ? NOT_UNDERSTOOD : wholeOfText(text.strip());
            default -> NOT_UNDERSTOOD;
        };
    }

    private static Object wholeOf(BigDecimal number) {
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            return NOT_UNDERSTOOD;
        }
    }

    private static Object wholeOfText(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return NOT_UNDERSTOOD;
        }
    }

    private static Object decimal(Object value, int scale) {
        var number =
                switch (value) {
                    case BigDecimal decimal -> decimal;
                    case Long whole -> BigDecimal.valueOf(whole);
                    case Integer whole -> BigDecimal.valueOf(whole);
                    case Short whole -> BigDecimal.valueOf(whole);
                    // A float column holds no exact decimal; its shortest text is what people see in the legacy
                    // database.
                    case Double real when Double.isFinite(real) -> new BigDecimal(ValueText.of(real));
                    case Float real when Float.isFinite(real) -> new BigDecimal(ValueText.of(real));
                    default -> null;
                };
        if (number == null) {
            return NOT_UNDERSTOOD;
        }
        if (scale == Decimal.AS_STORED) {
            return number.toPlainString();
        }
        try {
            return number.setScale(scale, RoundingMode.UNNECESSARY).toPlainString();
        } catch (ArithmeticException e) {
            return NOT_UNDERSTOOD;
        }
    }

    private static Object flag(Object value, Set<String> yes, Set<String> no) {
        if (value instanceof Boolean bool) {
            return flagOf(bool, yes, no);
        }
        var text = unpadded(ValueText.of(value));
        if (yes.contains(text)) {
            return true;
        }
        return no.contains(text) ? false : NOT_UNDERSTOOD;
    }

    /** A boolean column is what it says, unless yes or no name its values. */
    private static Object flagOf(boolean value, Set<String> yes, Set<String> no) {
        var isNamed =
                Stream.concat(yes.stream(), no.stream()).anyMatch(text -> TRUE.contains(text) || FALSE.contains(text));
        if (!isNamed) {
            return value;
        }
        var texts = value ? TRUE : FALSE;
        if (texts.stream().anyMatch(yes::contains)) {
            return true;
        }
        return texts.stream().anyMatch(no::contains) ? false : NOT_UNDERSTOOD;
    }

    private static Object instant(LocalDateTime local, ZoneId zone, Gap gap, Overlap overlap) {
        var rules = zone.getRules();
        var offsets = rules.getValidOffsets(local);
        if (offsets.size() == 1) {
            return local.toInstant(offsets.getFirst()).toString();
        }
        if (offsets.isEmpty()) {
            return gap == Gap.REFUSE
                    ? NOT_UNDERSTOOD
                    : local.toInstant(rules.getTransition(local).getOffsetBefore())
                            .toString();
        }
        return switch (overlap) {
            case EARLIER -> local.toInstant(offsets.getFirst()).toString();
            case LATER -> local.toInstant(offsets.getLast()).toString();
            case REFUSE -> NOT_UNDERSTOOD;
        };
    }

    private static @Nullable Object dayNumber(Object value) {
        if (!(whole(value) instanceof Long number)) {
            return NOT_UNDERSTOOD;
        }
        if (number == 0) {
            return null;
        }
        if (number < 10_000_101 || number > 9999_12_31) {
            return NOT_UNDERSTOOD;
        }
        try {
            var day = number.intValue();
            return LocalDate.of(day / 10_000, day / 100 % 100, day % 100).toString();
        } catch (DateTimeException e) {
            return NOT_UNDERSTOOD;
        }
    }
}
