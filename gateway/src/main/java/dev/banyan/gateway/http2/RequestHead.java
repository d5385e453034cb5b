package dev.banyan.gateway.http2;

import dev.banyan.gateway.http.Refusal;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of an HTTP/2 request, and what it is as one of HTTP/1.1. */
final class RequestHead {

    /*
     * HTTP/2 can carry in a name or value what HTTP/1.1 takes for the end of a line, of a head or of a body. So whatever would
     * mean something else as text of HTTP/1.1 is refused here, whether or not the frame decoder has done so before.
     */

    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path");

    /** What RFC 9113, section 8.2.2, bans, and what HTTP/1.1 would take for framing. */
    private static final Set<String> OF_A_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings");

    /** Methods whose requests are expected to have a body, so that its absence has to be said. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    /** Methods whose requests some clients end with an empty frame of a body they do not have. */
    private static final Set<String> RARELY_WITH_BODY = Set.of("GET", "HEAD", "DELETE", "OPTIONS");

    private RequestHead() {}

    /** Returns what is malformed in {@code head} by RFC 9113, or null when nothing is; such a stream is reset. */
    static @Nullable String malformation(Http2Headers head) {
        Set<String> pseudo = new HashSet<>(8);
        boolean regular = false;
        for (Map.Entry<CharSequence, CharSequence> each : head) {
            String wrong;
            if (each.getKey().length() > 0 && each.getKey().charAt(0) == ':') {
                String name = each.getKey().toString();
                wrong = regular || !PSEUDO.contains(name) || !pseudo.add(name) ? "pseudo-header" : null;
            } else {
                regular = true;
                wrong = wrongField(each.getKey(), each.getValue());
            }
            if (wrong != null || !isValue(each.getValue())) {
                return wrong == null ? "value" : wrong;
            }
        }
        return wrongRequest(head);
    }

    /** Returns what is malformed in the fields behind a body, or null. */
    static @Nullable String malformedTrailers(Http2Headers trailers) {
        for (Map.Entry<CharSequence, CharSequence> each : trailers) {
            if (wrongField(each.getKey(), each.getValue()) != null || !isValue(each.getValue())) {
                return "trailer";
            }
        }
        return null;
    }

    private static @Nullable String wrongRequest(Http2Headers head) {
        CharSequence method = head.method();
        if (method == null || !isToken(method)) {
            return "method";
        }
        if (AsciiString.contentEquals("CONNECT", method)) {
            return head.authority() == null ? "authority" : null;
        }
        CharSequence scheme = head.scheme();
        if (scheme == null
                || !(AsciiString.contentEqualsIgnoreCase("http", scheme)
                        || AsciiString.contentEqualsIgnoreCase("https", scheme))) {
            return "scheme";
        }
        CharSequence path = head.path();
        boolean whole =
                path != null && AsciiString.contentEquals("*", path) && AsciiString.contentEquals("OPTIONS", method);
        return path != null && (whole || isPath(path)) ? null : "path";
    }

    private static @Nullable String wrongField(CharSequence name, CharSequence value) {
        if (name.length() == 0 || !isToken(name) || hasUpperCase(name)) {
            return "name of a header";
        }
        if (OF_A_CONNECTION.contains(name.toString())) {
            return "header of a connection";
        }
        boolean te = AsciiString.contentEquals(HttpHeaderNames.TE, name);
        return te && !AsciiString.contentEqualsIgnoreCase(HttpHeaderValues.TRAILERS, value) ? "te" : null;
    }

    /** Whether {@code text} is a path in the characters that a request line can carry; a space would end it there. */
    private static boolean isPath(CharSequence text) {
        if (text.length() == 0 || text.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValue(CharSequence text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 127) {
                return false;
            }
        }
        return length == 0 || !(isBlank(text.charAt(0)) || isBlank(text.charAt(length - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return text.length() > 0;
    }

    private static boolean hasUpperCase(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 'A' && text.charAt(i) <= 'Z') {
                return true;
            }
        }
        return false;
    }

    /** Returns why a request that is well-formed goes no further, or null. */
    static @Nullable Refusal refusal(Http2Headers head, int requestLineBytes) {
        CharSequence method = head.method();
        CharSequence path = head.path();
        if (path == null) {
            return new Refusal(405, "method not allowed"); // only CONNECT has none
        }
        if ((method == null ? 0 : method.length()) + path.length() + " HTTP/1.1\r\n".length() + 1 > requestLineBytes) {
            return new Refusal(414, "target too long");
        }
        CharSequence authority = head.authority();
        List<CharSequence> hosts = head.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1) {
            return new Refusal(400, "more than one Host");
        }
        if (authority != null
                && !hosts.isEmpty()
                && !AsciiString.contentEqualsIgnoreCase(authority, hosts.getFirst())) {
            return new Refusal(400, "authority and Host differ");
        }
        return null;
    }

    /** Whether it is not clear yet that a body follows a head that did not end its request. */
    static boolean mayLackBody(Http2Headers head) {
        CharSequence method = head.method();
        return method != null
                && RARELY_WITH_BODY.contains(method.toString())
                && !head.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !head.contains(HttpHeaderNames.EXPECT); // its body waits for our word
    }

    /**
     * Returns a head without fault as one of HTTP/1.1: one {@code Host}, one {@code Cookie}, nothing of HTTP/2, and a framing that
     * says whether a body follows.
     */
    static HttpRequest request(Http2Headers head, boolean ended) {
        String method = String.valueOf(head.method());
        HttpHeaders fields =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        CharSequence authority = head.authority();
        if (authority != null) {
            fields.set(HttpHeaderNames.HOST, authority);
        }
        StringBuilder cookies = null;
        for (Map.Entry<CharSequence, CharSequence> each : head) {
            CharSequence name = each.getKey();
            if (AsciiString.contentEquals(HttpHeaderNames.COOKIE, name)) {
                cookies = cookies == null ? new StringBuilder() : cookies.append("; ");
                cookies.append(each.getValue());
            } else if (name.charAt(0) != ':'
                    && !AsciiString.contentEquals(HttpHeaderNames.TE, name)
                    && !(authority != null && AsciiString.contentEquals(HttpHeaderNames.HOST, name))) {
                fields.add(name, each.getValue());
            }
        }
        if (cookies != null) {
            fields.set(HttpHeaderNames.COOKIE, cookies.toString());
        }
        if (!fields.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            if (!ended) {
                fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            } else if (WITH_BODY.contains(method)) {
                fields.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
            }
        }
        return new DefaultHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), String.valueOf(head.path()), fields);
    }
}
