package dev.banyan.rules;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** The address that a redirect sends a caller to; the Gateway API's rules for what is left out. */
final class NewLocation {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:([0-9]{1,5}))?");

    private NewLocation() {}

    /** {@code path} is the new one; null keeps the caller's. Null when the caller's host is needed and is none. */
    static @Nullable String of(RequestFacts facts, Redirect redirect, @Nullable String path) {
        String known = facts.publicHost();
        var asked = HOST.matcher(known == null ? facts.host() : known);
        boolean sound = asked.matches();
        if (!sound && redirect.hostname() == null) {
            return null;
        }
        String callersScheme = facts.secure() ? "https" : "http";
        String scheme = redirect.scheme() == null ? callersScheme : redirect.scheme();
        String host = redirect.hostname() == null ? asked.group(1) : redirect.hostname();
        String port = redirect.port() == null && redirect.scheme() == null && sound && asked.group(3) != null
                ? asked.group(3)
                : redirect.port() == null ? "" : String.valueOf(redirect.port());
        String query = facts.rawQuery() == null ? "" : "?" + encodedQuery(facts.rawQuery());
        String target = path == null ? NewPath.encodedAsItStands(facts.rawPath()) : path;
        return scheme + "://" + host + (port.isEmpty() || isUsual(scheme, port) ? "" : ":" + port) + target + query;
    }

    private static boolean isUsual(String scheme, String port) {
        return Integer.parseInt(port) == (scheme.equals("https") ? HTTPS : HTTP);
    }

    /** The query with its bytes as they came, but for those that no header may carry. */
    private static String encodedQuery(String query) {
        var encoded = new StringBuilder(query.length());
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c > ' ' && c < 0x7f && c != '#') {
                encoded.append(c);
            } else {
                encoded.append("%%%02X".formatted(c & 0xff));
            }
        }
        return encoded.toString();
    }
}
