package dev.banyan.rules.imports;

import com.google.re2j.Pattern;
import dev.banyan.rules.Match;
import java.util.ArrayList;
import java.util.List;

/** A path pattern of Spring as paths of ours that cover the same. */
final class SpringPath {

    private SpringPath() {}

    /** With {@code slash}, a slash at the end makes no difference. Throws when the pattern cannot be said. */
    static List<Match.Path> of(String pattern, boolean slash) {
        String path = pattern.startsWith("/") ? pattern : "/" + pattern;
        boolean open = path.endsWith("/**") || path.matches(".*/\\{\\*\\w+}");
        String head = open ? path.substring(0, path.lastIndexOf('/')) : path;
        String template = head.replaceAll("/\\*(?=/|$)", "/{}");
        if (isPlain(template)) {
            String named = numbered(template);
            if (open) {
                return List.of(Match.Path.prefix(named.isEmpty() ? "/" : named));
            }
            List<Match.Path> paths = new ArrayList<>();
            paths.add(whole(named));
            if (slash && !named.endsWith("/")) {
                paths.add(whole(named + "/"));
            }
            return paths;
        }
        return List.of(Match.Path.regularExpression(regex(head) + (open ? "(?:/.*)?" : slash ? "/?" : "")));
    }

    /** Only literal elements and whole elements {@code {name}}. */
    private static boolean isPlain(String template) {
        for (String element : template.split("/", -1)) {
            if (!element.matches("\\{\\w*}|[^*?{}]*")) {
                return false;
            }
        }
        return true;
    }

    /** Every variable has a name of its own: a name that stands twice, or none, becomes another. */
    private static String numbered(String template) {
        var named = new StringBuilder();
        int number = 0;
        List<String> names = new ArrayList<>();
        for (String element : template.split("/", -1)) {
            boolean variable = element.startsWith("{");
            String text = element;
            if (variable && (!element.matches("\\{[A-Za-z_]\\w*}") || names.contains(element))) {
                text = "{any" + ++number + "}";
            }
            names.add(text);
            named.append(named.isEmpty() && element.isEmpty() && names.size() == 1 ? "" : "/")
                    .append(text);
        }
        return named.toString();
    }

    private static Match.Path whole(String path) {
        return path.indexOf('{') >= 0 ? Match.Path.template(path) : Match.Path.exact(path);
    }

    private static String regex(String pattern) {
        var regex = new StringBuilder();
        int from = 0;
        while (from < pattern.length()) {
            char c = pattern.charAt(from);
            if (c == '{') {
                int end = closing(pattern, from);
                String inside = pattern.substring(from + 1, end);
                int colon = inside.indexOf(':');
                JavaExpression.requireSame(inside.substring(colon + 1));
                regex.append(colon < 0 ? "[^/]+" : "(?:" + inside.substring(colon + 1) + ")");
                from = end + 1;
            } else if (pattern.startsWith("**", from)) {
                throw new IllegalArgumentException("** stands before the end of the path");
            } else {
                regex.append(c == '*' ? "[^/]*" : c == '?' ? "[^/]" : Pattern.quote(String.valueOf(c)));
                from++;
            }
        }
        return regex.toString();
    }

    private static int closing(String pattern, int open) {
        int depth = 0;
        for (int i = open; i < pattern.length(); i++) {
            depth += pattern.charAt(i) == '{' ? 1 : pattern.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("{ without }");
    }
}
