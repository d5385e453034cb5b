package dev.banyan.rules.imports;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.re2j.Pattern;
import dev.banyan.rules.Match;
import java.net.URLDecoder;
import java.util.HashSet;
import java.util.Set;

/** A path with {@code {name}} in it, as OpenAPI and AWS write it, as one of ours. */
final class TemplatePath {

    private TemplatePath() {}

    /**
     * The path that fits the same; a name in the middle of an element makes it a regular expression. Throws when it cannot
     * be said.
     *
     * @param below whether everything below it fits too
     */
    static Match.Path of(String path, boolean below) {
        var template = new StringBuilder();
        var regex = new StringBuilder();
        Set<String> names = new HashSet<>();
        boolean parts = false;
        for (String element : elements(path)) {
            boolean variable = element.matches("\\{[^{}]+}");
            boolean plain = element.indexOf('{') < 0 && element.indexOf('}') < 0;
            parts = parts || (!variable && !plain);
            template.append('/').append(variable ? name(element, names) : decoded(element));
            regex.append('/').append(regex(element));
        }
        if (parts) {
            return Match.Path.regularExpression(regex + (below ? "(?:/.*)?" : ""));
        }
        if (below) {
            return Match.Path.prefix(template.toString());
        }
        return names.isEmpty() ? Match.Path.exact(template.toString()) : Match.Path.template(template.toString());
    }

    private static String[] elements(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path that does not begin with /");
        }
        if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
            throw new IllegalArgumentException("a query or a fragment in the path");
        }
        return path.substring(1).split("/", -1);
    }

    /** Every name is one that rules know, and stands once. */
    private static String name(String element, Set<String> names) {
        String text = element.substring(1, element.length() - 1).replaceAll("[^A-Za-z0-9_]", "_");
        String start = Character.isDigit(text.charAt(0)) ? "_" + text : text;
        String name = start;
        for (int i = 2; !names.add(name); i++) {
            name = start + i;
        }
        return "{" + name + "}";
    }

    /** As people read it. */
    private static String decoded(String element) {
        if (element.indexOf('%') < 0) {
            return element;
        }
        String decoded = URLDecoder.decode(element.replace("+", "%2B"), UTF_8);
        if (decoded.indexOf('/') >= 0) {
            throw new IllegalArgumentException("an escaped slash in the path");
        }
        return decoded;
    }

    private static String regex(String element) {
        var regex = new StringBuilder();
        int from = 0;
        while (from < element.length()) {
            int open = element.indexOf('{', from);
            int close = element.indexOf('}', from);
            boolean last = open < 0 && close < 0;
            if (!last && (open < 0 || close < open + 2)) {
                throw new IllegalArgumentException("{ and } that do not belong together");
            }
            regex.append(Pattern.quote(decoded(element.substring(from, last ? element.length() : open))));
            regex.append(last ? "" : "[^/]+");
            from = last ? element.length() : close + 1;
        }
        return regex.toString();
    }
}
