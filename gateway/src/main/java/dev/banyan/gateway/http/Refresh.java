package dev.banyan.gateway.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of the {@code Refresh} header that leads elsewhere: {@code 5; url=/next}.
 *
 * @param seconds after which
 * @param before all that stands before the URL
 * @param after all that stands behind it, which browsers pass over
 */
public record Refresh(String seconds, String before, String url, String after) {

    /** As browsers read it (HTML, shared declarative refresh steps): {@code url=} may be left out, and blanks stand nearly everywhere. */
    private static final Pattern FORM = Pattern.compile(
            "(\\s*([0-9.]+)\\s*(?:[;,]|(?<=\\s))\\s*(?:url\\s*=\\s*)?)(['\"]?)(.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Reads a value; null for one that leads nowhere else. */
    public static @Nullable Refresh of(String value) {
        Matcher parts = FORM.matcher(value);
        if (!parts.matches()) {
            return null;
        }
        int start = parts.start(4);
        int quote = parts.end(3) > parts.start(3) ? value.indexOf(parts.group(3), start) : -1;
        int end = quote < 0 ? value.stripTrailing().length() : quote;
        return end < start
                ? null
                : new Refresh(
                        parts.group(2), value.substring(0, start), value.substring(start, end), value.substring(end));
    }

    /** The value with another URL. */
    public String with(String other) {
        return before + other + after;
    }
}
