package dev.banyan.gateway.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A reply as a backend sent it: the body is still encoded, and may be cut. */
public final class Reply {

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final boolean truncated;

    /**
     * @param headers in the order they came; a name may come more than once
     * @param body what was kept of it; not copied
     * @param truncated whether the body was longer than what was kept
     */
    public Reply(int status, List<Map.Entry<String, String>> headers, byte[] body, boolean truncated) {
        this.status = status;
        var byName = new LinkedHashMap<String, List<String>>();
        for (Map.Entry<String, String> header : headers) {
            byName.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(header.getValue());
        }
        this.headers = byName;
        this.body = body;
        this.truncated = truncated;
    }

    public int status() {
        return status;
    }

    /** Returns all values of a header, in the order they came. */
    public List<String> all(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, List.of());
    }

    /** Returns the values of a header as one, or an empty text. */
    public String header(String lowerCaseName) {
        return String.join(", ", all(lowerCaseName));
    }

    /** Returns all headers by lower-case name. */
    Map<String, List<String>> headers() {
        return headers;
    }

    /** Whether both have the same whole body, in the same encoding and of the same type. */
    static boolean haveSameBytes(Reply one, Reply other) {
        return !one.truncated
                && !other.truncated
                && one.header("content-encoding").equals(other.header("content-encoding"))
                && one.header("content-type").equals(other.header("content-type"))
                && Arrays.equals(one.body, other.body);
    }

    byte[] body() {
        return body;
    }

    boolean isTruncated() {
        return truncated;
    }
}
