package dev.banyan.gateway.http;

import io.netty.handler.codec.DateFormatter;
import java.time.Instant;
import java.util.Date;

/** The moment in a cookie's {@code Expires}, in any form that RFC 6265, section 5.1.1, reads. */
public final class CookieDate {

    private CookieDate() {}

    /** Whether {@code text} names a moment before {@code now}; what cannot be read names none. */
    public static boolean isBefore(String text, Instant now) {
        Date date = DateFormatter.parseHttpDate(text);
        return date != null && date.toInstant().isBefore(now);
    }
}
