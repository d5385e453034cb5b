package dev.banyan.gateway.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import org.springframework.web.server.ServerWebExchange;

/** A query as text, of which a filter changes one parameter and nothing else. */
final class QueryText {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private QueryText() {}

    /** Returns the exchange with its query changed: empty where there is none, before or after. */
    static ServerWebExchange with(ServerWebExchange exchange, UnaryOperator<String> change) {
        String uri = exchange.getRequest().getURI().toString();
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        String query = mark < 0 ? "" : uri.substring(mark + 1);
        String changed = change.apply(query);
        if (changed.equals(query)) {
            return exchange;
        }
        URI next = URI.create(changed.isEmpty() ? path : path + "?" + changed);
        return exchange.mutate().request(request -> request.uri(next)).build();
    }

    /** Whether a piece between two ampersands is the parameter {@code name}, however its name is escaped. */
    static boolean isNamed(String piece, String name) {
        int end = piece.indexOf('=');
        String spelled = end < 0 ? piece : piece.substring(0, end);
        if (spelled.equals(name)) {
            return !piece.isEmpty();
        }
        try {
            return spelled.length() > name.length()
                    && URLDecoder.decode(spelled, UTF_8).equals(name);
        } catch (IllegalArgumentException e) {
            return false; // an escape that is none
        }
    }

    /** Returns what a rule says with what a query cannot have escaped as UTF-8; escapes that it has are meant so. */
    static String escaped(String text) {
        var out = new StringBuilder(text.length());
        for (byte each : text.getBytes(UTF_8)) {
            char c = (char) (each & 0xff);
            if (c <= ' ' || c > 126 || "\"#<>[\\]^`{|}".indexOf(c) >= 0) {
                out.append('%').append(HEX.toHexDigits(each));
            } else {
                out.append(c);
            }
        }
        return out.toString().replaceAll("%(?![0-9A-Fa-f]{2})", "%25");
    }
}
