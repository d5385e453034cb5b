package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The headers that tell a backend who the client is and what it asked for.
 *
 * @param asked the origin that the client asked for
 * @param address the client's
 * @param host what it asked for without the scheme; empty when it named none
 * @param forwarded an element of {@code Forwarded} that says all of it
 */
public record Forwarding(Origin asked, String address, String host, String port, String forwarded) {

    private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    private static final AsciiString FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString PORT = AsciiString.cached("X-Forwarded-Port");

    static Forwarding of(InetAddress peer, Origin asked) {
        String address = peer.getHostAddress();
        int zone = address.indexOf('%');
        address = zone < 0 ? address : address.substring(0, zone);
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        String authority = asked.host().isEmpty() ? "" : asked.authority();
        String host = authority.isEmpty() ? "" : ";host=\"" + authority + "\"";
        String forwarded = "for=" + node + host + ";proto=" + asked.scheme();
        return new Forwarding(asked, address, authority, Integer.toString(asked.port()), forwarded);
    }

    /** Returns the scheme that the first of several proxies says its client came by, {@code http} or {@code https}, or null. */
    public static @Nullable String proto(HttpHeaders head) {
        String said = head.get(PROTO);
        if (said == null) {
            return null;
        }
        int comma = said.indexOf(',');
        String first = (comma < 0 ? said : said.substring(0, comma)).strip();
        return switch (first.toLowerCase(Locale.ROOT)) {
            case "http", "ws" -> "http"; // some say so of WebSockets
            case "https", "wss" -> "https";
            default -> null;
        };
    }

    /**
     * Writes them into {@code head}: to what a trusted peer says its own address is added; what others claim has been left out
     * before.
     */
    public void write(HttpHeaders head) {
        append(head, FOR, address);
        putIfAbsent(head, PROTO, asked.scheme());
        if (!host.isEmpty()) {
            putIfAbsent(head, HOST, host);
        }
        putIfAbsent(head, PORT, port);
        append(head, FORWARDED, forwarded);
    }

    private static void append(HttpHeaders head, AsciiString name, String value) {
        if (head.contains(name)) {
            head.set(name, String.join(", ", head.getAll(name)) + ", " + value);
        } else {
            head.add(name, value);
        }
    }

    private static void putIfAbsent(HttpHeaders head, AsciiString name, String value) {
        if (!head.contains(name)) {
            head.add(name, value);
        }
    }
}
