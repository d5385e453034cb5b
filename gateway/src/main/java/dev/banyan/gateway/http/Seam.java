package dev.banyan.gateway.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The line between the name people type and the names backends live under. Replies that name a backend are made to name the
 * public origin; anything else passes as it is, so that a redirect to another site stays one.
 *
 * @param asked the origin the client asked for, or the configured public origin
 * @param backends the origins of all backends of the rule set, and the host names they are given
 * @param serving the origin of the backend that answered
 */
public record Seam(Origin asked, Set<Origin> backends, Origin serving) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** Returns {@code location} with a backend's scheme, host and port replaced by the public ones. */
    public String mendLocation(String location) {
        int path = pathAfterAuthority(location);
        if (path < 0) {
            return location;
        }
        boolean relativeScheme = location.startsWith("//");
        Origin named;
        try {
            named = Origin.of(new URI((relativeScheme ? serving.scheme() + ":" : "") + location.substring(0, path)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return location;
        }
        if (!isOurs(named)) {
            return location;
        }
        if (asked.host().isEmpty()) {
            return pathAlone(location.substring(path));
        }
        return (relativeScheme ? "//" + asked.authority() : asked.toString()) + location.substring(path);
    }

    /** Returns what leads to {@code path} at whoever was asked, who had no name: HTTP/1.0 needs none. */
    private static String pathAlone(String path) {
        if (path.isEmpty() || "?#".indexOf(path.charAt(0)) >= 0) {
            return "/" + path;
        }
        boolean plain = path.charAt(0) == '/' && (path.length() == 1 || "/\\".indexOf(path.charAt(1)) < 0);
        return plain ? path : "/." + path; // else it would be taken for a host
    }

    /** Returns a {@code Link} value with the URL of each link mended. */
    public String mendLink(String links) {
        return Links.withUrls(links, this::mendLocation);
    }

    /** Returns a {@code Refresh} value ({@code 5; url=...}) with its URL mended. */
    public String mendRefresh(String refresh) {
        Refresh read = Refresh.of(refresh);
        return read == null ? refresh : read.with(mendLocation(read.url()));
    }

    /**
     * Returns a {@code Set-Cookie} that the browser will take and send back: a {@code Domain} that only a backend's name
     * matches is dropped, and {@code Secure} too where people come by plain HTTP to a backend that speaks HTTPS.
     */
    public String mendCookie(String cookie) {
        boolean insecure = asked.scheme().equals("http") && serving.scheme().equals("https");
        boolean needsWork = cookie.toLowerCase(Locale.ROOT).contains("domain") || insecure;
        if (!needsWork) {
            return cookie;
        }
        String[] parts = cookie.split(";", -1);
        List<String> kept = new ArrayList<>(parts.length);
        kept.add(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            String attribute = parts[i].toLowerCase(Locale.ROOT);
            int equals = attribute.indexOf('=');
            String name = (equals < 0 ? attribute : attribute.substring(0, equals)).strip();
            String value = equals < 0 ? "" : attribute.substring(equals + 1).strip();
            boolean foreignDomain = name.equals("domain") && isForeign(value);
            boolean uselessSecure = insecure
                    && (name.equals("secure")
                            || name.equals("partitioned")
                            || (name.equals("samesite") && value.equals("none")));
            if (!foreignDomain && !uselessSecure) {
                kept.add(parts[i]);
            }
        }
        return String.join(";", kept);
    }

    private boolean isOurs(Origin named) {
        return named.sharesAuthority(asked)
                || isPlainAsked(named)
                || backends.stream().anyMatch(named::sharesAuthority);
    }

    /*
     * A backend behind plain HTTP often builds http:// links to the public host although people came by https. The other way round is no
     * mistake: it is how applications send people to https.
     */
    private boolean isPlainAsked(Origin named) {
        return named.host().equals(asked.host())
                && named.scheme().equals("http")
                && named.port() == HTTP
                && asked.scheme().equals("https")
                && asked.port() == HTTPS;
    }

    private boolean isForeign(String domain) {
        String name = domain.startsWith(".") ? domain.substring(1) : domain;
        return !covers(name, asked.host()) && backends.stream().anyMatch(backend -> covers(name, backend.host()));
    }

    private static boolean covers(String domain, String host) {
        return host.equals(domain) || host.endsWith("." + domain);
    }

    /** Returns where the path begins in a URL with an authority, or -1 when it has none. */
    private static int pathAfterAuthority(String location) {
        String start = location.substring(0, Math.min(8, location.length())).toLowerCase(Locale.ROOT);
        int authority =
                start.startsWith("//") ? 2 : start.startsWith("http://") ? 7 : start.startsWith("https://") ? 8 : -1;
        if (authority < 0) {
            return -1;
        }
        for (int i = authority; i < location.length(); i++) {
            if ("/?#\\".indexOf(location.charAt(i)) >= 0) {
                return i;
            }
        }
        return location.length();
    }
}
