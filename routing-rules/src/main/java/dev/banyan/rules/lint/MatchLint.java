package dev.banyan.rules.lint;

import dev.banyan.rules.Match;
import dev.banyan.rules.PathModel;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at matches, alone and beside each other. */
final class MatchLint {

    private static final Pattern VARIABLE = Pattern.compile("\\{[^}]*}");

    /** A literal character of an expression, or an escaped dot. */
    private static final String LITERAL = "(?:[A-Za-z0-9_/~ -]|\\\\\\.|\\[\\.\\])";

    private static final Pattern SIMPLE =
            Pattern.compile("\\^?(/(?:" + LITERAL + "|\\[\\^/\\]\\+)*)(\\(/\\.\\*\\)\\?|)\\$?");

    /** What ends at the gateway, which therefore takes it away before it decides. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Where matches stand beside each other: one path of one host, which is empty for every host. */
    private record Place(String host, String path) {}

    /** @param number its place among all matches that are looked at */
    private record At(Route route, int index, int number) {
        Match match() {
            return route.matches().get(index);
        }

        Match.Path path() {
            return match().path();
        }
    }

    private final RuleSet rules;
    private final Findings findings;

    MatchLint(RuleSet rules, Findings findings) {
        this.rules = rules;
        this.findings = findings;
    }

    void run() {
        Map<Place, List<At>> byPlace = new HashMap<>();
        Map<String, List<At>> byFoldedPath = new HashMap<>();
        List<At> all = new ArrayList<>();
        for (Route route : rules.routes()) {
            for (int i = 0; i < route.matches().size(); i++) {
                var at = new At(route, i, all.size());
                expression(at);
                headers(at);
                if (at.path().kind() != Match.Path.Kind.REGULAR_EXPRESSION) {
                    all.add(at);
                    String path = anonymous(at.path().value());
                    hosts(route).forEach(host -> byPlace.computeIfAbsent(new Place(host, path), _ -> new ArrayList<>())
                            .add(at));
                    byFoldedPath
                            .computeIfAbsent(path.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                            .add(at);
                }
            }
        }
        trailingSlashes(all);
        all.forEach(each -> hiddenByMethod(each, byPlace));
        if (rules.backends().stream().noneMatch(each -> ignoresCase(each.pathModel()))) {
            byFoldedPath.values().forEach(this::caseOnly);
        }
    }

    /** The hosts of a route; an empty one for every host. */
    private static List<String> hosts(Route route) {
        return route.hostnames().isEmpty() ? List.of("") : route.hostnames();
    }

    private static boolean ignoresCase(PathModel model) {
        return model.ignoresCase();
    }

    private static String anonymous(String path) {
        return VARIABLE.matcher(path).replaceAll("{}");
    }

    private void expression(At at) {
        if (at.path().kind() != Match.Path.Kind.REGULAR_EXPRESSION) {
            return;
        }
        String regex = at.path().value();
        if (regex.contains("%") || regex.contains("//")) {
            findings.add(
                    LintCode.BYN0181,
                    at.route(),
                    at.index(),
                    "the expression " + regex + " has an escape or //",
                    "a path as people read it: that is what an expression is compared with");
        }
        String simpler = simpler(regex);
        if (simpler != null) {
            findings.add(LintCode.BYN0135, at.route(), at.index(), "the expression " + regex, simpler);
        }
    }

    private void headers(At at) {
        for (Match.Field each : at.match().headers()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (HOP_BY_HOP.contains(name)) {
                String found =
                        "header " + each.name() + " ends at the gateway: no request has it when this is looked at";
                findings.add(LintCode.BYN0136, at.route(), at.index(), found, "a header that goes all the way");
            } else if (name.equals("host") || name.equals("cookie")) {
                String key = name.equals("host") ? "hostnames" : "cookies";
                String found = "header " + each.name() + ", which is compared as a whole";
                findings.add(LintCode.BYN0136, at.route(), at.index(), found, key + " in its place");
            }
        }
    }

    /** The type and value that say the same; null when there are none. */
    static @Nullable String simpler(String regex) {
        if (regex.equals("/.*") || regex.equals(".*")) {
            return "PathPrefix /";
        }
        var simple = SIMPLE.matcher(regex);
        if (!simple.matches() || simple.group(1).contains("//")) {
            return null;
        }
        String path = simple.group(1).replace("\\.", ".").replace("[.]", ".");
        boolean prefix = !simple.group(2).isEmpty();
        if (path.endsWith(".") || path.contains("./") || (prefix && path.endsWith("/"))) {
            return null;
        }
        var template = new StringBuilder();
        int variables = 0;
        for (String element : path.substring(1).split("/(?!\\])", -1)) {
            if (!element.equals("[^/]+") && element.contains("[^/]+")) {
                return null;
            }
            template.append('/').append(element.equals("[^/]+") ? "{v" + ++variables + "}" : element);
        }
        String type = prefix ? "PathPrefix " : variables > 0 ? "PathTemplate " : "Exact ";
        return type + template;
    }

    private void trailingSlashes(List<At> all) {
        Map<Place, At> first = new HashMap<>();
        Map<String, At> firstAnywhere = new HashMap<>();
        for (At each : all) {
            if (isWhole(each)) {
                String path = anonymous(each.path().value());
                hosts(each.route()).forEach(host -> first.putIfAbsent(new Place(host, path), each));
                firstAnywhere.putIfAbsent(path, each);
            }
        }
        for (At slashed : all) {
            String path = anonymous(slashed.path().value());
            if (!isWhole(slashed) || !path.endsWith("/")) {
                continue;
            }
            String without = path.substring(0, path.length() - 1);
            List<String> hosts = slashed.route().hostnames();
            At bare = hosts.isEmpty() ? firstAnywhere.get(without) : first.get(new Place("", without));
            for (String host : hosts) {
                bare = earlier(bare, first.get(new Place(host, without)));
            }
            if (bare != null) {
                findings.add(
                        LintCode.BYN0133,
                        slashed.route(),
                        slashed.index(),
                        slashed.path().value() + " beside " + findings.shown(bare.route(), bare.index())
                                + " without the slash",
                        "one of both, or a PathPrefix, which covers both");
            }
        }
    }

    private static @Nullable At earlier(@Nullable At one, @Nullable At other) {
        return one == null || (other != null && other.number() < one.number()) ? other : one;
    }

    private static boolean isWhole(At at) {
        return at.path().kind() == Match.Path.Kind.EXACT || at.path().kind() == Match.Path.Kind.PATH_TEMPLATE;
    }

    private void hiddenByMethod(At hidden, Map<Place, List<At>> byPlace) {
        Match match = hidden.match();
        if (match.method() != null
                || (match.headers().isEmpty() && match.cookies().isEmpty())) {
            return;
        }
        String path = anonymous(hidden.path().value());
        At by = null;
        for (String host : hosts(hidden.route())) {
            for (At other : byPlace.getOrDefault(new Place(host, path), List.of())) {
                by = hides(other, hidden) ? earlier(by, other) : by;
            }
        }
        if (by != null) {
            String method = by.match().method();
            findings.add(
                    LintCode.BYN0134,
                    hidden.route(),
                    hidden.index(),
                    method + " requests go to " + findings.shown(by.route(), by.index())
                            + " with this header or cookie too: a method ranks above them",
                    "a match with method " + method + " here as well");
        }
    }

    private static boolean hides(At other, At hidden) {
        Match match = hidden.match();
        return other.match().method() != null
                && !other.route().equals(hidden.route())
                && other.path().kind() == hidden.path().kind()
                && match.headers().containsAll(other.match().headers())
                && match.queryParams().containsAll(other.match().queryParams())
                && match.cookies().containsAll(other.match().cookies());
    }

    private void caseOnly(List<At> sameButForCase) {
        At first = sameButForCase.getFirst();
        for (At each : sameButForCase) {
            boolean differs = !anonymous(each.path().value())
                    .equals(anonymous(first.path().value()));
            if (differs && shareHost(each.route(), first.route())) {
                findings.add(
                        LintCode.BYN0181,
                        each.route(),
                        each.index(),
                        each.path().value() + " differs only in case from "
                                + findings.shown(first.route(), first.index()),
                        "one spelling, or pathModel.ignoresCase on the backends that take both for one path");
                return;
            }
        }
    }

    private static boolean shareHost(Route one, Route other) {
        return one.hostnames().isEmpty()
                || other.hostnames().isEmpty()
                || one.hostnames().stream().anyMatch(other.hostnames()::contains);
    }
}
