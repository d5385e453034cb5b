package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.List;

/** The headers that tell a backend who the client is and what it asked for. */
public final class Forwarding {

    private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    private static final AsciiString FOR = AsciiString.cached("X-Forwarded-For");
    private static final AsciiString PROTO = AsciiString.cached("X-Forwarded-Proto");
    private static final AsciiString HOST = AsciiString.cached("X-Forwarded-Host");
    private static final AsciiString PORT = AsciiString.cached("X-Forwarded-Port");

    private Forwarding() {}

    /**
     * Writes the forwarded headers of {@code head}: to what a trusted peer says its own address is added; what others claim has been
     * left out before.
     */
    public static void write(HttpHeaders head, InetAddress peer, Origin asked) {
        String address = peer.getHostAddress();
        int zone = address.indexOf('%');
        address = zone < 0 ? address : address.substring(0, zone);
        append(head, FOR, address);
        putIfAbsent(head, PROTO, asked.scheme());
        if (!asked.host().isEmpty()) {
            putIfAbsent(head, HOST, asked.authority());
        }
        putIfAbsent(head, PORT, Integer.toString(asked.port()));
        append(head, FORWARDED, forwarded(address, asked));
    }

    private static String forwarded(String address, Origin asked) {
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        String host = asked.host().isEmpty() ? "" : ";host=\"" + asked.authority() + "\"";
        return "for=" + node + host + ";proto=" + asked.scheme();
    }

    private static void append(HttpHeaders head, AsciiString name, String value) {
        List<String> before = head.getAll(name);
        head.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
    }

    private static void putIfAbsent(HttpHeaders head, AsciiString name, String value) {
        if (!head.contains(name)) {
            head.set(name, value);
        }
    }
}
