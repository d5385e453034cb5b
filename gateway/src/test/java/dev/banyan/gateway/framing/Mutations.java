package dev.banyan.gateway.framing;

import java.util.List;
import java.util.random.RandomGenerator;

/** Messages that are right, and then wrong in one to three ways that servers are known to disagree about. */
public final class Mutations {

    private static final List<String> ENCODINGS = List.of(
            "chunked",
            "Chunked",
            " chunked",
            "xchunked",
            "chunked, identity",
            "identity",
            "identity, chunked",
            "chunked\t",
            "\u000bchunked",
            "chunked;q=1",
            "gzip, chunked",
            "chunked,chunked",
            "\"chunked\"",
            "chunk",
            "");
    private static final List<String> LENGTHS = List.of(
            "+%d",
            "-%d",
            "0x%x",
            "%d ",
            "%1$d,%1$d",
            "%1$d, %1$d",
            " %d",
            "0%d",
            "%de0",
            "%d;",
            "%d.0",
            "",
            "1%d",
            "99999999999999999999",
            "%d\u00a0",
            "%d\u000b",
            "'%d'");
    private static final List<String> NAMES = List.of(
            "Content-Length ",
            "Content-Length\t",
            " Content-Length",
            "Content_Length",
            "Content-Length\0",
            "Content-Length:",
            "content-LENGTH",
            "Transfer-Encoding ",
            "Transfer_Encoding",
            "Transfer-Encoding\r",
            "Transfer-Encoding:");
    private static final List<String> CHUNK_SIZES = List.of(
            "0x%x",
            "%x ",
            " %x",
            "+%x",
            "-%x",
            "0%x",
            "00000000000000000%x",
            "%x;a=b",
            "%x;a=\"\n\"",
            "%x\t;a",
            "%x;\0",
            "%xg",
            "FFFFFFFFFFFFFFFF",
            "%x\u000b",
            "",
            "%x,",
            "%x\r",
            "%x\n0\n\n");
    private static final List<String> LINE_ENDS =
            List.of("\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "\u0085", "\u000b", "\0");
    private static final List<String> CONTROLS = List.of(
            "\0", "\u0001", "\b", "\t", "\n", "\u000b", "\f", "\r", "\u001b", " ", "\u007f", "\u0080", "\u00ff", ":");
    private static final List<String> VERSIONS = List.of(
            "HTTP/1.0",
            "HTTP/0.9",
            "HTTP/2.0",
            "http/1.1",
            "HTTP/1.01",
            "HTTP/1.1 ",
            "HTTP/1.1 x",
            "HTTP/1,1",
            "HTTP/1.2",
            "");
    private static final List<String> EXTRA = List.of(
            "Connection: content-length",
            "Connection: transfer-encoding, close",
            "Connection: keep-alive",
            "Host: b",
            "Host: a@b",
            "Expect: 100-continue",
            "Expect: cake",
            "X-Fold: 1\r\n 2",
            "Upgrade: h2c",
            "TE: trailers",
            "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2",
            "Trailer: Content-Length",
            "X-Empty:",
            "X-Not-A-Field",
            ": none",
            "Content-Length: 0",
            "Content-Length: 4");

    private final RandomGenerator random;

    public Mutations(RandomGenerator random) {
        this.random = random;
    }

    private String oneOf(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }

    /**
     * Returns one or two requests for targets that begin with {@code target}, with no mistake where {@code mistakes} is 0. Bodies hold
     * what looks like a request, for a target that begins with {@code hidden}.
     */
    public String requests(String target, String hidden, int mistakes) {
        String text = request(target);
        if (random.nextInt(4) == 0) {
            text += request(target + "/2");
        }
        text = text.replace("HIDDEN", hidden);
        for (int i = 0; i < mistakes; i++) {
            text = broken(text);
        }
        return text;
    }

    private String request(String target) {
        String inner = "GET HIDDEN HTTP/1.1\r\nHost: a\r\n\r\n";
        String head = " " + target + " HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n";
        return switch (random.nextInt(5)) {
            case 0 -> "GET" + head + "\r\n";
            case 1 -> "HEAD" + head + "\r\n";
            case 2 ->
                "POST" + head + "Content-Length: " + ("GET  HTTP/1.1\r\nHost: a\r\n\r\n".length() + HIDDEN_LENGTH)
                        + "\r\n\r\n" + inner;
            case 3 ->
                "PUT" + head + "Transfer-Encoding: chunked\r\n\r\n" + chunk("body ") + chunk(inner)
                        + (random.nextBoolean() ? "0\r\n\r\n" : "0;last\r\nX-Trailer: 1\r\n\r\n");
            default -> "POST" + head + "Content-Length: 4\r\n\r\nbody";
        };
    }

    /** How long {@code hidden} must be. */
    public static final int HIDDEN_LENGTH = 20;

    private static String chunk(String data) {
        int length = data.length() - (data.contains("HIDDEN") ? "HIDDEN".length() - HIDDEN_LENGTH : 0);
        return Integer.toHexString(length) + "\r\n" + data + "\r\n";
    }

    /** Returns one reply with status 200 or so and {@code body}, with no mistake where {@code mistakes} is 0. */
    public String reply(String body, int mistakes) {
        String text =
                switch (random.nextInt(5)) {
                    case 0 -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(body) + "0\r\n\r\n";
                    case 1 -> "HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n" + body;
                    case 2 ->
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body;
                    case 3 -> "HTTP/1.1 204 No Content\r\n\r\n";
                    default -> "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\nX-A: 1\r\n\r\n" + body;
                };
        for (int i = 0; i < mistakes; i++) {
            text = broken(text);
        }
        return text;
    }

    /** Returns what nobody asked a backend for: a reply with {@code mark} in its head, the beginning of one, or what is none. */
    public String stray(String mark) {
        String head = "HTTP/1.1 200 OK\r\nX-Mark: " + mark + "\r\n";
        return switch (random.nextInt(5)) {
            case 0 -> head + "Content-Length: 0\r\n\r\n";
            case 1 -> head;
            case 2 -> head + "X-B: ";
            case 3 -> head.substring(0, random.nextInt(1, head.length()));
            default -> oneOf(List.of(mark, "\r\n", "\n", "\r\n\r\n", "0\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"));
        };
    }

    private String broken(String text) {
        int at = random.nextInt(text.length() + 1);
        int length = random.nextInt(1, 30);
        return switch (random.nextInt(19)) {
            case 0 -> withField(text, "Content-Length: " + length);
            case 1 -> withField(text, "Transfer-Encoding: " + oneOf(ENCODINGS));
            case 2 -> text.replaceFirst("Transfer-Encoding: [^\r]*", literal("Transfer-Encoding: " + oneOf(ENCODINGS)));
            case 3 ->
                text.replaceFirst(
                        "Content-Length: [^\r]*",
                        literal("Content-Length: " + oneOf(LENGTHS).formatted(length)));
            case 4 -> withField(text, oneOf(NAMES) + ": " + length);
            case 5 -> text.replaceFirst("(Content-Length|Transfer-Encoding):", literal(oneOf(NAMES) + ":"));
            case 6 -> lineEnd(text, at);
            case 7 -> text.substring(0, at) + oneOf(CONTROLS) + text.substring(at);
            case 8 ->
                text.replaceFirst(
                        "\r\n[0-9a-f]{1,2}\r\n",
                        literal("\r\n" + oneOf(CHUNK_SIZES).formatted(length) + "\r\n"));
            case 9 -> text.substring(0, at) + text.substring(Math.min(text.length(), at + 1));
            case 10 -> text.substring(0, at) + text.substring(Math.max(0, at - length));
            case 11 -> flipped(text, at);
            case 12 -> text.substring(0, at);
            case 13 -> text.replaceFirst("HTTP/1.1", literal(oneOf(VERSIONS)));
            case 14 -> oneOf(List.of("\r\n", "\n", " ", "\r", "\0", "\r\n\r\n", "x")) + text;
            case 15 ->
                text.replaceFirst(" /", literal(oneOf(List.of(" http://a/", " http://b/", " //", " ", "  /", "\t/"))));
            case 16 ->
                text.replaceFirst(
                        "Host: a",
                        literal(oneOf(List.of("Host:", "Host: a b", "Host : a", "X: a", "Host: a\r\nHost: a"))));
            case 17 -> text.replaceFirst("OK", literal("O" + oneOf(CONTROLS) + "K"));
            default -> withField(text, oneOf(EXTRA));
        };
    }

    private static String literal(String replacement) {
        return java.util.regex.Matcher.quoteReplacement(replacement);
    }

    private String withField(String text, String field) {
        return random.nextBoolean()
                ? text.replaceFirst("\r\n", literal("\r\n" + field + "\r\n"))
                : text.replaceFirst("\r\n\r\n", literal("\r\n" + field + "\r\n\r\n"));
    }

    private String lineEnd(String text, int from) {
        int end = text.indexOf("\r\n", from);
        return end < 0 ? text : text.substring(0, end) + oneOf(LINE_ENDS) + text.substring(end + 2);
    }

    private String flipped(String text, int at) {
        if (at >= text.length()) {
            return text;
        }
        char flipped = (char) (text.charAt(at) ^ (1 << random.nextInt(8)));
        return text.substring(0, at) + flipped + text.substring(at + 1);
    }
}
