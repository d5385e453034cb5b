package dev.banyan.bridge.change;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;

/** The text that PostgreSQL prints for a value of a {@link Row}, with {@code DateStyle} ISO and the time zone UTC. */
public final class ValueText {

    /** PostgreSQL itself has six; a time of another database may have more, and keeps them. */
    private static final int SECOND_DIGITS_MAX = 9;

    /** From here on PostgreSQL writes a number with an exponent. */
    private static final int DOUBLE_DIGITS = 15;

    private static final int FLOAT_DIGITS = 6;
    private static final int EXPONENT_MIN = -4;

    private ValueText() {}

    public static String of(Object value) {
        return switch (value) {
            case String text -> text;
            case BigDecimal number -> number.toPlainString();
            case Double number -> real(number, Double.toString(number), DOUBLE_DIGITS);
            case Float number -> real(number, Float.toString(number), FLOAT_DIGITS);
            case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
            case LocalDate date -> date(date) + era(date.getYear());
            case LocalTime time -> time(time);
            case LocalDateTime time -> date(time.toLocalDate()) + ' ' + time(time.toLocalTime()) + era(time.getYear());
            case OffsetDateTime time -> {
                var utc = time.withOffsetSameInstant(ZoneOffset.UTC);
                yield date(utc.toLocalDate()) + ' ' + time(utc.toLocalTime()) + "+00" + era(utc.getYear());
            }
            default -> value.toString();
        };
    }

    /** {@code 0044-03-15}, of the year 44 of its era. */
    private static String date(LocalDate date) {
        var year = date.getYear() > 0 ? date.getYear() : 1 - date.getYear();
        return pad(year, 4) + '-' + pad(date.getMonthValue(), 2) + '-' + pad(date.getDayOfMonth(), 2);
    }

    private static String era(int year) {
        return year > 0 ? "" : " BC";
    }

    private static String time(LocalTime time) {
        var text = pad(time.getHour(), 2) + ':' + pad(time.getMinute(), 2) + ':' + pad(time.getSecond(), 2);
        if (time.getNano() == 0) {
            return text;
        }
        var nanos = pad(time.getNano(), SECOND_DIGITS_MAX);
        var end = nanos.length();
        while (nanos.charAt(end - 1) == '0') {
            end--;
        }
        return text + '.' + nanos.substring(0, end);
    }

    private static String pad(int number, int digits) {
        var text = Integer.toString(number);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }

    /** {@code number}, which Java writes as {@code text}, by the fewest digits that make it: {@code 0.1}, {@code 1e+23}, {@code -0}. */
    private static String real(Number number, String text, int digitsMax) {
        if (!Double.isFinite(number.doubleValue())) {
            return text; // NaN, Infinity and -Infinity, as PostgreSQL has them
        }
        if (number.doubleValue() == 0) {
            return text.startsWith("-") ? "-0" : "0";
        }
        var digits = shortest(number, new BigDecimal(text).stripTrailingZeros());
        var exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= EXPONENT_MIN && exponent < digitsMax) {
            return digits.toPlainString();
        }
        var unscaled = digits.unscaledValue().abs().toString();
        return (digits.signum() < 0 ? "-" : "")
                + unscaled.charAt(0)
                + (unscaled.length() > 1 ? "." + unscaled.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + pad(Math.abs(exponent), 2);
    }

    /**
     * The fewest digits that lie nearer to {@code number} than to any other. Java's {@code digits} are two where one would do, {@code
     * 4.9E-324} for {@code 5e-324}, and may lie half-way between two numbers, {@code 1.0E23}.
     */
    private static BigDecimal shortest(Number number, BigDecimal digits) {
        var exact = new BigDecimal(number.doubleValue());
        for (var precision = Math.max(1, digits.precision() - 1); ; precision++) {
            var candidate = exact.round(new MathContext(precision));
            if (isNearest(number, exact, candidate)) {
                return candidate.stripTrailingZeros();
            }
        }
    }

    private static boolean isNearest(Number number, BigDecimal exact, BigDecimal candidate) {
        var isAbove = candidate.compareTo(exact) > 0;
        var next = number instanceof Float real
                ? isAbove ? Math.nextUp(real) : Math.nextDown(real)
                : isAbove ? Math.nextUp(number.doubleValue()) : Math.nextDown(number.doubleValue());
        if (Double.isInfinite(next)) {
            return number instanceof Float
                    ? candidate.floatValue() == number.floatValue()
                    : candidate.doubleValue() == number.doubleValue();
        }
        var toNumber = candidate.subtract(exact).abs();
        return toNumber.compareTo(candidate.subtract(new BigDecimal(next)).abs()) < 0;
    }
}
