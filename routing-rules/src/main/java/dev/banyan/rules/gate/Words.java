package dev.banyan.rules.gate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** Numbers as people read them. */
final class Words {

    private Words() {}

    /** {@code 0.0312} as {@code 3.12%}. */
    static String percent(double share) {
        return decimals(share * 100, 2) + "%";
    }

    /** {@code 0.005} as {@code 0.5pp}. */
    static String points(double share) {
        return decimals(share * 100, 2) + "pp";
    }

    static String millis(double millis) {
        return decimals(millis, millis < 10 ? 1 : 0) + " ms";
    }

    static String ratio(double ratio) {
        return decimals(ratio, 2) + " times";
    }

    static String count(long count) {
        return new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(count);
    }

    private static String decimals(double value, int digits) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    /** The end of a sentence about a limit. */
    static String relation(Verdict verdict, String limit) {
        return switch (verdict) {
            case PASS -> "surely within " + limit;
            case FAIL -> "surely beyond " + limit;
            case INCONCLUSIVE -> "not surely within or beyond " + limit;
        };
    }
}
