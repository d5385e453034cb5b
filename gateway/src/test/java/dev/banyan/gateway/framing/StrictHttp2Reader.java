package dev.banyan.gateway.framing;

import dev.banyan.gateway.framing.StrictReader.Message;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what a client of HTTP/2 sends the way RFC 9113 says it must be written; of the gateway's code it shares only the library that
 * decodes header blocks.
 */
public final class StrictHttp2Reader {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int FRAME_BYTES = 16_384;

    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path");
    private static final Set<String> BANNED =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings");

    /**
     * What was said.
     *
     * @param whole the requests of which all came, by their streams, though something may be wrong behind it
     * @param begun all streams that a head has begun
     * @param fault why not all that was sent is whole requests that are to be answered, or an empty text
     */
    public record Reading(Map<Integer, Message> whole, Set<Integer> begun, String fault) {
        public boolean isClean() {
            return fault.isEmpty();
        }
    }

    private final ByteBuffer in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20) {
        @Override
        protected Http2Headers newHeaders() {
            return new Fields();
        }
    };
    private final Map<Integer, Message> whole = new LinkedHashMap<>();
    private final Map<Integer, Request> streams = new LinkedHashMap<>();
    private final Set<Integer> reset = new HashSet<>();
    private String fault = "";

    private StrictHttp2Reader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /** Header fields in their order, which the library's do not keep. */
    private static final class Fields extends DefaultHttp2Headers {
        private final List<Map.Entry<String, String>> all = new ArrayList<>();

        Fields() {
            super(false);
        }

        @Override
        public Http2Headers add(CharSequence name, CharSequence value) {
            all.add(Map.entry(name.toString(), value.toString()));
            return super.add(name, value);
        }

        List<String> named(String name) {
            return all.stream()
                    .filter(each -> each.getKey().equals(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        String first(String name) {
            List<String> values = named(name);
            return values.isEmpty() ? "" : values.getFirst();
        }
    }

    /** A request of which more may come. */
    private static final class Request {
        private final Fields head;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private boolean malformed;
        private boolean ended;

        Request(Fields head) {
            this.head = head;
        }
    }

    /** What ends a connection. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(String why) {
            super(why, null, false, false);
        }
    }

    /** Reads all that came over a connection. */
    public static Reading read(byte[] bytes) {
        var reader = new StrictHttp2Reader(bytes);
        try {
            reader.all();
        } catch (Broken | Http2Exception e) {
            reader.fault(String.valueOf(e.getMessage()));
        }
        reader.streams.forEach((stream, request) -> reader.check(stream, request));
        return new Reading(reader.whole, reader.streams.keySet(), reader.fault);
    }

    private void check(int stream, Request request) {
        if (!request.ended || request.malformed || reset.contains(stream)) {
            fault("stream " + stream + (request.malformed ? " is malformed" : " has no end"));
        }
    }

    private void fault(String what) {
        fault = fault.isEmpty() ? what : fault;
    }

    private void all() throws Broken, Http2Exception {
        byte[] preface = new byte[PREFACE.length()];
        check(in.remaining() >= preface.length, "no preface");
        in.get(preface);
        check(new String(preface, StandardCharsets.ISO_8859_1).equals(PREFACE), "no preface");
        boolean first = true;
        while (in.hasRemaining()) {
            Frame frame = frame();
            check(!first || (frame.type == 4 && !frame.has(1)), "no settings");
            first = false;
            take(frame);
        }
    }

    private record Frame(int type, int flags, int stream, ByteBuffer payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    private Frame frame() throws Broken {
        check(in.remaining() >= 9, "half a frame");
        int length = ((in.get() & 255) << 16) | (in.getShort() & 65_535);
        int type = in.get() & 255;
        int flags = in.get() & 255;
        int stream = in.getInt() & Integer.MAX_VALUE;
        check(length <= FRAME_BYTES, "frame too large");
        check(in.remaining() >= length, "half a frame");
        ByteBuffer payload = in.slice(in.position(), length);
        in.position(in.position() + length);
        return new Frame(type, flags, stream, payload);
    }

    private void take(Frame frame) throws Broken, Http2Exception {
        int length = frame.payload.remaining();
        switch (frame.type) {
            case 0 -> data(frame);
            case 1 -> head(frame);
            case 2 -> {
                check(frame.stream > 0, "priority of no stream");
                faultUnless(length == 5, "priority of another length");
            }
            case 3 -> {
                check(length == 4 && streams.containsKey(frame.stream), "reset of no stream");
                reset.add(frame.stream);
            }
            case 4 -> {
                check(frame.stream == 0 && (frame.has(1) ? length == 0 : length % 6 == 0), "no settings");
                faultUnless(length == 0, "settings by chance");
            }
            case 6 -> check(frame.stream == 0 && length == 8, "no ping");
            case 7 -> {
                check(frame.stream == 0 && length >= 8, "no goaway");
                fault("goes away");
            }
            case 8 -> {
                check(length == 4, "no window");
                faultUnless(frame.stream == 0, "window of a stream");
            }
            case 5 -> fault("promise of a client");
            case 9 -> throw new Broken("half a head");
            default -> {
                // to be ignored
            }
        }
    }

    /** What is allowed, or ends its stream alone, and may keep replies back. */
    private void faultUnless(boolean holds, String what) {
        if (!holds) {
            fault(what);
        }
    }

    private void data(Frame frame) throws Broken {
        Request request = streams.get(frame.stream);
        boolean isTooShort = frame.has(8) && !frame.payload.hasRemaining(); // an error of that stream, whatever it is
        if (request == null) {
            check(isTooShort || streams.keySet().stream().anyMatch(each -> each > frame.stream), "data of no stream");
            fault("data of no stream");
        } else if (isTooShort) {
            request.malformed = true;
        } else if (isOpen(frame, request)) {
            request.body.writeBytes(unpadded(frame, 0));
            end(frame, request);
        }
    }

    /** Whether a frame belongs to a request; behind its end it is an error of that stream, and ignored behind a reset. */
    private boolean isOpen(Frame frame, Request request) {
        faultUnless(!request.ended, "more than an end of stream " + frame.stream);
        return !request.ended && !reset.contains(frame.stream);
    }

    private void head(Frame frame) throws Broken, Http2Exception {
        var block = new ByteArrayOutputStream();
        block.writeBytes(unpadded(frame, frame.has(32) ? 5 : 0));
        for (Frame next = frame; !next.has(4); ) {
            next = frame();
            check(next.type == 9 && next.stream == frame.stream, "half a head");
            block.writeBytes(bytes(next.payload.duplicate()));
        }
        var head = (Fields) decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(block.toByteArray()));
        Request request = streams.get(frame.stream);
        if (request == null || !isRequest(request.head)) { // which has begun nothing
            check(frame.stream % 2 == 1 || !isRequest(head), "even stream");
            faultUnless(streams.keySet().stream().allMatch(each -> each < frame.stream), "stream out of order");
            request = new Request(head);
            request.malformed = !isRequest(head);
            streams.put(frame.stream, request);
            end(frame, request);
        } else if (isOpen(frame, request)) {
            request.malformed |= !frame.has(1) || !head.all.stream().allMatch(StrictHttp2Reader::isField);
            end(frame, request);
        }
    }

    private void end(Frame frame, Request request) {
        byte[] body = request.body.toByteArray();
        List<String> lengths =
                request.head.named("content-length").stream().distinct().toList();
        boolean isAsLong = lengths.size() == 1 && lengths.getFirst().matches("0*" + body.length);
        if (frame.has(1)) {
            request.ended = true;
            request.malformed |= !lengths.isEmpty() && !isAsLong;
        }
        if (!request.malformed && (request.ended || isAsLong)) {
            String what = request.head.first(":method") + " " + StrictReader.ascii(request.head.first(":path"));
            whole.put(frame.stream, new Message(what, new String(body, StandardCharsets.ISO_8859_1)));
        }
    }

    private static byte[] unpadded(Frame frame, int skipped) throws Broken {
        ByteBuffer payload = frame.payload.duplicate();
        check(frame.stream > 0, "frame of no stream");
        int padding = 0;
        if (frame.has(8)) {
            check(payload.hasRemaining(), "no padding");
            padding = payload.get() & 255;
        }
        check(payload.remaining() >= skipped + padding, "more padding than frame");
        payload.position(payload.position() + skipped);
        return bytes(payload.limit(payload.limit() - padding));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static boolean isRequest(Fields head) {
        List<String> names = head.all.stream().map(Map.Entry::getKey).toList();
        List<String> pseudo =
                names.stream().takeWhile(name -> name.startsWith(":")).toList();
        String method = head.first(":method");
        String path = head.first(":path");
        List<String> hosts = head.named("host");
        String authority = pseudo.contains(":authority") ? head.first(":authority") : head.first("host");
        return PSEUDO.containsAll(pseudo)
                && Set.copyOf(pseudo).size() == pseudo.size()
                && head.all.stream().skip(pseudo.size()).allMatch(StrictHttp2Reader::isField)
                && head.all.stream().allMatch(StrictHttp2Reader::isValue)
                && method.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
                && !method.equals("CONNECT")
                && !method.equals("TRACE")
                && head.first(":scheme").matches("(?i)https?")
                && (path.matches("/[\\x21-\\x7e\\x80-\\xff]*") || (path.equals("*") && method.equals("OPTIONS")))
                && authority.matches("(?i)[a-z0-9.:-]+")
                && (hosts.isEmpty() || hosts.equals(List.of(authority)));
    }

    private static boolean isField(Map.Entry<String, String> field) {
        return field.getKey().matches("[!#$%&'*+.^_`|~0-9a-z-]+")
                && !BANNED.contains(field.getKey())
                && !(field.getKey().equals("te") && !field.getValue().equalsIgnoreCase("trailers"))
                && isValue(field);
    }

    private static boolean isValue(Map.Entry<String, String> field) {
        return field.getValue()
                .matches("(?:[\\x21-\\x7e\\x80-\\xff](?:[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)?");
    }

    private static void check(boolean holds, String what) throws Broken {
        if (!holds) {
            throw new Broken(what);
        }
    }
}
