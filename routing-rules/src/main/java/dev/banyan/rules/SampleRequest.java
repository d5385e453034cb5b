package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that somebody asks about, without sending it.
 *
 * @param url {@code https://shop/orders?x=1} as a client would send it, or a path alone; beyond ASCII it is sent as UTF-8
 * @param headers lines {@code Name: value}, in their order
 * @param from the peer's address; null is somebody whom nothing is believed
 * @param at when it comes
 */
public record SampleRequest(
        String method,
        String url,
        List<String> headers,
        @Nullable InetAddress from,
        Instant at) {

    private static final String HOST = "host";

    public SampleRequest {
        headers = List.copyOf(headers);
        if (method.isEmpty() || method.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("method: \"" + method + "\" (expected: such as GET)");
        }
        if (!url.startsWith("/") && !url.equals("*") && !isAbsolute(url)) {
            throw new IllegalArgumentException(
                    "url: \"" + url + "\" (expected: such as https://shop/orders?x=1, or /orders)");
        }
        for (String line : headers) {
            if (line.indexOf(':') < 1) {
                throw new IllegalArgumentException("header: \"" + line + "\" (expected: Name: value)");
            }
        }
    }

    private static boolean isAbsolute(String url) {
        return (url.startsWith("http://") || url.startsWith("https://"))
                && !authority(url).isEmpty();
    }

    private static String authority(String url) {
        int from = url.indexOf("//") + 2;
        int end = from;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return url.substring(from, end);
    }

    /** What a decision under {@code rules} looks at. */
    public RequestFacts facts(RuleSet rules) {
        String target = url;
        String host = header(HOST).isEmpty() ? "" : header(HOST).getFirst();
        if (isAbsolute(url)) {
            String authority = authority(url);
            host = host.isEmpty() ? authority : host;
            target = url.substring(url.indexOf("//") + 2 + authority.length());
            target = target.startsWith("/") ? target : "/" + target;
        }
        int fragment = target.indexOf('#');
        target = new String((fragment < 0 ? target : target.substring(0, fragment)).getBytes(UTF_8), ISO_8859_1);
        int question = target.indexOf('?');
        return new RequestFacts(
                host,
                method,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? null : target.substring(question + 1),
                this::header,
                url.startsWith("https:"),
                from != null && rules.trusts(from),
                at.toEpochMilli());
    }

    private List<String> header(String name) {
        List<String> values = new ArrayList<>();
        for (String line : headers) {
            int colon = line.indexOf(':');
            if (line.substring(0, colon).strip().equalsIgnoreCase(name)) {
                values.add(line.substring(colon + 1).strip());
            }
        }
        return values;
    }
}
