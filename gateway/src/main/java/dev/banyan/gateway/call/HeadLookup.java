package dev.banyan.gateway.call;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.HeaderLookup;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request's head as rules ask for it. Each character of the head is a byte. */
record HeadLookup(HttpHeaders head) implements HeaderLookup {

    @Override
    public List<String> all(String name) {
        return head.getAll(name);
    }

    @Override
    public @Nullable String first(String name) {
        return head.get(name);
    }

    /** Reads bytes that are UTF-8 as that; what is none stays Latin-1. */
    @Override
    public String text(String value) {
        if (isAscii(value)) {
            return value;
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }

    private static boolean isAscii(String value) {
        int any = 0;
        for (int i = 0; i < value.length(); i++) {
            any |= value.charAt(i);
        }
        return any < 128;
    }
}
