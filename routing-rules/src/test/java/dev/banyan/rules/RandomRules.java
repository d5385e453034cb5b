package dev.banyan.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Rule sets and requests that nobody thought of, by seed; few words, so that they meet. */
final class RandomRules {

    private static final List<String> ELEMENTS = List.of("a", "b", "ab", "aa", "c-d");
    private static final List<String> HOSTS = List.of("x.io", "a.x.io", "b.a.x.io", "y.io", "x.io.y.io");
    private static final List<String> RULE_HOSTS = List.of("x.io", "a.x.io", "*.x.io", "*.a.x.io", "*.io", "y.io");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT");

    private RandomRules() {}

    /** Null when the rules tie: the naive router would have to guess. */
    static @Nullable RoutingTable tableOf(RuleSet rules) {
        try {
            return RoutingTable.compile(rules);
        } catch (RulesException e) {
            return null;
        }
    }

    static RuleSet rules(Random random) {
        List<Route> routes = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            List<Match> matches = new ArrayList<>();
            for (int j = 0; j <= random.nextInt(3); j++) {
                matches.add(match(random));
            }
            List<String> hosts =
                    random.nextInt(3) == 0 ? List.of(RULE_HOSTS.get(random.nextInt(RULE_HOSTS.size()))) : List.of();
            routes.add(Route.named("r" + i)
                    .hostnames(hosts)
                    .matches(matches)
                    .candidate("catalog")
                    .stage(Stage.COMPLETE)
                    .priority(random.nextInt(1_000))
                    .build());
        }
        return RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(), routes);
    }

    /** The same with everything that can become of a request: splits, overrides, schedules, redirects, rewrites, retired routes. */
    static RuleSet everything(Random random) {
        List<Route> routes = new ArrayList<>();
        for (Route each : rules(random).routes()) {
            routes.add(staged(each, random));
        }
        Cohort byHeader = new Cohort(
                "by-header",
                List.of(new Cohort.Key.Header("K")),
                "a",
                List.of(
                        new Cohort.SideOverride(new Cohort.Key.Header("Side"), "new", Side.CANDIDATE),
                        new Cohort.SideOverride(new Cohort.Key.Cookie("side"), "old", Side.BASELINE)),
                Map.of("k1", Side.CANDIDATE, "k2", Side.BASELINE));
        Cohort byCookie =
                new Cohort("by-cookie", List.of(new Cohort.Key.Cookie("k"), new Cohort.Key.GenerateCookie("id")), "b");
        return RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(byHeader, byCookie), routes);
    }

    private static Route staged(Route route, Random random) {
        Route.Builder staged = route.toBuilder().stage(List.of(Stage.values()).get(random.nextInt(5)));
        if (random.nextInt(2) == 0) {
            staged.stage(Stage.LIVE)
                    .weight(List.of(0, 1, 2_500, 5_000, 9_999, 10_000).get(random.nextInt(6)))
                    .cohort(random.nextBoolean() ? "by-header" : "by-cookie");
        }
        if (random.nextInt(4) == 0) {
            staged.candidate(null).redirect(new Redirect("https", null, null, null, 302));
        } else if (random.nextInt(4) == 0) {
            staged.rewrite(new Rewrite(null, new PathReplacement.ReplaceFullPath("/new")));
        }
        if (random.nextInt(4) == 0) {
            staged.schedule(new Schedule(Instant.ofEpochMilli(500), Instant.ofEpochMilli(1_500)));
        }
        return staged.build();
    }

    /** A request of somebody at some time, for {@link #everything}. */
    static RequestFacts anybody(Random random) {
        String path = random.nextInt(4) == 0 ? "/a/.." + literal(random) : literal(random);
        RequestFacts plain = request(random, path);
        List<String> headers = new ArrayList<>(List.of(
                "Host: " + plain.host(),
                "P: " + plain.headers().first("P"),
                "Q: " + plain.headers().first("Q"),
                "Cookie: " + plain.headers().first("Cookie") + "; k=c" + random.nextInt(50) + "; side="
                        + (random.nextInt(8) == 0 ? "old" : "none")));
        if (random.nextInt(4) > 0) {
            headers.add("K: k" + random.nextInt(12));
        }
        if (random.nextInt(4) == 0) {
            headers.add("Side: " + (random.nextBoolean() ? "new" : "other"));
        }
        return Rules.request(
                plain.method() + " " + plain.rawPath() + "?" + plain.rawQuery(),
                random.nextBoolean(),
                Instant.ofEpochMilli(random.nextInt(2_000)),
                headers.toArray(String[]::new));
    }

    private static Match match(Random random) {
        String method = random.nextInt(3) == 0 ? METHODS.get(random.nextInt(METHODS.size())) : null;
        return new Match(path(random), method, fields(random), fields(random), fields(random));
    }

    private static Match.Path path(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Match.Path.exact(literal(random));
            case 1 -> Match.Path.regularExpression(literal(random) + (random.nextBoolean() ? "/.*" : "(b|/)?"));
            case 2, 3 -> Match.Path.template(template(random));
            case 4 -> Match.Path.prefix(template(random));
            default -> Match.Path.prefix(literal(random));
        };
    }

    private static String literal(Random random) {
        var path = new StringBuilder();
        for (int i = 0; i < random.nextInt(5); i++) {
            path.append('/').append(ELEMENTS.get(random.nextInt(ELEMENTS.size())));
        }
        return path.isEmpty() ? "/" : path + (random.nextInt(4) == 0 ? "/" : "");
    }

    private static String template(Random random) {
        var path = new StringBuilder();
        for (int i = 0; i <= random.nextInt(4); i++) {
            path.append('/')
                    .append(random.nextBoolean() ? "{v" + i + "}" : ELEMENTS.get(random.nextInt(ELEMENTS.size())));
        }
        return path.toString();
    }

    private static List<Match.Field> fields(Random random) {
        List<Match.Field> fields = new ArrayList<>();
        for (String name : List.of("p", "q")) {
            if (random.nextInt(5) == 0) {
                fields.add(new Match.Field.Exact(name, "" + random.nextInt(2)));
            }
        }
        return fields;
    }

    /** One in two with {@code odd} has a path that servers read differently. */
    static RequestFacts request(Random random, boolean odd) {
        return odd && random.nextBoolean() ? request(random, "/a/.." + literal(random)) : request(random);
    }

    static RequestFacts request(Random random) {
        return request(random, literal(random));
    }

    static RequestFacts request(Random random, String path) {
        String cookies = "p=" + random.nextInt(2) + "; q=" + random.nextInt(2);
        String query = "?p=" + random.nextInt(2) + "&q=" + random.nextInt(2);
        String line = METHODS.get(random.nextInt(METHODS.size())) + " " + path + query;
        return Rules.request(
                line,
                "Host: " + HOSTS.get(random.nextInt(HOSTS.size())),
                "P: " + random.nextInt(2),
                "Q: " + random.nextInt(2),
                "Cookie: " + cookies);
    }

    /** A request drawn to fit one match; an expression is met by luck. */
    static RequestFacts fitting(Random random, Route route, Match match) {
        var path = new StringBuilder(match.path().value().replaceAll("\\{[^}]*}", ELEMENTS.get(random.nextInt(5))));
        if (match.path().kind() == Match.Path.Kind.REGULAR_EXPRESSION) {
            int end = path.indexOf("(") >= 0 ? path.indexOf("(") : path.indexOf(".*");
            path.setLength(end);
            path.append(random.nextBoolean() ? "b" : "");
        } else if (match.path().kind() == Match.Path.Kind.PATH_PREFIX && random.nextBoolean()) {
            path.append(path.charAt(path.length() - 1) == '/' ? "" : "/")
                    .append(literal(random).substring(1));
        }
        String host = HOSTS.get(random.nextInt(HOSTS.size()));
        if (!route.hostnames().isEmpty()) {
            host = route.hostnames().getFirst().replace("*", random.nextBoolean() ? "a" : "z");
        }
        String method = match.method() == null ? METHODS.get(random.nextInt(METHODS.size())) : match.method();
        String query =
                "?p=" + value(match.queryParams(), "p", random) + "&q=" + value(match.queryParams(), "q", random);
        return Rules.request(
                method + " " + path + query,
                "Host: " + host,
                "P: " + value(match.headers(), "p", random),
                "Q: " + value(match.headers(), "q", random),
                "Cookie: p=" + value(match.cookies(), "p", random) + "; q=" + value(match.cookies(), "q", random));
    }

    private static String value(List<Match.Field> fields, String name, Random random) {
        return fields.stream()
                .filter(each -> each.name().equals(name))
                .map(Match.Field::value)
                .findFirst()
                .orElse("" + random.nextInt(2));
    }
}
