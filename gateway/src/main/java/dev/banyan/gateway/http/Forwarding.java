package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;

/** The headers that tell a backend who the client is and what it asked for. */
public final class Forwarding {

    private static final List<String> NAMES = List.of(
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Ssl",
            "X-Forwarded-Server",
            "X-Forwarded-Scheme",
            "X-Real-IP");

    private Forwarding() {}

    /**
     * Rewrites the forwarded headers of {@code head}: what an untrusted peer claims is dropped, what a trusted one claims is
     * kept and its own address is added to the list.
     */
    public static void rewrite(HttpHeaders head, InetAddress peer, boolean trusted, Origin asked) {
        String address = peer.getHostAddress();
        int zone = address.indexOf('%');
        address = zone < 0 ? address : address.substring(0, zone);
        if (!trusted) {
            NAMES.forEach(head::remove);
        }
        append(head, "X-Forwarded-For", address);
        putIfAbsent(head, "X-Forwarded-Proto", asked.scheme());
        if (!asked.host().isEmpty()) {
            putIfAbsent(head, "X-Forwarded-Host", asked.authority());
        }
        putIfAbsent(head, "X-Forwarded-Port", Integer.toString(asked.port()));
        append(head, "Forwarded", forwarded(address, asked));
    }

    private static String forwarded(String address, Origin asked) {
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        String host = asked.host().isEmpty() ? "" : ";host=\"" + asked.authority() + "\"";
        return "for=" + node + host + ";proto=" + asked.scheme();
    }

    private static void append(HttpHeaders head, String name, String value) {
        List<String> before = head.getAll(name);
        head.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
    }

    private static void putIfAbsent(HttpHeaders head, String name, String value) {
        if (!head.contains(name)) {
            head.set(name, value);
        }
    }
}
