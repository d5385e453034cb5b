package dev.banyan.bridge.cel;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** An exact decimal number. Equal numbers are equal, whatever zeros they end with. */
record Decimal(BigDecimal value) implements Comparable<Decimal> {

    /** More digits than any sum or product of legacy amounts has; beyond it a calculation could take any time. */
    static final int DIGITS_MAX = 1_000;

    private static final Pattern PLAIN = Pattern.compile("-?[0-9]{1,300}(\\.[0-9]{1,300})?");

    Decimal {
        value = value.stripTrailingZeros();
        if (value.precision() + Math.abs(value.scale()) > DIGITS_MAX) {
            throw new Failure("a decimal of more than " + DIGITS_MAX + " digits", "shorter ones");
        }
    }

    static Decimal of(String text) {
        if (!isDecimal(text)) {
            throw new Failure("a text that is no decimal", "a number such as decimal(\"-12.90\")");
        }
        return new Decimal(new BigDecimal(text));
    }

    static Decimal of(long whole) {
        return new Decimal(BigDecimal.valueOf(whole));
    }

    static boolean isDecimal(String text) {
        return PLAIN.matcher(text).matches();
    }

    Decimal plus(Decimal other) {
        return new Decimal(value.add(other.value));
    }

    Decimal minus(Decimal other) {
        return new Decimal(value.subtract(other.value));
    }

    Decimal times(Decimal other) {
        return new Decimal(value.multiply(other.value));
    }

    Decimal negated() {
        return new Decimal(value.negate());
    }

    @Override
    public int compareTo(Decimal other) {
        return value.compareTo(other.value);
    }
}
