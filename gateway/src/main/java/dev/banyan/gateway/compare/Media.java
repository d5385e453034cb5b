package dev.banyan.gateway.compare;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a body holds: as its content type declares, else as its first bytes suggest. */
enum Media {
    EMPTY,
    JSON,
    XML,
    FORM,
    HTML,
    TEXT,
    BINARY;

    private static final int SNIFFED_BYTES = 512;
    private static final Pattern CHARSET = Pattern.compile("(?i);\\s{0,8}charset\\s{0,8}=\\s{0,8}\"?([^\";\\s]{1,40})");

    /** Returns what a body of {@code contentType}, which may be empty, holds. */
    static Media of(String contentType, byte[] body) {
        if (body.length == 0) {
            return EMPTY;
        }
        String type = typeOf(contentType);
        if (type.isEmpty() || type.equals("application/octet-stream")) {
            return sniffed(body);
        }
        if (type.endsWith("/json") || type.endsWith("+json")) {
            return JSON;
        }
        if (type.equals("text/html") || type.equals("application/xhtml+xml")) {
            return HTML;
        }
        if (type.endsWith("/xml") || type.endsWith("+xml")) {
            return XML;
        }
        if (type.equals("application/x-www-form-urlencoded")) {
            return FORM;
        }
        return type.startsWith("text/") || type.endsWith("/javascript") || type.endsWith("/yaml") ? TEXT : BINARY;
    }

    /** Returns {@code text/html} of {@code Text/HTML; charset=utf-8}. */
    static String typeOf(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** Returns the charset that {@code contentType} names, in lower case, or null. */
    static @Nullable String charsetName(String contentType) {
        Matcher charset = CHARSET.matcher(contentType);
        return charset.find() ? charset.group(1).toLowerCase(Locale.ROOT) : null;
    }

    /** Returns the text of {@code body}; null if nobody knows its charset, or if that has no characters for some bytes. */
    static @Nullable String text(byte[] body, String contentType) {
        String name = charsetName(contentType);
        try {
            Charset charset = name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
            return charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException | IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    private static Media sniffed(byte[] body) {
        String start = new String(body, 0, Math.min(body.length, SNIFFED_BYTES), StandardCharsets.ISO_8859_1)
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        if (start.startsWith("{") || start.startsWith("[")) {
            return JSON;
        }
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            return HTML;
        }
        if (start.startsWith("<?xml")) {
            return XML;
        }
        return start.chars().anyMatch(c -> c < ' ' && c != '\t' && c != '\n' && c != '\r') ? BINARY : TEXT;
    }
}
