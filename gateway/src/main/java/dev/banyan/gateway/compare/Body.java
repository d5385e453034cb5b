package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Comparison.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** A reply's body with its content encoding undone. */
sealed interface Body {

    /** The most that may come out of a compressed body, in bytes. */
    int DECODED_BYTES_MAX = 1 << 20;

    /** A body that can be looked at. */
    @SuppressWarnings("ArrayRecordComponent") // never compared and never handed out
    record Decoded(byte[] bytes, String contentType, Media media) implements Body {
        /** Returns its text, in ISO 8859-1 where it is none in its own charset. */
        String text() {
            String text = Media.text(bytes, contentType);
            return text == null ? new String(bytes, StandardCharsets.ISO_8859_1) : text;
        }
    }

    /** The texts of two bodies, read in such a way that what is equal looks equal to callers too. */
    record Texts(String baseline, String candidate) {

        /**
         * Each in its own charset, or both in ISO 8859-1, in which no two bytes look alike: if only the one that is broken were, an ä in
         * UTF-8 and one that is none would be equal.
         */
        static Texts of(Decoded baseline, Decoded candidate) {
            String left = Media.text(baseline.bytes(), baseline.contentType());
            String right = Media.text(candidate.bytes(), candidate.contentType());
            return left != null && right != null
                    ? new Texts(left, right)
                    : new Texts(
                            new String(baseline.bytes(), StandardCharsets.ISO_8859_1),
                            new String(candidate.bytes(), StandardCharsets.ISO_8859_1));
        }
    }

    record Undecoded(NotComparable why) implements Body {
        Undecoded(Reason reason, String detail) {
            this(new NotComparable(reason, detail));
        }
    }

    /** Returns the body of {@code whose} reply. */
    static Body of(Reply reply, String whose) {
        if (reply.isTruncated()) {
            return new Undecoded(
                    Reason.TOO_LARGE,
                    "body of the " + whose + ": more than "
                            + (reply.body().length == 0 ? "is kept" : reply.body().length + " bytes"));
        }
        String encoding = reply.header("content-encoding").strip().toLowerCase(Locale.ROOT);
        if (reply.body().length == 0 || encoding.isEmpty() || encoding.equals("identity")) {
            return readable(reply, reply.body());
        }
        try (InputStream decoded = decoded(encoding, reply.body())) {
            byte[] bytes = decoded.readNBytes(DECODED_BYTES_MAX + 1);
            return bytes.length <= DECODED_BYTES_MAX
                    ? readable(reply, bytes)
                    : new Undecoded(
                            Reason.TOO_LARGE,
                            "body of the " + whose + ": more than " + DECODED_BYTES_MAX + " bytes when decoded");
        } catch (IOException e) {
            return new Undecoded(Reason.BROKEN, "body of the " + whose + ": broken " + shown(encoding));
        } catch (IllegalArgumentException e) {
            return new Undecoded(
                    Reason.ENCODING,
                    "content-encoding of the " + whose + ": " + shown(encoding) + " (expected: gzip, deflate or none)");
        }
    }

    private static Body readable(Reply reply, byte[] bytes) {
        String contentType = reply.header("content-type");
        return new Decoded(bytes, contentType, Media.of(contentType, bytes));
    }

    private static InputStream decoded(String encoding, byte[] body) throws IOException {
        return switch (encoding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(new ByteArrayInputStream(body));
            // Most servers send zlib's form, some the bare one; the former's two first bytes divide by 31.
            case "deflate" -> {
                var inflater = new Inflater(body.length < 2 || !isZlib(body));
                yield new InflaterInputStream(new ByteArrayInputStream(body), inflater) {
                    @Override
                    public void close() throws IOException {
                        super.close();
                        inflater.end(); // the stream ends only one of its own, and its memory is not the heap's
                    }
                };
            }
            default -> throw new IllegalArgumentException(encoding);
        };
    }

    private static boolean isZlib(byte[] body) {
        return (body[0] & 0x0f) == 8 && ((body[0] & 0xff) * 256 + (body[1] & 0xff)) % 31 == 0;
    }

    private static String shown(String encoding) {
        return Redaction.cut(encoding, 40, encoding.length());
    }
}
