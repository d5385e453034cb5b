package dev.banyan.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request as bytes that can be sent again and again, what its head is in HTTP/2, and the length in bytes of the body that
 * must come back with a 200.
 */
public record Ask(ByteBuf bytes, Http2Headers http2Head, long replyBytes) {

    /** Returns a GET of {@code path} with {@code headers} after {@code Host}. */
    public static Ask get(String path, Map<String, String> headers, long replyBytes) {
        return new Ask(direct(head("GET", path, headers)), http2Head("GET", path, headers), replyBytes);
    }

    /** Returns a POST of {@code body}, which only HTTP/1.1 sends. */
    public static Ask post(String path, Map<String, String> headers, byte[] body, long replyBytes) {
        var head = head("POST", path, headers);
        var withLength = head.substring(0, head.length() - 2) + "Content-Length: " + body.length + "\r\n\r\n";
        return new Ask(direct(withLength, body), http2Head("POST", path, headers), replyBytes);
    }

    /** Returns the head of a request, with its empty line. */
    static String head(String method, String path, Map<String, String> headers) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString();
    }

    private static Http2Headers http2Head(String method, String path, Map<String, String> headers) {
        var head = new DefaultHttp2Headers()
                .method(AsciiString.of(method))
                .scheme(AsciiString.of("http"))
                .authority(AsciiString.of("localhost"))
                .path(AsciiString.of(path));
        headers.forEach((name, value) -> head.add(AsciiString.of(name).toLowerCase(), AsciiString.of(value)));
        return head;
    }

    /** Returns bytes outside the heap, which the kernel takes without a copy; nobody has to release them. */
    private static ByteBuf direct(String head, byte... body) {
        var bytes = ByteBuffer.allocateDirect(head.length() + body.length)
                .put(head.getBytes(StandardCharsets.US_ASCII))
                .put(body)
                .flip();
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes).asReadOnly());
    }
}
