package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index gives what the specification says, for thousands of rule sets that nobody thought of. */
final class IndexAgainstNaiveTest {

    private static final int RULE_SETS = 800;
    private static final int REQUESTS = 40;

    private static final List<String> ELEMENTS = List.of("a", "b", "ab", "aa", "c-d");
    private static final List<String> HOSTS = List.of("x.io", "a.x.io", "b.a.x.io", "y.io", "x.io.y.io");
    private static final List<String> RULE_HOSTS = List.of("x.io", "a.x.io", "*.x.io", "*.a.x.io", "*.io", "y.io");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theIndexAgreesWithTheWordsOfTheSpecification(long seed) {
        var random = new Random(seed);
        int compared = 0;
        int matched = 0;
        for (int i = 0; i < RULE_SETS; i++) {
            RuleSet rules = rules(random);
            RoutingTable table = tableOf(rules);
            if (table == null) {
                continue;
            }
            var naive = new NaiveRouter(rules.routes());
            for (int j = 0; j < REQUESTS; j++) {
                RequestFacts request = request(random);
                String expected = naive.route(request).map(Route::name).orElse("-");
                assertThat(Rules.routeOf(table, request))
                        .as("%s%n%s", request, rules)
                        .isEqualTo(expected);
                compared++;
                matched += expected.equals("-") ? 0 : 1;
            }
        }
        assertThat(compared).isGreaterThan(RULE_SETS * REQUESTS / 2);
        assertThat(matched).isGreaterThan(compared / 10);
    }

    /** Null when the rules tie: the naive router would have to guess. */
    private static @Nullable RoutingTable tableOf(RuleSet rules) {
        try {
            return RoutingTable.compile(rules);
        } catch (RulesException e) {
            return null;
        }
    }

    private static RuleSet rules(Random random) {
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

    private static RequestFacts request(Random random) {
        String cookies = "p=" + random.nextInt(2) + "; q=" + random.nextInt(2);
        String query = "?p=" + random.nextInt(2) + "&q=" + random.nextInt(2);
        String line = METHODS.get(random.nextInt(METHODS.size())) + " " + literal(random) + query;
        return Rules.request(
                line,
                "Host: " + HOSTS.get(random.nextInt(HOSTS.size())),
                "P: " + random.nextInt(2),
                "Q: " + random.nextInt(2),
                "Cookie: " + cookies);
    }
}
