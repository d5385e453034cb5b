package dev.banyan.gateway.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Headers that end at this hop. */
public final class HopByHop {

    private static final AsciiString[] ALWAYS = {
        AsciiString.cached("connection"),
        AsciiString.cached("keep-alive"),
        AsciiString.cached("proxy-connection"),
        AsciiString.cached("proxy-authenticate"),
        AsciiString.cached("proxy-authorization"),
        AsciiString.cached("te"),
        AsciiString.cached("trailer"),
        AsciiString.cached("transfer-encoding"),
        AsciiString.cached("upgrade"),
        AsciiString.cached("http2-settings"),
    };

    /** Where else a backend can be reached: whoever goes there has left the gateway, and its routes (RFC 7838). */
    private static final AsciiString ALT_SVC = AsciiString.cached("alt-svc");

    /** What a peer may not nominate away, beside what only a proxy may write. */
    private static final Set<String> KEPT = Set.of("host", "content-length");

    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private HopByHop() {}

    /**
     * Returns a copy of a request's {@code head} without the hop-by-hop headers and those that its {@code Connection} nominates, and
     * without {@code claims} unless its sender is {@code believed}. Nor has it what a backend could take for a {@link MirrorMark}.
     */
    public static HttpHeaders copyWithout(HttpHeaders head, ProxyHeaders claims, boolean believed) {
        HttpHeaders copy = UNCHECKED.newHeaders();
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = head.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> each = entries.next();
            if (!endsHere(each.getKey())
                    && (believed || !claims.contain(each.getKey()))
                    && !MirrorMark.isMistakenFor(each.getKey())) {
                copy.add(each.getKey(), each.getValue());
            }
        }
        removeNominated(copy, head, claims);
        return copy;
    }

    /** Removes the hop-by-hop headers from a reply's {@code head}, those that its {@code Connection} nominates, and {@code Alt-Svc}. */
    public static void removeFrom(HttpHeaders head) {
        removeNominated(head, head, ProxyHeaders.USUAL);
        for (AsciiString name : ALWAYS) {
            head.remove(name);
        }
        head.remove(ALT_SVC);
    }

    /** Returns the same piece of a body without the headers behind its end. */
    public static HttpContent withoutTrailers(HttpContent piece) {
        return piece instanceof LastHttpContent last && !last.trailingHeaders().isEmpty()
                ? new DefaultLastHttpContent(last.content())
                : piece;
    }

    private static void removeNominated(HttpHeaders head, HttpHeaders nominating, ProxyHeaders kept) {
        if (!nominating.contains(HttpHeaderNames.CONNECTION)) {
            return;
        }
        for (String nominated : nominating.getAll(HttpHeaderNames.CONNECTION)) {
            if (AsciiString.contentEqualsIgnoreCase(nominated, "keep-alive")
                    || AsciiString.contentEqualsIgnoreCase(nominated, "close")) {
                continue; // nearly always, and neither names a header that could still be there
            }
            for (String nomination : nominated.split(",", -1)) {
                String name = nomination.strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !KEPT.contains(name) && !kept.contain(name)) {
                    head.remove(name);
                }
            }
        }
    }

    private static boolean endsHere(CharSequence name) {
        for (AsciiString each : ALWAYS) {
            if (each.contentEqualsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
