package dev.banyan.gateway.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;

/** The head of a reply of HTTP/1.1, as one of HTTP/2. */
final class ReplyHead {

    private static final AsciiString[] OF_A_CONNECTION = {
        HttpHeaderNames.CONNECTION,
        AsciiString.cached("keep-alive"),
        AsciiString.cached("proxy-connection"),
        HttpHeaderNames.TRANSFER_ENCODING,
        HttpHeaderNames.UPGRADE,
    };

    private ReplyHead() {}

    /** Returns the status and headers of {@code reply}, names in lower case, without those of a connection. */
    static Http2Headers of(HttpResponse reply) {
        HttpHeaders head = reply.headers();
        Http2Headers out = new DefaultHttp2Headers(false, head.size() + 1);
        out.status(reply.status().codeAsText());
        Iterator<Map.Entry<CharSequence, CharSequence>> entries = head.iteratorCharSequence();
        while (entries.hasNext()) {
            Map.Entry<CharSequence, CharSequence> each = entries.next();
            AsciiString name = AsciiString.of(each.getKey()).toLowerCase();
            if (!isOfAConnection(name)) {
                out.add(name, each.getValue());
            }
        }
        return out;
    }

    private static boolean isOfAConnection(AsciiString name) {
        for (AsciiString each : OF_A_CONNECTION) {
            if (each.contentEquals(name)) {
                return true;
            }
        }
        return false;
    }
}
