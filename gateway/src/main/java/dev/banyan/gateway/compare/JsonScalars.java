package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.JsonRules.Rule;
import dev.banyan.rules.Compare;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Whether two values that are no arrays and no objects are alike. */
final class JsonScalars {

    /* A number such as 1e999999999 is small as text and fills the memory as digits. */
    private static final int EXPONENT_MAX = 1_000;

    private static final BigDecimal MILLIS_FROM = new BigDecimal("1e11");
    private static final int NUMBER_CHARS_MAX = 100;

    private JsonScalars() {}

    /** Whether both have the same value, or values that the rules for this place take for the same. */
    static boolean areAlike(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        if (baseline.isContainer() || baseline.getNodeType() != candidate.getNodeType()) {
            return false; // whoever reads them by their type falls over it, however near they are
        }
        if (JsonClasses.scalar(baseline).equals(JsonClasses.scalar(candidate))) {
            return true;
        }
        Rule.Near near = spot.trail().rule(Rule.Near.class);
        if (near != null && areNear(number(baseline), number(candidate), near.tolerance())) {
            return true;
        }
        Rule.Within within = spot.trail().rule(Rule.Within.class);
        return within != null
                && areWithin(
                        moment(baseline), moment(candidate), within.timestamps().within());
    }

    /** Returns what kind of difference it is when they are not alike. */
    static Kind kind(JsonNode baseline, JsonNode candidate) {
        // Who never met a value must expect one where null may stand; who never met null falls over it.
        boolean sameType = baseline.getNodeType() == candidate.getNodeType() || baseline.isNull();
        return sameType ? Kind.VALUE : Kind.TYPE;
    }

    private static boolean areNear(
            @Nullable BigDecimal baseline, @Nullable BigDecimal candidate, Compare.Tolerance tolerance) {
        if (baseline == null || candidate == null || isVast(baseline) || isVast(candidate)) {
            return false;
        }
        BigDecimal apart = baseline.subtract(candidate).abs();
        if (tolerance.abs() != null) {
            return apart.compareTo(tolerance.abs()) <= 0;
        }
        BigDecimal larger = baseline.abs().max(candidate.abs());
        return tolerance.rel() != null
                && apart.compareTo(larger.multiply(tolerance.rel(), MathContext.DECIMAL128)) <= 0;
    }

    private static boolean isVast(BigDecimal number) {
        return Math.abs((long) number.scale()) > EXPONENT_MAX;
    }

    /* Amounts are often written as text, so that nobody rounds them. */
    private static @Nullable BigDecimal number(JsonNode node) {
        if (node.isNumber()) {
            return node.decimalValue();
        }
        if (!node.isString() || node.stringValue().length() > NUMBER_CHARS_MAX) {
            return null;
        }
        try {
            return new BigDecimal(node.stringValue());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean areWithin(@Nullable Moment baseline, @Nullable Moment candidate, Duration within) {
        return baseline != null
                && candidate != null
                && baseline.form == candidate.form
                && Duration.between(baseline.at, candidate.at).abs().compareTo(within) <= 0;
    }

    /** How a moment is written: whoever reads it in one form falls over any other. */
    private enum Form {
        SECONDS,
        MILLIS,
        ZONED,
        LOCAL,
        LOCAL_WITH_BLANK,
        EMAIL
    }

    private record Moment(Instant at, Form form) {}

    private static @Nullable Moment moment(JsonNode node) {
        try {
            if (node.isNumber()) {
                BigDecimal number = node.decimalValue();
                if (isVast(number)) {
                    return null;
                }
                boolean inMillis = number.abs().compareTo(MILLIS_FROM) >= 0;
                BigDecimal millis = inMillis ? number : number.movePointRight(3);
                return new Moment(Instant.ofEpochMilli(millis.longValue()), inMillis ? Form.MILLIS : Form.SECONDS);
            }
            return node.isString() ? parsed(node.stringValue()) : null;
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private static Moment parsed(String text) {
        try {
            return new Moment(OffsetDateTime.parse(text).toInstant(), Form.ZONED);
        } catch (DateTimeException e) {
            return parsedOtherwise(text);
        }
    }

    private static Moment parsedOtherwise(String text) {
        if (text.indexOf(',') >= 0) {
            return new Moment(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)), Form.EMAIL);
        }
        Form form = text.indexOf(' ') < 0 ? Form.LOCAL : Form.LOCAL_WITH_BLANK;
        return new Moment(LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC), form);
    }
}
