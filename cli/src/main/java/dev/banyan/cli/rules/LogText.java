package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Text of an access log whose characters are bytes, with what Apache and nginx write for bytes that they escape. */
final class LogText {

    private LogText() {}

    /** What stands from {@code from} to the next quote that is not escaped, or to the end: with {@code \xE9}, {@code \"}, {@code \\} undone. */
    static String quoted(String line, int from) {
        var text = new StringBuilder();
        for (int i = from; i < line.length() && line.charAt(i) != '"'; i++) {
            char c = line.charAt(i);
            if (c != '\\' || i + 1 == line.length()) {
                text.append(c);
                continue;
            }
            int hex = line.charAt(i + 1) == 'x' ? hex(line, i + 2) : -1;
            text.append(hex < 0 ? plain(line.charAt(i + 1)) : (char) hex);
            i += hex < 0 ? 1 : 3;
        }
        return text.toString();
    }

    private static int hex(String line, int at) {
        if (at + 2 > line.length()) {
            return -1;
        }
        int high = Character.digit(line.charAt(at), 16);
        int low = Character.digit(line.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    /** Apache writes the control bytes of C's short names by them. */
    private static char plain(char escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
        };
    }

    /** Bytes of a target as the text that is sent as these bytes: UTF-8, and what is no UTF-8 by its percent-encoding. */
    static String target(String bytes) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            var text = new StringBuilder();
            bytes.chars().forEach(c -> text.append(c < 0x80 ? String.valueOf((char) c) : "%%%02X".formatted(c)));
            return text.toString();
        }
    }
}
