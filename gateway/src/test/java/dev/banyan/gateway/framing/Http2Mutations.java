package dev.banyan.gateway.framing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a client of HTTP/2 sends over one connection: right, and then wrong in its fields, its frames or its bytes. */
public final class Http2Mutations {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int PRIORITY = 2;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int WITH_PRIORITY = 32;

    private static final List<String> NAMES = List.of(
            "X-Upper",
            "x a",
            "x:a",
            "x\r\ny",
            "x\0",
            "",
            ":",
            ":method",
            ":path",
            ":scheme",
            ":authority",
            ":status",
            ":protocol",
            ":none",
            "host",
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "te",
            "trailer",
            "expect",
            "content-length",
            "content_length",
            "\u00e9");
    private static final List<String> VALUES = List.of(
            "",
            "4",
            "+4",
            "4, 4",
            "0x4",
            "-1",
            "99999999999999999999",
            "chunked",
            "trailers",
            "100-continue",
            "shop.test",
            "other.test",
            "a\r\nx-in: 1",
            "a\nx-in: 1",
            "a\rb",
            "a\0b",
            " a",
            "a\t",
            "\u00e9");
    private static final List<String> METHODS =
            List.of("", "get", "GET ", "GE\tT", "GET /hidden HTTP/1.1\r\n", "CONNECT", "TRACE", "PRI", "OPTIONS");
    private static final List<String> TARGETS =
            List.of("", "*", "lean", " /", "/ ", "/\t", "/\0", "/\u00e9", "//", "http://other.test/", "/#a", "/a?b#c");
    private static final List<String> SCHEMES = List.of("", "https", "ftp", "http ", "http\r\nx: y");

    private final RandomGenerator random;
    private final List<byte[]> frames = new ArrayList<>();

    public Http2Mutations(RandomGenerator random) {
        this.random = random;
    }

    private <T> T oneOf(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /**
     * Returns one to four requests for targets that begin with {@code target}, their frames in between each other's, with no mistake where
     * {@code mistakes} is 0. Bodies hold what looks like a request of HTTP/1.1 for {@code hidden}.
     */
    public byte[] connection(String target, String hidden, int mistakes) {
        int inFields = random.nextInt(mistakes + 1);
        int inFrames = random.nextInt(mistakes - inFields + 1);
        List<List<byte[]>> streams = new ArrayList<>();
        int count = random.nextInt(1, 5);
        for (int i = 0; i < count; i++) {
            streams.add(request(2 * i + 1, target + "/" + i, hidden, i < inFields ? mistakes : 0));
        }
        frames.add(frame(SETTINGS, 0, 0));
        frames.add(frame(SETTINGS, ACK, 0));
        interleave(streams);
        for (int i = 0; i < inFrames; i++) {
            breakFrame();
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(PREFACE.getBytes(StandardCharsets.ISO_8859_1));
        frames.forEach(all::writeBytes);
        byte[] bytes = all.toByteArray();
        for (int i = inFields + inFrames; i < mistakes; i++) {
            bytes = broken(bytes);
        }
        return bytes;
    }

    /** Streams begin in their order, and a head's frames stay together. */
    private void interleave(List<List<byte[]>> streams) {
        int begun = 0;
        while (streams.stream().anyMatch(each -> !each.isEmpty())) {
            int next = random.nextInt(Math.min(begun + 1, streams.size()));
            List<byte[]> stream = streams.get(next);
            if (stream.isEmpty()) {
                continue;
            }
            begun = Math.max(begun, next + 1);
            do {
                frames.add(stream.removeFirst());
            } while (!stream.isEmpty() && stream.getFirst()[3] == CONTINUATION);
            switch (random.nextInt(12)) {
                case 0 -> frames.add(frame(PING, 0, 0, new byte[8]));
                case 1 -> frames.add(frame(WINDOW_UPDATE, 0, 0, number(1_000)));
                case 2 -> frames.add(frame(PRIORITY, 0, 2 * next + 1, new byte[5]));
                case 3 -> frames.add(frame(0x42, random.nextInt(256), 0, new byte[3]));
                default -> {
                    // nothing in between
                }
            }
        }
    }

    private List<byte[]> request(int stream, String target, String hidden, int mistakes) {
        String inner = "GET " + hidden + " HTTP/1.1\r\nHost: a\r\n\r\n";
        String body = oneOf(List.of("", "", "body", inner, "0\r\n\r\n" + inner));
        String method = body.isEmpty() ? oneOf(List.of("GET", "HEAD", "DELETE")) : oneOf(List.of("POST", "PUT"));
        List<String> fields = new ArrayList<>(
                List.of(":method", method, ":scheme", "http", ":authority", "shop.test", ":path", target));
        if (!body.isEmpty() && random.nextBoolean()) {
            fields.addAll(List.of("content-length", Integer.toString(body.length())));
        }
        fields.addAll(List.of("x-a", "1"));
        for (int i = 0; i < mistakes; i++) {
            breakFields(fields, hidden);
        }
        boolean trailers = !body.isEmpty() && random.nextInt(4) == 0;
        List<byte[]> sent = new ArrayList<>(head(stream, fields, body.isEmpty()));
        if (!body.isEmpty()) {
            int cut = random.nextInt(body.length() + 1);
            sent.add(padded(DATA, 0, stream, bytes(body.substring(0, cut))));
            sent.add(padded(DATA, trailers ? 0 : END_STREAM, stream, bytes(body.substring(cut))));
        }
        if (trailers) {
            List<String> last = new ArrayList<>(List.of("x-sum", "1"));
            if (mistakes > 0) {
                last.addAll(List.of(oneOf(NAMES), oneOf(VALUES)));
            }
            sent.addAll(head(stream, last, true));
        }
        return sent;
    }

    private void breakFields(List<String> fields, String hidden) {
        int at = 2 * random.nextInt(fields.size() / 2);
        switch (random.nextInt(9)) {
            case 0 -> fields.addAll(at, List.of(oneOf(NAMES), oneOf(VALUES)));
            case 1 -> fields.addAll(List.of(oneOf(NAMES), oneOf(VALUES)));
            case 2 -> fields.addAll(List.of(fields.get(at), fields.get(at + 1)));
            case 3 -> fields.subList(at, at + 2).clear();
            case 4 -> fields.set(at + 1, oneOf(VALUES));
            case 5 -> set(fields, ":method", oneOf(METHODS));
            case 6 -> set(fields, ":scheme", oneOf(SCHEMES));
            case 7 -> set(fields, ":path", oneOf(TARGETS));
            default ->
                fields.set(
                        at + 1,
                        fields.get(at + 1) + " HTTP/1.1\r\nHost: a\r\n\r\nGET " + hidden
                                + " HTTP/1.1\r\nHost: a\r\n\r\n");
        }
    }

    private static void set(List<String> fields, String name, String value) {
        int at = fields.indexOf(name);
        if (at >= 0) {
            fields.set(at + 1, value);
        }
    }

    private List<byte[]> head(int stream, List<String> fields, boolean last) {
        byte[] block = block(fields);
        int end = last ? END_STREAM : 0;
        if (random.nextInt(4) > 0) {
            return List.of(padded(HEADERS, end | END_HEADERS, stream, block));
        }
        int cut = random.nextInt(block.length + 1);
        return List.of(
                padded(HEADERS, end, stream, Arrays.copyOf(block, cut)),
                frame(CONTINUATION, END_HEADERS, stream, Arrays.copyOfRange(block, cut, block.length)));
    }

    private byte[] padded(int type, int flags, int stream, byte[] payload) {
        int padding = random.nextInt(6) == 0 ? random.nextInt(20) : -1;
        boolean priority = type == HEADERS && random.nextInt(6) == 0;
        var out = new ByteArrayOutputStream();
        if (padding >= 0) {
            out.write(padding);
        }
        if (priority) {
            out.writeBytes(new byte[5]);
        }
        out.writeBytes(payload);
        out.writeBytes(new byte[Math.max(0, padding)]);
        int more = (padding >= 0 ? PADDED : 0) | (priority ? WITH_PRIORITY : 0);
        return frame(type, flags | more, stream, out.toByteArray());
    }

    private void breakFrame() {
        int at = random.nextInt(frames.size());
        byte[] frame = frames.get(at);
        switch (random.nextInt(9)) {
            case 0 -> frames.remove(at);
            case 1 -> frames.add(at, frame.clone());
            case 2 -> frames.add(random.nextInt(frames.size() + 1), frame.clone());
            case 3 -> frames.set(at, frames.set(random.nextInt(frames.size()), frame));
            case 4 -> frame[3] = (byte) random.nextInt(11);
            case 5 -> frame[4] ^= (byte) (1 << random.nextInt(6));
            case 6 -> frame[8] = (byte) random.nextInt(9);
            case 7 -> frame[2] += (byte) random.nextInt(-9, 10);
            default -> frames.add(at, any());
        }
        if (frames.isEmpty()) {
            frames.add(any());
        }
    }

    private byte[] any() {
        byte[] payload = new byte[random.nextInt(20)];
        random.nextBytes(payload);
        int length =
                random.nextBoolean() ? payload.length : List.of(0, 4, 5, 6, 8).get(random.nextInt(5));
        return frame(random.nextInt(11), random.nextInt(64), random.nextInt(9), Arrays.copyOf(payload, length));
    }

    private byte[] broken(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> {
                byte[] less = Arrays.copyOf(bytes, bytes.length - 1);
                System.arraycopy(bytes, at + 1, less, at, less.length - at);
                yield less;
            }
            default -> {
                byte[] flipped = bytes.clone();
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
        };
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Literals that are not remembered, and not of Huffman's code. */
    private static byte[] block(List<String> fields) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.size(); i += 2) {
            out.write(0);
            text(out, fields.get(i));
            text(out, fields.get(i + 1));
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        int length = text.length();
        out.write(Math.min(length, 127));
        if (length >= 127) {
            int rest = length - 127;
            if (rest >= 128) {
                out.write((rest & 127) | 128);
                rest >>= 7;
            }
            out.write(rest);
        }
        out.writeBytes(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
