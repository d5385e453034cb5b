package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Percent-decoding, in the several ways that servers do it. */
final class PathCodec {

    private static final String MUST_BE_ENCODED = " \"<>^`{|}[]";

    private static final Pattern UNICODE_ESCAPE = Pattern.compile("%[uU]([0-9a-fA-F]{4})");

    private PathCodec() {}

    /** The byte that a percent sign and two hex digits at {@code i} stand for; -1 when they are none. */
    static int byteAt(String path, int i) {
        if (i + 2 >= path.length()) {
            return -1;
        }
        int high = hex(path.charAt(i + 1));
        int low = hex(path.charAt(i + 2));
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /** Decodes what a URL cannot carry otherwise, and nothing else. What is not UTF-8 stays encoded. */
    static String decodeNecessary(String path) {
        return decode(path, b -> b >= 0x80 || MUST_BE_ENCODED.indexOf(b) >= 0, PathCodec::strictUtf8);
    }

    static String decodeUnreserved(String path) {
        return decode(
                path, b -> b < 0x80 && (Character.isLetterOrDigit(b) || "-._~".indexOf(b) >= 0), PathCodec::strictUtf8);
    }

    static String decodeAllButSlashes(String path) {
        return decode(path, b -> b != '/' && b != '\\', bytes -> new String(bytes, UTF_8));
    }

    static String decodeAll(String path) {
        return decode(path, _ -> true, bytes -> new String(bytes, UTF_8));
    }

    static String decodeAllAsLatin1(String path) {
        return decode(path, _ -> true, bytes -> new String(bytes, ISO_8859_1));
    }

    /** As IIS once did, and Jetty does when told to: {@code %u002f} is a slash. */
    static String decodeUnicodeEscapes(String path) {
        return UNICODE_ESCAPE.matcher(path).replaceAll(found -> {
            String c = String.valueOf((char) Integer.parseInt(found.group(1), 16));
            return Matcher.quoteReplacement(c);
        });
    }

    /** As a decoder does that takes {@code C0 AF} for a slash: overlong forms were never UTF-8, and some accept them. */
    static String decodeAllOverlong(String path) {
        return decode(path, _ -> true, PathCodec::lenientUtf8);
    }

    /** Decodes the wanted bytes; a run that {@code text} makes nothing of stays as it is. */
    private static String decode(String path, IntPredicate wanted, Function<byte[], @Nullable String> text) {
        var decoded = new StringBuilder(path.length());
        int i = 0;
        while (i < path.length()) {
            int end = i;
            var run = new ByteArrayOutputStream();
            while (end < path.length()
                    && path.charAt(end) == '%'
                    && byteAt(path, end) >= 0
                    && wanted.test(byteAt(path, end))) {
                run.write(byteAt(path, end));
                end += 3;
            }
            if (end == i) {
                decoded.append(path.charAt(i++));
                continue;
            }
            String readable = text.apply(run.toByteArray());
            decoded.append(readable == null ? path.substring(i, end) : readable);
            i = end;
        }
        return decoded.toString();
    }

    private static @Nullable String strictUtf8(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String lenientUtf8(byte[] bytes) {
        var text = new StringBuilder();
        int i = 0;
        while (i < bytes.length) {
            int lead = bytes[i] & 0xff;
            int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
            int point = more == 0 ? lead : lead & (0x3f >> more);
            int end = Math.min(bytes.length, i + 1 + more);
            for (i++; i < end; i++) {
                point = (point << 6) | (bytes[i] & 0x3f);
            }
            text.appendCodePoint(Character.isValidCodePoint(point) ? point : 0xfffd);
        }
        return text.toString();
    }
}
