package dev.banyan.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of HTTP/2 that writes any frame a test wants, allowed or not. */
final class Http2Wire implements AutoCloseable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private static final int PATIENCE_MILLIS = 30_000;

    /** A frame as it came; {@code head} is that of HEADERS. */
    record Frame(
            int type,
            int flags,
            int stream,
            ByteBuffer payload,
            @Nullable Http2Headers head) {

        boolean is(int wanted, int of) {
            return type == wanted && stream == of;
        }

        boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The error of a RST_STREAM or GOAWAY. */
        int error() {
            return payload.getInt(type == GOAWAY ? 4 : 0);
        }

        /** The last stream that a GOAWAY names. */
        int lastStream() {
            return payload.getInt(0);
        }

        String status() {
            return head == null ? "" : String.valueOf(head.status());
        }

        List<String> names() {
            return head == null
                    ? List.of()
                    : head.names().stream().map(CharSequence::toString).toList();
        }

        String text() {
            return StandardCharsets.ISO_8859_1.decode(payload.duplicate()).toString();
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder;

    /** Connects and says nothing yet. */
    Http2Wire(int port) throws IOException {
        // In this order: the first one loads classes, which takes longer than some gateways wait for a greeting.
        this(new DefaultHttp2HeadersDecoder(false), new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private Http2Wire(DefaultHttp2HeadersDecoder decoder, Socket socket) throws IOException {
        this.decoder = decoder;
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    }

    /** Connects, greets, and has been greeted. */
    static Http2Wire to(int port) throws IOException {
        return new Http2Wire(port).greeted();
    }

    /** Greets on a connection that stands, perhaps with TLS. */
    static Http2Wire over(Socket connected) throws IOException {
        return new Http2Wire(new DefaultHttp2HeadersDecoder(false), connected).greeted();
    }

    private Http2Wire greeted() throws IOException {
        raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").frame(SETTINGS, 0, 0);
        await(frame -> frame.type == SETTINGS && frame.flags == 0);
        return this;
    }

    Http2Wire raw(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Writes a frame. */
    Http2Wire frame(int type, int flags, int stream, byte... payload) throws IOException {
        socket.getOutputStream().write(bytes(type, flags, stream, payload));
        return this;
    }

    private static byte[] bytes(int type, int flags, int stream, byte... payload) {
        var out = ByteBuffer.allocate(9 + payload.length);
        out.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        return out.put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Asks for {@code path} and takes it back, in one piece. */
    Http2Wire getAndReset(int stream, String path) throws IOException {
        var both = new ByteArrayOutputStream();
        both.writeBytes(bytes(HEADERS, END_HEADERS | END_STREAM, stream, block(request("GET", path))));
        both.writeBytes(bytes(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
        socket.getOutputStream().write(both.toByteArray());
        return this;
    }

    /** Writes a whole head of these names and values, in turn. */
    Http2Wire headers(int stream, boolean last, String... fields) throws IOException {
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(fields));
    }

    /** Asks for {@code path} of shop.test, with more headers as they are given. */
    Http2Wire get(int stream, String path, String... more) throws IOException {
        return headers(stream, true, request("GET", path, more));
    }

    /** Begins a request with a body. */
    Http2Wire post(int stream, String path, String... more) throws IOException {
        return headers(stream, false, request("POST", path, more));
    }

    static String[] request(String method, String path, String... more) {
        String[] fields = new String[8 + more.length];
        String[] first = {":method", method, ":scheme", "http", ":authority", "shop.test", ":path", path};
        System.arraycopy(first, 0, fields, 0, 8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return fields;
    }

    Http2Wire data(int stream, boolean last, String text) throws IOException {
        return frame(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Http2Wire number(int type, int stream, int value) throws IOException {
        return frame(type, 0, stream, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** Returns a header block of literals, which may hold any byte. */
    static byte[] block(String... fields) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            out.write(0);
            text(out, fields[i]);
            text(out, fields[i + 1]);
        }
        return out.toByteArray();
    }

    /** Returns the head of a GET in which a value of 4 KB comes so many times, in one byte each. */
    static byte[] bomb(int times) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(block(request("GET", "/bomb")));
        byte[] entry = block("x-bomb", "z".repeat(3_900));
        entry[0] = 0x40; // to be remembered
        out.writeBytes(entry);
        for (int i = 1; i < times; i++) {
            out.write(0x80 | 62);
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                out.write((length & 127) | 128);
            }
            out.write(length);
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads a frame; null at the end of the connection. Answers settings and pings. */
    @Nullable
    Frame read() throws IOException {
        return read(true, true);
    }

    /** The same, and answers nothing. */
    @Nullable
    Frame listen() throws IOException {
        return read(true, false);
    }

    /** The same, and looks into no head, which may be long or go on in the next frame. */
    @Nullable
    Frame skim() throws IOException {
        return read(false, true);
    }

    private @Nullable Frame read(boolean decodes, boolean answers) throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            byte[] payload = in.readNBytes(length);
            if (answers && type == SETTINGS && (flags & ACK) == 0) {
                frame(SETTINGS, ACK, 0);
            } else if (answers && type == PING && (flags & ACK) == 0) {
                frame(PING, ACK, 0, payload);
            }
            Http2Headers head =
                    decodes && type == HEADERS ? decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload)) : null;
            return new Frame(type, flags, stream, ByteBuffer.wrap(payload), head);
        } catch (EOFException | SocketException e) {
            return null;
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** Reads on to the first such frame; fails at the end of the connection. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        Frame next;
        while ((next = read()) != null) {
            if (wanted.test(next)) {
                return next;
            }
        }
        throw new AssertionError("the connection has ended");
    }

    /** Reads to the end of a stream: its status and body, or {@code reset CODE}; {@code gone CODE} when the connection ends. */
    String reply(int stream) throws IOException {
        var text = new StringBuilder();
        Frame next;
        while ((next = read()) != null) {
            if (next.type == GOAWAY && next.error() != 0) {
                return "gone " + next.error();
            } else if (next.is(RST_STREAM, stream)) {
                return text + (text.isEmpty() ? "" : " ") + "reset " + next.error();
            } else if (next.is(HEADERS, stream)) {
                text.append(next.status());
            } else if (next.is(DATA, stream)) {
                text.append(text.length() == 3 ? " " : "").append(next.text());
            }
            if (next.stream == stream && next.endsStream()) {
                return text.toString();
            }
        }
        return "ended";
    }

    /** Reads to the end of the connection and returns the error of its last GOAWAY, -1 when there was none. */
    int goneWith() throws IOException {
        int error = -1;
        Frame next;
        while ((next = read()) != null) {
            error = next.type == GOAWAY ? next.error() : error;
        }
        return error;
    }

    /** Closes with a reset instead of an end. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
