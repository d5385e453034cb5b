package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The checks a request head must pass before anything else looks at it. */
public final class Framing {

    private static final Set<String> METHODS_REFUSED = Set.of("CONNECT", "TRACE", "TRACK");

    /** More lines than any client sends. */
    public static final int HEADERS_MAX = 100;

    private static final int PORT_MAX = 65_535;

    private Framing() {}

    /**
     * Returns why two servers could read this head differently, or null when they cannot. Such a connection is not worth
     * keeping: it is answered and closed.
     */
    public static @Nullable Refusal ambiguity(HttpVersion version, String target, HttpHeaders head) {
        int hosts = 0;
        int encodings = 0;
        int lengths = 0;
        boolean underscore = false;
        // One walk over all of them: each look-up would cost about as much.
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = head.iteratorCharSequence();
        while (entries.hasNext()) {
            CharSequence name = entries.next().getKey();
            hosts += HttpHeaderNames.HOST.contentEqualsIgnoreCase(name) ? 1 : 0;
            encodings += HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name) ? 1 : 0;
            lengths += HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name) ? 1 : 0;
            underscore |= AsciiString.indexOf(name, '_', 0) >= 0;
        }
        boolean http11 = version.compareTo(HttpVersion.HTTP_1_1) >= 0;
        if (hosts > 1 || (hosts == 0 && http11)) {
            return new Refusal(400, "not exactly one Host");
        }
        String host = head.get(HttpHeaderNames.HOST, "");
        if (hosts == 1 && !isHost(host)) {
            return new Refusal(400, "invalid Host");
        }
        if (encodings > 0) {
            if (encodings > 1 || !isChunked(head) || !http11) {
                return new Refusal(400, "Transfer-Encoding is not exactly chunked");
            }
            if (lengths > 0) {
                return new Refusal(400, "Content-Length beside Transfer-Encoding");
            }
        }
        if (lengths > 1) {
            return new Refusal(400, "more than one Content-Length");
        }
        if (head.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
            // A draft has eight bytes behind this head that nothing announces, and some read them, as Netty does.
            return new Refusal(400, "a WebSocket of before RFC 6455");
        }
        if (head.size() > HEADERS_MAX) {
            return new Refusal(431, "more than " + HEADERS_MAX + " headers");
        }
        if (underscore) {
            // CGI and its heirs take X_Real_IP and X-Real-IP for the same, so that a client could write what only we
            // may.
            return new Refusal(400, "underscore in the name of a header");
        }
        return Target.refusal(target, host);
    }

    /** Returns why a well-framed request is not forwarded, or null when it may be. */
    public static @Nullable Refusal unsupported(String method, HttpHeaders head) {
        if (METHODS_REFUSED.contains(method)) {
            return new Refusal(405, "method not allowed");
        }
        if (!head.contains(HttpHeaderNames.EXPECT)) {
            return null;
        }
        for (String expect : head.getAll(HttpHeaderNames.EXPECT)) {
            if (!expect.equalsIgnoreCase("100-continue")) {
                return new Refusal(417, "Expect is not 100-continue");
            }
        }
        return null;
    }

    /**
     * Whether two readers could see the end of a reply, or of its first line, in different places, or it switches to what nobody asked
     * for. {@code head} still has what ends at this hop. Such a reply is no reply, and its connection is worth nothing.
     */
    public static boolean isDoubtfulReply(HttpVersion version, HttpResponseStatus status, HttpHeaders head) {
        return status.code() < 200 || isDoubtfulHead(version, status, head);
    }

    /** The same of a reply to a request to switch. */
    public static boolean isDoubtfulHead(HttpVersion version, HttpResponseStatus status, HttpHeaders head) {
        if (status.code() > 999 || hasControl(status.reasonPhrase())) {
            return true;
        }
        return head.contains(HttpHeaderNames.TRANSFER_ENCODING)
                && (head.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1
                        || !isChunked(head)
                        || version.compareTo(HttpVersion.HTTP_1_1) < 0);
    }

    private static boolean isChunked(HttpHeaders head) {
        return HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(head.get(HttpHeaderNames.TRANSFER_ENCODING));
    }

    private static boolean hasControl(String phrase) {
        for (int i = 0; i < phrase.length(); i++) {
            char c = phrase.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code host} is a name or address with an optional port, in the characters RFC 3986 gives it. */
    static boolean isHost(String host) {
        if (host.startsWith("[")) {
            int close = host.indexOf(']');
            return close > 0 && isIpV6(host.substring(1, close)) && isPortOrNothing(host, close + 1);
        }
        int colon = host.indexOf(':');
        int end = colon < 0 ? host.length() : colon;
        return isName(host, end) && isPortOrNothing(host, end);
    }

    private static boolean isIpV6(String address) {
        // A zone says something on this machine alone.
        return address.indexOf('%') < 0 && NetUtil.isValidIpV6Address(address);
    }

    private static boolean isName(String host, int end) {
        for (int i = 0; i < end; i++) {
            char c = host.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "-._~".indexOf(c) < 0) {
                return false;
            }
        }
        return end > 0;
    }

    private static boolean isPortOrNothing(String host, int at) {
        return at == host.length() || (host.charAt(at) == ':' && isPort(host.substring(at + 1)));
    }

    private static boolean isPort(String port) {
        for (int i = 0; i < port.length(); i++) {
            if (port.charAt(i) < '0' || port.charAt(i) > '9') {
                return false;
            }
        }
        return port.length() <= 5 && (port.isEmpty() || Integer.parseInt(port) <= PORT_MAX);
    }
}
