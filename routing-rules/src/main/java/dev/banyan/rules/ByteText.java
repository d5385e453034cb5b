package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Text of a request's head, of which a transport makes one character for each byte. */
public final class ByteText {

    private ByteText() {}

    /** What the bytes say: text in UTF-8 where they are that, and Latin-1 where they are not. */
    public static String read(String bytes) {
        if (isAscii(bytes)) {
            return bytes;
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return bytes;
        }
    }

    private static boolean isAscii(String text) {
        int any = 0;
        for (int i = 0; i < text.length(); i++) {
            any |= text.charAt(i);
        }
        return any < 128;
    }
}
