package dev.banyan.gateway.http;

import java.net.URI;
import java.util.Locale;

/** A scheme, host and port as URLs name them; the host is lower case, an IPv6 address in brackets. */
public record Origin(String scheme, String host, int port) {

    public Origin {
        scheme = scheme.toLowerCase(Locale.ROOT);
        host = host.toLowerCase(Locale.ROOT);
        if (port < 0) {
            port = scheme.equals("https") || scheme.equals("wss") ? 443 : 80;
        }
    }

    /** Returns the origin of an absolute http or https URL. */
    public static Origin of(URI url) {
        if (url.getScheme() == null || url.getHost() == null) {
            throw new IllegalArgumentException("url: " + url + " (expected: http://host:port or https://host:port)");
        }
        return new Origin(url.getScheme(), url.getHost(), url.getPort());
    }

    /** Returns the origin that a request with this {@code Host} header asked for. */
    public static Origin ofHost(String scheme, String hostHeader) {
        int port = hostHeader.lastIndexOf(':');
        if (port < 0 || hostHeader.endsWith("]")) {
            return new Origin(scheme, hostHeader, -1);
        }
        String digits = hostHeader.substring(port + 1);
        return new Origin(scheme, hostHeader.substring(0, port), digits.isEmpty() ? -1 : Integer.parseInt(digits));
    }

    /** Returns host and port as a {@code Host} header carries them: without the port the scheme implies. */
    public String authority() {
        return port == (scheme.equals("https") ? 443 : 80) ? host : host + ":" + port;
    }

    /** Whether both name the same host and port, whatever the scheme. */
    public boolean sharesAuthority(Origin other) {
        return host.equals(other.host) && port == other.port;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority();
    }
}
