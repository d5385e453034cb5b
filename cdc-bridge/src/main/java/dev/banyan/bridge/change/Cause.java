package dev.banyan.bridge.change;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction was made for, as far as its writer said: the {@code id} of a request, command or event, and the W3C {@code traceparent} of
 * the trace it belongs to.
 */
public record Cause(@Nullable String id, @Nullable String traceparent) {

    /** Nobody said. */
    public static final Cause UNKNOWN = new Cause(null, null);

    public static final int ID_CHARACTERS_MAX = 256;
    private static final Pattern ID = Pattern.compile("\\P{Cntrl}{1," + ID_CHARACTERS_MAX + "}");
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    public Cause {
        if (id != null && !ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id: " + id.length() + " characters (expected: 1 to " + ID_CHARACTERS_MAX
                    + ", and none that controls)");
        }
        if (traceparent != null && !TRACEPARENT.matcher(traceparent).matches()) {
            throw new IllegalArgumentException("traceparent: '" + traceparent
                    + "' (expected: such as 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01)");
        }
    }

    /** The same, but where nobody named an id {@code transaction} stands for it. */
    Cause or(Transaction transaction) {
        return id != null ? this : new Cause("tx:" + transaction.identity(), traceparent);
    }
}
