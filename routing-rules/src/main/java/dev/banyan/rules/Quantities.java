package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.time.Duration;

/** Reads what the schema has found to be well written: {@code 1h30m}, {@code 0.25%}. */
final class Quantities {

    private static final int BASIS_POINTS_A_PERCENT = 100;

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
    private static final Pattern PERCENT = Pattern.compile("(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)%");

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,5}(d|h|m|s|ms)){1,5}");
    private static final Pattern POINTS = Pattern.compile("[0-9]{1,2}(\\.[0-9]{1,2})?pp");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,4}(KiB|MiB|GiB)");
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private static final Pattern MOMENT =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})");

    private Quantities() {}

    static boolean isDuration(String text) {
        return DURATION.matches(text);
    }

    static boolean isMoment(String text) {
        return MOMENT.matches(text);
    }

    static boolean isDay(String text) {
        return DAY.matches(text);
    }

    /** A duration that may be as long as days. */
    static boolean isSpan(String text) {
        return SPAN.matches(text);
    }

    static boolean isPoints(String text) {
        return POINTS.matches(text);
    }

    static boolean isSize(String text) {
        return SIZE.matches(text);
    }

    static boolean isPercent(String text) {
        return PERCENT.matches(text);
    }

    /** Gateway API's durations, whole hours, minutes, seconds and milliseconds, and days besides. */
    static Duration duration(String text) {
        Duration sum = Duration.ZERO;
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                number = number * 10 + (c - '0');
                continue;
            }
            boolean millis = text.startsWith("ms", i);
            sum = sum.plus(
                    switch (c) {
                        case 'd' -> Duration.ofDays(number);
                        case 'h' -> Duration.ofHours(number);
                        case 'm' -> millis ? Duration.ofMillis(number) : Duration.ofMinutes(number);
                        case 's' -> Duration.ofSeconds(number);
                        default -> throw new IllegalArgumentException("duration: " + text + " (expected: 1h30m)");
                    });
            number = 0;
            i += millis ? 1 : 0;
        }
        return sum;
    }

    /** The percentage under a key, in basis points; {@code unset} when there is none that the schema allows. */
    static int basisPoints(Yaml.Fields in, String key, int unset) {
        String text = in.text(key);
        return text != null && isPercent(text) ? basisPoints(text) : unset;
    }

    /** A percentage in basis points, exactly. */
    static int basisPoints(String text) {
        String number = text.substring(0, text.length() - 1);
        int point = number.indexOf('.');
        if (point < 0) {
            return Integer.parseInt(number) * BASIS_POINTS_A_PERCENT;
        }
        String fraction = (number.substring(point + 1) + "0").substring(0, 2);
        return Integer.parseInt(number.substring(0, point)) * BASIS_POINTS_A_PERCENT + Integer.parseInt(fraction);
    }

    /** Percentage points in basis points, exactly. */
    static int points(String text) {
        return basisPoints(text.substring(0, text.length() - 1));
    }

    /** A size in bytes. */
    static long bytes(String text) {
        long number = Long.parseLong(text.substring(0, text.length() - 3));
        return switch (text.charAt(text.length() - 3)) {
            case 'G' -> number << 30;
            case 'M' -> number << 20;
            default -> number << 10;
        };
    }

    /** A size as a file has it: {@code 64KiB}. */
    static String shownBytes(long bytes) {
        if (bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % 1024 == 0 ? bytes / 1024 + "KiB" : String.valueOf(bytes);
    }

    /** A duration as a file has it: {@code 1h30m}. */
    static String shown(Duration duration) {
        var text = new StringBuilder();
        append(text, duration.toDaysPart(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }
}
