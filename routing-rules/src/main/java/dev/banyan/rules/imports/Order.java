package dev.banyan.rules.imports;

import com.google.re2j.Pattern;
import dev.banyan.rules.Match;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which of two matches goes first by our precedence, and whether one request could fit both. */
final class Order {

    private Order() {}

    /** Two matches that one request could fit. */
    enum Outcome {
        APART,
        FIRST_WINS,
        TIE,
        SECOND_WINS
    }

    /** The worst that happens to {@code first}, which comes first in the source, when a request fits both. */
    static Outcome between(DraftRoute first, DraftRoute second) {
        var worst = Outcome.APART;
        for (String host : hosts(first)) {
            for (String otherHost : hosts(second)) {
                if (!meet(host, otherHost)) {
                    continue;
                }
                for (Match match : first.matches) {
                    for (Match other : second.matches) {
                        Outcome outcome = between(host, match, otherHost, other);
                        worst = outcome.compareTo(worst) > 0 ? outcome : worst;
                    }
                }
            }
        }
        return worst;
    }

    private static Outcome between(String host, Match match, String otherHost, Match other) {
        boolean methods = match.method() == null
                || other.method() == null
                || match.method().equals(other.method());
        if (!methods
                || !agree(match.headers(), other.headers(), false)
                || !agree(match.queryParams(), other.queryParams(), true)
                || !agree(match.cookies(), other.cookies(), true)
                || !meet(match.path(), other.path())) {
            return Outcome.APART;
        }
        int order = compareHosts(host, otherHost);
        order = order != 0 ? order : comparePaths(match.path(), other.path());
        order = order != 0 ? order : Boolean.compare(match.method() == null, other.method() == null);
        order = order != 0
                ? order
                : Integer.compare(other.headers().size(), match.headers().size());
        order = order != 0
                ? order
                : Integer.compare(
                        other.queryParams().size(), match.queryParams().size());
        order = order != 0
                ? order
                : Integer.compare(other.cookies().size(), match.cookies().size());
        return order == 0 ? Outcome.TIE : order < 0 ? Outcome.FIRST_WINS : Outcome.SECOND_WINS;
    }

    /** Falling priorities among routes that tie, in the order they stand in; all others keep 0. */
    static void settleTies(List<DraftRoute> routes) {
        int[] group = new int[routes.size()];
        for (int i = 0; i < group.length; i++) {
            group[i] = i;
        }
        for (int i = 0; i < group.length; i++) {
            for (int j = i + 1; j < group.length; j++) {
                boolean both = !routes.get(i).leftOut && !routes.get(j).leftOut;
                if (both && isTied(routes.get(i), routes.get(j))) {
                    join(group, group[i], group[j]);
                }
            }
        }
        for (int i = 0; i < group.length; i++) {
            for (int j = i + 1; j < group.length; j++) {
                routes.get(i).priority += group[i] == group[j] ? 1 : 0;
            }
        }
    }

    private static void join(int[] group, int one, int other) {
        for (int i = 0; i < group.length; i++) {
            group[i] = group[i] == other ? one : group[i];
        }
    }

    private static boolean isTied(DraftRoute one, DraftRoute other) {
        for (String host : hosts(one)) {
            for (String otherHost : hosts(other)) {
                for (Match match : one.matches) {
                    for (Match otherMatch : other.matches) {
                        if (host.equals(otherHost) && between(host, match, otherHost, otherMatch) == Outcome.TIE) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static List<String> hosts(DraftRoute route) {
        return route.hostnames.isEmpty() ? List.of("") : route.hostnames;
    }

    private static boolean meet(String host, String other) {
        return host.isEmpty() || other.isEmpty() || host.equals(other) || covers(host, other) || covers(other, host);
    }

    private static boolean covers(String wildcard, String host) {
        return wildcard.startsWith("*.") && host.endsWith(wildcard.substring(1));
    }

    private static int compareHosts(String host, String other) {
        int exact = Boolean.compare(isExact(other), isExact(host));
        return exact != 0 ? exact : Integer.compare(other.length(), host.length());
    }

    private static boolean isExact(String host) {
        return !host.isEmpty() && !host.startsWith("*");
    }

    private static boolean agree(List<Match.Field> some, List<Match.Field> others, boolean caseMatters) {
        for (Match.Field a : some) {
            for (Match.Field b : others) {
                boolean same =
                        caseMatters ? a.name().equals(b.name()) : a.name().equalsIgnoreCase(b.name());
                boolean texts = a instanceof Match.Field.Exact && b instanceof Match.Field.Exact;
                if (same && texts && !a.value().equals(b.value())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean meet(Match.Path path, Match.Path other) {
        if (path.kind() == Match.Path.Kind.REGULAR_EXPRESSION) {
            return other.kind() == Match.Path.Kind.EXACT
                    ? Pattern.matches(path.value(), other.value())
                    : isRegex(other) || beginAlike(literalBeginning(path.value()), literalBeginning(other.value()));
        }
        if (other.kind() == Match.Path.Kind.REGULAR_EXPRESSION) {
            return meet(other, path);
        }
        List<String> elements = elements(path);
        List<String> others = elements(other);
        boolean prefix = path.kind() == Match.Path.Kind.PATH_PREFIX;
        boolean otherPrefix = other.kind() == Match.Path.Kind.PATH_PREFIX;
        boolean fits = (prefix && otherPrefix)
                || (prefix && elements.size() <= others.size())
                || (otherPrefix && others.size() <= elements.size())
                || elements.size() == others.size();
        for (int i = 0; fits && i < Math.min(elements.size(), others.size()); i++) {
            boolean variable = isVariable(elements.get(i)) && !others.get(i).isEmpty();
            boolean otherVariable =
                    isVariable(others.get(i)) && !elements.get(i).isEmpty();
            fits = variable || otherVariable || elements.get(i).equals(others.get(i));
        }
        return fits;
    }

    private static boolean beginAlike(String one, String other) {
        return one.startsWith(other) || other.startsWith(one);
    }

    /** What every path that fits begins with, of a template or an expression; perhaps less than that. */
    private static String literalBeginning(String path) {
        int end = 0;
        while (end < path.length()
                && (Character.isLetterOrDigit(path.charAt(end)) || "/_-".indexOf(path.charAt(end)) >= 0)) {
            end++;
        }
        boolean alternatives = path.indexOf('|') >= 0;
        boolean whole = end == path.length();
        return alternatives ? "" : path.substring(0, whole ? end : Math.max(0, end - 1));
    }

    private static int comparePaths(Match.Path path, Match.Path other) {
        int order = Boolean.compare(isRegex(path), isRegex(other));
        if (order != 0 || isRegex(path)) {
            return order;
        }
        order = Boolean.compare(other.kind() == Match.Path.Kind.EXACT, path.kind() == Match.Path.Kind.EXACT);
        List<String> elements = elements(path);
        List<String> others = elements(other);
        for (int i = 0; order == 0 && i < Math.min(elements.size(), others.size()); i++) {
            order = Boolean.compare(isVariable(elements.get(i)), isVariable(others.get(i)));
        }
        order = order != 0 ? order : Integer.compare(others.size(), elements.size());
        boolean prefix = path.kind() == Match.Path.Kind.PATH_PREFIX;
        return order != 0 ? order : Boolean.compare(prefix, other.kind() == Match.Path.Kind.PATH_PREFIX);
    }

    private static boolean isRegex(Match.Path path) {
        return path.kind() == Match.Path.Kind.REGULAR_EXPRESSION;
    }

    private static boolean isVariable(String element) {
        return element.startsWith("{");
    }

    /** The elements after the leading slash; a prefix has none for a trailing slash. */
    static List<String> elements(Match.Path path) {
        List<String> elements =
                new ArrayList<>(List.of(path.value().substring(1).split("/", -1)));
        if (path.kind() == Match.Path.Kind.PATH_PREFIX && elements.getLast().isEmpty()) {
            elements.removeLast();
        }
        return elements;
    }

    /** A host name in the one form that rules have. */
    static String host(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
