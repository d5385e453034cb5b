package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Expressions of the families that keep a backtracking engine busy for longer than the sun will shine. */
final class LinearExpressionsTest {

    private static final int EXPRESSIONS = 5_000;
    private static final int CHARACTERS = 2_000;

    /** Each with holes for an atom and a second one; on {@code aaa...a!} a backtracking engine takes 2^n steps, or n^k. */
    private static final List<String> FAMILIES = List.of(
            "/(%1$s+)+b",
            "/(%1$s*)*b",
            "/(%1$s|%1$s)*b",
            "/(%1$s|%1$s%1$s)+b",
            "/(%1$s+%2$s?)*b",
            "/(.*%1$s){12}b",
            "/%1$s*%1$s*%1$s*%1$s*%1$s*%1$s*b",
            "/((%1$s+)+)+b",
            "/(%1$s?){20}%1$s{20}b",
            "/(%1$s|%2$s|%1$s%2$s)*b",
            "/(.+)+b",
            "/(\\w+\\s?)*b",
            "/([a-z]+)*[a-z]+b",
            "/^(%1$s+)+$/b",
            "/(x+x+)+%1$s+b");

    private static final List<String> ATOMS =
            List.of("a", "[a-c]", "\\w", "(a)", "(?:a)", ".", "[^b]", "\\pL", "(?i:A)", "aa?");

    @Test
    void theyAllEnd() {
        var random = new Random(7);
        int accepted = Assertions.assertTimeoutPreemptively(Duration.ofMinutes(4), () -> {
            int taken = 0;
            for (int i = 0; i < EXPRESSIONS; i++) {
                String expression = FAMILIES.get(i % FAMILIES.size()).formatted(atom(random), atom(random));
                if (PathValue.wrongRegex(expression) == null) {
                    assertNoMatch(expression);
                    taken++;
                }
            }
            return taken;
        });
        assertThat(accepted).as("others are refused for their counts").isGreaterThan(EXPRESSIONS / 2);
    }

    private static String atom(Random random) {
        return ATOMS.get(random.nextInt(ATOMS.size()));
    }

    private static void assertNoMatch(String expression) throws RulesException {
        RoutingTable table = RoutingTable.compile(RuleSet.of(
                List.of(Rules.LEGACY, Rules.CATALOG),
                List.of(),
                List.of(Route.named("r")
                        .matches(Match.path(Match.Path.regularExpression(expression)))
                        .candidate("catalog")
                        .stage(Stage.COMPLETE)
                        .build())));
        String path = "/" + "a".repeat(CHARACTERS) + "!";
        assertThat(Rules.routeOf(table, Rules.request("GET " + path)))
                .as(expression)
                .isEqualTo("-");
    }
}
