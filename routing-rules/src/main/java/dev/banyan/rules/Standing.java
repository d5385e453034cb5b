package dev.banyan.rules;

import java.util.Comparator;
import java.util.List;

/**
 * A match on one host, as precedence sees it: the words of the reference page, one comparison a step. The index comes to
 * the same by its shape; a test holds both to each other.
 *
 * @param host empty for every host
 */
record Standing(RankedMatch ranked, String host) {

    /** One step: which of two goes first, and what it looks at. */
    private interface Comparison extends Comparator<Standing> {}

    private static final Comparison BY_HOST = (a, b) -> {
        int kind = Integer.compare(hostKind(a.host), hostKind(b.host));
        return kind != 0 ? kind : Integer.compare(b.host.length(), a.host.length());
    };
    private static final Comparison BY_EXACT =
            (a, b) -> Boolean.compare(b.kind() == Match.Path.Kind.EXACT, a.kind() == Match.Path.Kind.EXACT);

    /** The best first. */
    static final Comparator<Standing> ORDER = (a, b) -> {
        for (Explanation.Step step : Explanation.Step.values()) {
            int order = compare(step, a, b);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    };

    /** The step at which two matches part. */
    static Explanation.Step parting(Standing a, Standing b) {
        for (Explanation.Step step : Explanation.Step.values()) {
            if (compare(step, a, b) != 0) {
                return step;
            }
        }
        return Explanation.Step.SAME_ROUTE;
    }

    private static int compare(Explanation.Step step, Standing a, Standing b) {
        return switch (step) {
            case HOST -> BY_HOST.compare(a, b);
            case EXACT_PATH -> BY_EXACT.compare(a, b);
            case PATH -> byPath(a, b);
            case METHOD -> Boolean.compare(a.match().method() == null, b.match().method() == null);
            case HEADERS ->
                Integer.compare(b.match().headers().size(), a.match().headers().size());
            case QUERY_PARAMS ->
                Integer.compare(
                        b.match().queryParams().size(), a.match().queryParams().size());
            case COOKIES ->
                Integer.compare(b.match().cookies().size(), a.match().cookies().size());
            case PRIORITY ->
                Integer.compare(b.ranked.route().priority(), a.ranked.route().priority());
            case SAME_ROUTE -> RankedMatch.STABLE.compare(a.ranked, b.ranked);
        };
    }

    /** What a step looks at, in words. */
    String shown(Explanation.Step step) {
        Match match = match();
        return switch (step) {
            case HOST -> host.isEmpty() ? "every host" : host;
            case EXACT_PATH, PATH -> kindName() + " " + match.path().value();
            case METHOD -> match.method() == null ? "any method" : match.method();
            case HEADERS -> String.valueOf(match.headers().size());
            case QUERY_PARAMS -> String.valueOf(match.queryParams().size());
            case COOKIES -> String.valueOf(match.cookies().size());
            case PRIORITY -> String.valueOf(ranked.route().priority());
            case SAME_ROUTE -> "matches[" + ranked.index() + "]";
        };
    }

    private String kindName() {
        return switch (kind()) {
            case EXACT -> "Exact";
            case PATH_PREFIX -> "PathPrefix";
            case PATH_TEMPLATE -> "PathTemplate";
            case REGULAR_EXPRESSION -> "RegularExpression";
        };
    }

    private static int byPath(Standing a, Standing b) {
        boolean regexA = a.kind() == Match.Path.Kind.REGULAR_EXPRESSION;
        boolean regexB = b.kind() == Match.Path.Kind.REGULAR_EXPRESSION;
        if (regexA || regexB || a.kind() == Match.Path.Kind.EXACT) {
            return Boolean.compare(regexA, regexB);
        }
        List<String> left = a.elements();
        List<String> right = b.elements();
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int literalFirst =
                    Boolean.compare(PathPattern.isVariable(left.get(i)), PathPattern.isVariable(right.get(i)));
            if (literalFirst != 0) {
                return literalFirst;
            }
        }
        return left.size() != right.size()
                ? Integer.compare(right.size(), left.size())
                : Boolean.compare(a.kind() == Match.Path.Kind.PATH_PREFIX, b.kind() == Match.Path.Kind.PATH_PREFIX);
    }

    private static int hostKind(String host) {
        return host.isEmpty() ? 2 : host.startsWith("*.") ? 1 : 0;
    }

    private Match match() {
        return ranked.match();
    }

    private Match.Path.Kind kind() {
        return match().path().kind();
    }

    /** The elements a path of a template or prefix is made of. */
    private List<String> elements() {
        String value = match().path().value();
        return kind() == Match.Path.Kind.PATH_PREFIX ? PathPattern.prefixElements(value) : PathPattern.elements(value);
    }

    /** Whether a rule's host covers a request's, which is as {@link HostIndex#normal} leaves it. */
    static boolean covers(String ruleHost, String host) {
        if (ruleHost.isEmpty()) {
            return true;
        }
        if (host.length() > HostIndex.HOST_CHARS_MAX) {
            return false;
        }
        return ruleHost.startsWith("*.")
                ? host.endsWith(ruleHost.substring(1)) && host.length() >= ruleHost.length()
                : host.equals(ruleHost);
    }

    /** Whether a path of a rule fits one reading, which is folded when {@code foldCase}. */
    static boolean fits(Match.Path path, String reading, boolean foldCase) {
        String value = foldCase ? Letters.folded(path.value()) : path.value();
        return switch (path.kind()) {
            case EXACT -> value.equals(reading);
            case PATH_TEMPLATE -> {
                List<String> elements = PathPattern.elements(value);
                List<String> read = PathPattern.elements(reading);
                yield elements.size() == read.size() && begins(elements, read);
            }
            case PATH_PREFIX -> begins(PathPattern.prefixElements(value), PathPattern.elements(reading));
            case REGULAR_EXPRESSION -> MatchEntry.pathPattern(path, foldCase).matches(reading);
        };
    }

    private static boolean begins(List<String> elements, List<String> read) {
        if (elements.size() > read.size()) {
            return false;
        }
        for (int i = 0; i < elements.size(); i++) {
            boolean fits = PathPattern.isVariable(elements.get(i))
                    ? !read.get(i).isEmpty()
                    : elements.get(i).equals(read.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
