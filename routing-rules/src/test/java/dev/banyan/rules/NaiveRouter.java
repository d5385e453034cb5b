package dev.banyan.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The words of the specification, one after the other: every match of every route is tried, all that fit are sorted.
 * Shares no code with the index, and knows only paths that every server reads alike.
 */
final class NaiveRouter {

    private record Candidate(Route route, int index, Match match, String host) {}

    private final List<Route> routes;

    NaiveRouter(List<Route> routes) {
        this.routes = routes;
    }

    Optional<Route> route(RequestFacts request) {
        return best(request).map(Candidate::route);
    }

    /** Whether this match of a route is the best; the first of several equal ones of one route is. */
    boolean wins(Route route, int match, RequestFacts request) {
        return best(request)
                .filter(each -> each.route.equals(route) && each.index == match)
                .isPresent();
    }

    private Optional<Candidate> best(RequestFacts request) {
        List<Candidate> fitting = new ArrayList<>();
        for (Route route : routes) {
            for (String host : route.hostnames().isEmpty() ? List.of("") : route.hostnames()) {
                for (int i = 0; i < route.matches().size(); i++) {
                    Match match = route.matches().get(i);
                    if (fitsHost(host, request.host()) && fits(match, request)) {
                        fitting.add(new Candidate(route, i, match, host));
                    }
                }
            }
        }
        return fitting.stream().min(NaiveRouter::compare);
    }

    private static int compare(Candidate a, Candidate b) {
        return Comparator.<Candidate>comparingInt(
                        each -> each.host.isEmpty() || each.host.startsWith("*") ? 0 : -each.host.length())
                .thenComparingInt(each -> -each.host.length())
                .thenComparingInt(each -> kind(each.match) == Match.Path.Kind.EXACT ? 0 : 1)
                .thenComparingInt(each -> kind(each.match) == Match.Path.Kind.REGULAR_EXPRESSION ? 1 : 0)
                .thenComparing((x, y) -> byElements(x.match, y.match))
                .thenComparingInt(each -> each.match.method() == null ? 1 : 0)
                .thenComparingInt(each -> -each.match.headers().size())
                .thenComparingInt(each -> -each.match.queryParams().size())
                .thenComparingInt(each -> -each.match.cookies().size())
                .thenComparingInt(each -> -each.route.priority())
                .compare(a, b);
    }

    private static int byElements(Match a, Match b) {
        boolean comparable = isElementwise(kind(a)) && isElementwise(kind(b));
        if (!comparable) {
            return 0;
        }
        String[] left = elements(a);
        String[] right = elements(b);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int literalFirst = Boolean.compare(left[i].startsWith("{"), right[i].startsWith("{"));
            if (literalFirst != 0) {
                return literalFirst;
            }
        }
        if (left.length != right.length) {
            return right.length - left.length;
        }
        return Boolean.compare(kind(a) == Match.Path.Kind.PATH_PREFIX, kind(b) == Match.Path.Kind.PATH_PREFIX);
    }

    private static boolean isElementwise(Match.Path.Kind kind) {
        return kind == Match.Path.Kind.PATH_PREFIX || kind == Match.Path.Kind.PATH_TEMPLATE;
    }

    private static Match.Path.Kind kind(Match match) {
        return match.path().kind();
    }

    private static String[] elements(Match match) {
        String value = match.path().value().substring(1);
        if (kind(match) == Match.Path.Kind.PATH_PREFIX && value.endsWith("/")) {
            value = value.substring(0, value.length() - 1);
        }
        boolean none = kind(match) == Match.Path.Kind.PATH_PREFIX && value.isEmpty();
        return none ? new String[0] : value.split("/", -1);
    }

    private static boolean fitsHost(String rule, String host) {
        return rule.isEmpty()
                || (rule.startsWith("*")
                        ? host.endsWith(rule.substring(1)) && host.length() >= rule.length()
                        : rule.equals(host));
    }

    private static boolean fits(Match match, RequestFacts request) {
        return fitsPath(match, request.rawPath())
                && (match.method() == null || match.method().equals(request.method()))
                && match.headers().stream()
                        .allMatch(each -> each.value().equals(request.headers().first(each.name())))
                && match.queryParams().stream()
                        .allMatch(each -> each.value().equals(param(request.rawQuery(), each.name())))
                && match.cookies().stream().allMatch(each -> each.value().equals(cookie(request, each.name())));
    }

    private static @Nullable String cookie(RequestFacts request, String name) {
        String all = request.headers().first("Cookie");
        for (String pair : all == null ? new String[0] : all.split("; ", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return null;
    }

    private static @Nullable String param(@Nullable String query, String name) {
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return pair.substring(name.length() + 1);
            }
        }
        return null;
    }

    private static boolean fitsPath(Match match, String path) {
        String regex =
                switch (kind(match)) {
                    case EXACT -> Pattern.quote(match.path().value());
                    case REGULAR_EXPRESSION -> match.path().value();
                    case PATH_TEMPLATE -> pattern(match);
                    case PATH_PREFIX -> pattern(match) + "(/.*)?";
                };
        return path.matches(regex);
    }

    private static String pattern(Match match) {
        var regex = new StringBuilder();
        for (String element : elements(match)) {
            regex.append('/').append(element.startsWith("{") ? "[^/]+" : Pattern.quote(element));
        }
        return regex.toString();
    }
}
