package dev.banyan.gateway.http;

import dev.banyan.rules.Decision;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A request target: the second word of a request line. */
public final class Target {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** By code: the characters that nothing here has anything to do with, and that nearly every target consists of. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        for (char c = ' ' + 1; c < 127; c++) {
            PLAIN[c] = "\"<>\\^`{|}#%[]".indexOf(c) < 0;
        }
    }

    private Target() {}

    /** Returns why {@code target} cannot be forwarded for a client that named {@code host}, or null when it can. */
    static @Nullable Refusal refusal(String target, String host) {
        if (isPath(target)) {
            return hasControl(target) ? new Refusal(400, "control character in the target") : null;
        }
        if (authorityAt(target) < 0) {
            return new Refusal(400, "target is neither a path nor this host's URL");
        }
        if (!names(target, host)) {
            return new Refusal(400, "target names another host");
        }
        return hasControl(target) ? new Refusal(400, "control character in the target") : null;
    }

    /** Whether {@code target} is a URL of {@code host} and its port, where the URL's scheme has a port of its own (RFC 9110, 4.2.3). */
    static boolean names(String target, String host) {
        String authority = hostOf(target);
        if (authority == null || !Framing.isHost(host)) {
            return false;
        }
        String scheme = target.substring(0, authorityAt(target) - 3);
        return Origin.ofHost(scheme, authority).equals(Origin.ofHost(scheme, host));
    }

    /** Returns the host, and port, that a target in absolute form names, as it spells them; null for any other target. */
    public static @Nullable String hostOf(String target) {
        int at = authorityAt(target);
        String authority = at < 0 ? "" : target.substring(at, pathAt(target, at));
        return Framing.isHost(authority) ? authority : null;
    }

    /** Whether {@code target} is a path, and perhaps a query. */
    public static boolean isPath(String target) {
        return target.startsWith("/");
    }

    /** Returns the path and query of a target in absolute form; a target that is a path already comes back as it is. */
    public static String originForm(String target) {
        int authority = authorityAt(target);
        if (authority < 0) {
            return target;
        }
        String rest = target.substring(pathAt(target, authority));
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    /** Returns the path of an origin-form target, up to its query. */
    public static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Returns the query of an origin-form target without its question mark, or null when it has none. */
    public static @Nullable String query(String target) {
        int query = target.indexOf('?');
        return query < 0 ? null : target.substring(query + 1);
    }

    /** Returns {@code target} with the path that a route rewrites it to; its query stays. */
    public static String rewritten(String target, Decision.@Nullable Rewritten rewritten) {
        String path = rewritten == null ? null : rewritten.rawPath();
        if (path == null) {
            return target;
        }
        String query = query(target);
        return query == null ? path : path + "?" + query;
    }

    /** Returns {@code target} with each byte above 127 as its percent escape; servers take both for the same. */
    public static String ascii(String target) {
        return isPlain(target) ? target : escape(target, c -> c > 126);
    }

    /**
     * Returns a spelling of {@code target} that {@link java.net.URI} takes: browsers send bars and braces
     * as they are, and it refuses them. Only the framework around us reads this one; backends get the original.
     */
    public static String forJava(String target) {
        if (isPlain(target)) {
            return target;
        }
        String escaped = escape(target, c -> c <= ' ' || c > 126 || "\"<>\\^`{|}#".indexOf(c) >= 0);
        int query = escaped.indexOf('?');
        int path = query < 0 ? escaped.length() : query;
        StringBuilder out = null;
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            String replacement = null;
            if (c == '%' && !isEscape(escaped, i)) {
                replacement = "%25";
            } else if (i < path && (c == '[' || c == ']')) {
                replacement = c == '[' ? "%5B" : "%5D";
            }
            if (replacement != null && out == null) {
                out = new StringBuilder(escaped.length() + 8).append(escaped, 0, i);
            }
            if (out != null) {
                if (replacement == null) {
                    out.append(c);
                } else {
                    out.append(replacement);
                }
            }
        }
        return out == null ? escaped : out.toString();
    }

    private static boolean isEscape(String text, int at) {
        return at + 2 < text.length()
                && HexFormat.isHexDigit(text.charAt(at + 1))
                && HexFormat.isHexDigit(text.charAt(at + 2));
    }

    private static String escape(String text, IntPredicate which) {
        if (!hasAny(text, which)) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16);
        // The decoder reads each byte of a request line as one Latin-1 character.
        for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
            if (which.test(b & 0xff)) {
                out.append('%').append(HEX.toHexDigits(b));
            } else {
                out.append((char) b);
            }
        }
        return out.toString();
    }

    private static boolean hasControl(String target) {
        return !isPlain(target) && hasAny(target, c -> c < ' ' || c == 127);
    }

    /* A loop over a table: every request passes here several times. */
    private static boolean isPlain(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c >= PLAIN.length || !PLAIN[c]) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasAny(String text, IntPredicate which) {
        for (int i = 0; i < text.length(); i++) {
            if (which.test(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static int authorityAt(String target) {
        if (isPath(target)) {
            return -1;
        }
        String start = target.substring(0, Math.min(8, target.length())).toLowerCase(Locale.ROOT);
        return start.startsWith("http://") ? 7 : start.startsWith("https://") ? 8 : -1;
    }

    private static int pathAt(String target, int authority) {
        for (int i = authority; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return target.length();
    }
}
