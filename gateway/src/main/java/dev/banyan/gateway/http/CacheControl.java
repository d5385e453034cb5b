package dev.banyan.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a reply says about being stored. */
public final class CacheControl {

    private CacheControl() {}

    /**
     * Returns the {@code Cache-Control} under which no shared cache hands one user's side to another: {@code private} instead
     * of what allowed sharing, or what the backend said when that was as strict already.
     */
    public static String unshared(List<String> values) {
        var kept = new ArrayList<String>();
        boolean strict = false;
        for (String value : values) {
            for (String part : value.split(",", -1)) {
                String directive = part.strip();
                String name = directive.toLowerCase(Locale.ROOT);
                strict |= name.equals("private") || name.equals("no-store");
                // `private="field"` lets the rest be shared, so it does not count and gives way.
                boolean shares = name.equals("public") || name.startsWith("s-maxage") || name.startsWith("private=");
                if (!directive.isEmpty() && !shares) {
                    kept.add(directive);
                }
            }
        }
        if (!strict) {
            kept.addFirst("private");
        }
        return String.join(", ", kept);
    }
}
