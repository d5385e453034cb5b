package dev.banyan.gateway.http;

import java.util.function.UnaryOperator;

/** Values of the {@code Link} header: {@code <https://shop.test/b>; rel="next", </c>; rel=prev} (RFC 8288, section 3). */
public final class Links {

    private Links() {}

    /** Returns {@code links} with each link's URL as {@code change} makes it of the one before; as it is where it is malformed. */
    public static String withUrls(String links, UnaryOperator<String> change) {
        var changed = new StringBuilder(links.length());
        int copied = 0;
        int at = behind(links, 0, ", \t");
        while (at < links.length()) {
            int end = links.charAt(at) == '<' ? links.indexOf('>', at) : -1;
            int next = end < 0 ? -1 : endOfParameters(links, end + 1);
            if (next < 0) {
                return links;
            }
            changed.append(links, copied, at + 1).append(change.apply(links.substring(at + 1, end)));
            copied = end;
            at = behind(links, next, ", \t");
        }
        return changed.append(links, copied, links.length()).toString();
    }

    /** Returns where the comma behind a link's parameters is, or the end; -1 when something else follows its URL, or a quote does not end. */
    private static int endOfParameters(String links, int from) {
        int at = behind(links, from, " \t");
        if (at < links.length() && ";,".indexOf(links.charAt(at)) < 0) {
            return -1;
        }
        boolean quoted = false;
        while (at < links.length() && (quoted || links.charAt(at) != ',')) {
            if (links.charAt(at) == '"') {
                quoted = !quoted;
            } else if (quoted && links.charAt(at) == '\\') {
                at++;
            }
            at++;
        }
        return quoted ? -1 : at;
    }

    private static int behind(String text, int from, String passedOver) {
        int at = from;
        while (at < text.length() && passedOver.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
