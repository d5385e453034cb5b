package dev.banyan.gateway.compare;

import dev.banyan.gateway.http.Origin;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The origins that stand for this application: the public one, and those of its backends. A URL that begins with one of
 * them is the same as the path that follows.
 *
 * @param asked the public one, or null
 */
public record Origins(Set<Origin> ours, @Nullable Origin asked) {

    public Origins {
        ours = Set.copyOf(ours);
    }

    /** Nobody knows by which of them callers come. */
    public Origins(Set<Origin> ours) {
        this(ours, null);
    }

    /** Whether a cookie of {@code domain}, in lower case, is one for a backend's name only, so that callers get it without. */
    boolean isForeign(String domain) {
        String name = domain.startsWith(".") ? domain.substring(1) : domain;
        return (asked == null || !covers(name, asked.host()))
                && ours.stream().anyMatch(each -> covers(name, each.host()));
    }

    private static boolean covers(String domain, String host) {
        return host.equals(domain) || host.endsWith("." + domain);
    }

    /** Returns {@code url} without its origin where that is one of ours, else as it is. */
    public String relative(String url) {
        int authority = authorityOf(url);
        if (authority < 0) {
            return url;
        }
        int path = authority;
        while (path < url.length() && "/?#\\".indexOf(url.charAt(path)) < 0) {
            path++;
        }
        if (!isOurs(url.substring(0, path), authority)) {
            return url;
        }
        String rest = url.substring(path);
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private boolean isOurs(String origin, int authority) {
        try {
            if (authority == 2) {
                Origin http = Origin.of(new URI("http:" + origin));
                return ours.stream().anyMatch(each -> each.host().equals(http.host()));
            }
            return ours.contains(Origin.of(new URI(origin)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return false;
        }
    }

    private static int authorityOf(String url) {
        if (url.startsWith("//")) {
            return 2;
        }
        if (url.length() < 8 || (url.charAt(0) | 0x20) != 'h') {
            return -1;
        }
        String start = url.substring(0, 8).toLowerCase(Locale.ROOT);
        return start.startsWith("http://") ? 7 : start.equals("https://") ? 8 : -1;
    }
}
