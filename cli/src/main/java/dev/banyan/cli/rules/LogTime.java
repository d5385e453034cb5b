package dev.banyan.cli.rules;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The times that access logs write: {@code 24/Nov/2026:03:00:00 +0000}, ISO 8601, or seconds since 1970 with a fraction. */
final class LogTime {

    private static final DateTimeFormatter COMMON =
            DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH);
    private static final double FIRST_OF_MILLIS = 1e11;

    /** 2000-01-01: a smaller number is how long something took. */
    private static final double FIRST_OF_SECONDS = 946_684_800;

    private LogTime() {}

    /** The instant, or null when the text is no time. */
    static @Nullable Instant of(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            if (text.indexOf('/') > 0) {
                return OffsetDateTime.parse(text, COMMON).toInstant();
            }
            if (text.indexOf('T') > 0) {
                return OffsetDateTime.parse(text).toInstant();
            }
            double number = Double.parseDouble(text);
            if (!(number >= FIRST_OF_SECONDS)) {
                return null;
            }
            return Instant.ofEpochMilli(Math.round(number < FIRST_OF_MILLIS ? number * 1000 : number));
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }
}
