package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an argument of a filter may be. */
public enum FilterArgumentKind {
    /** A name of a header that is only read. */
    HEADER,
    /** A header of the request that is the application's. */
    REQUEST_HEADER,
    /** A header of the reply that is the application's. */
    RESPONSE_HEADER,
    /** Several of those, parted by blanks. */
    RESPONSE_HEADERS,
    /** A name of a query parameter. */
    PARAMETER,
    /** Any text that a header can carry; braces would be taken for variables by Spring Cloud Gateway. */
    TEXT,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** What to do with several values. */
    DEDUPE_STRATEGY,
    /** A number of bytes, such as {@code 16KB}. */
    SIZE,
    /** A status of a whole reply. */
    STATUS;

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern NO_CONTROLS = Pattern.compile("[^\\x00-\\x1f\\x7f{}]+");
    private static final Pattern PARAMETER_NAME = Pattern.compile("[A-Za-z0-9._~\\[\\]-]+");
    private static final Pattern BYTES = Pattern.compile("[1-9][0-9]{0,6}(B|KB|MB)");
    private static final Pattern WHOLE_REPLY = Pattern.compile("[2-5][0-9]{2}");
    private static final Set<String> STRATEGIES = Set.of("RETAIN_FIRST", "RETAIN_LAST", "RETAIN_UNIQUE");

    /** What says where a message ends, and who is on the connection. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    private static final Set<String> OF_THE_GATEWAY =
            Set.of("host", "expect", "forwarded", "x-real-ip", "proxy-authorization", "proxy-connection");

    /** The kind of this name in {@code filters.json}: {@code requestHeader}. */
    static FilterArgumentKind of(String name) {
        for (FilterArgumentKind kind : values()) {
            if (kind.name().replace("_", "").equalsIgnoreCase(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("kind: " + name + " (expected: a kind of argument)");
    }

    /** What would do instead of {@code value}; null when it is right. */
    @Nullable
    String wrong(String value) {
        return switch (this) {
            case HEADER -> TOKEN.matches(value) ? null : "the name of a header";
            case REQUEST_HEADER -> header(value, true);
            case RESPONSE_HEADER -> header(value, false);
            case RESPONSE_HEADERS -> headers(value);
            case PARAMETER -> PARAMETER_NAME.matches(value) ? null : "the name of a query parameter";
            case TEXT -> NO_CONTROLS.matches(value) ? null : "text without braces and control characters";
            case BOOLEAN -> value.equals("true") || value.equals("false") ? null : "true or false";
            case DEDUPE_STRATEGY -> STRATEGIES.contains(value) ? null : Suggestion.among(value, STRATEGIES);
            case SIZE -> BYTES.matches(value) ? null : "a size such as 16KB";
            case STATUS -> WHOLE_REPLY.matches(value) ? null : "a status from 200 to 599";
        };
    }

    private static @Nullable String headers(String value) {
        for (String each : value.split(" ", -1)) {
            String wrong = header(each, false);
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    private static @Nullable String header(String value, boolean request) {
        if (!TOKEN.matches(value)) {
            return "the name of a header";
        }
        String name = value.toLowerCase(Locale.ROOT);
        boolean ours = OF_THE_CONNECTION.contains(name)
                || (request && (OF_THE_GATEWAY.contains(name) || name.startsWith("x-forwarded-")));
        return ours ? "a header of the application; the gateway itself sees to this one" : null;
    }
}
