package dev.banyan.rules.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.Compare;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import dev.banyan.rules.format.IgnoreRules.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a file changes when an ignore rule is put into it, and what does not. */
final class IgnoreRulesTest {

    private static final Path FILE = Path.of("rules.yaml");
    private static final Rule CLOCK = new Rule("json", "path", "$.generatedAt", "clock", null);
    private static final Rule BANNER = new Rule("html", "selector", ".banner", "sale", LocalDate.of(2027, 1, 31));
    private static final Pattern COMMENT = Pattern.compile("#c[0-9]+;");

    @TempDir
    Path folder;

    @Test
    void aRouteWithoutComparisonGetsOneAndAllOtherLinesStay() throws Exception {
        String before = """
                # people's own layout
                routes:
                -   name:     browse   # shop
                    candidate: n
                    matches:
                    - path: { value: /a }
                    weight:   5%
                    mirror:
                      percent: 20
                      # copies cost money
                    steps: [{stage:   shadow}]
                -   {name: other, candidate: n,   matches: [{path: {value: /b}}]}
                """;
        assertThat(IgnoreRules.add(FILE, before, "browse", List.of(CLOCK, BANNER)))
                .isEqualTo(before.replace("money\n", """
                        money
                            compare:
                              json:
                                ignore:
                                  - {path: "$.generatedAt", reason: "clock"}
                              html:
                                ignore:
                                  - {selector: ".banner", reason: "sale", expires: "2027-01-31"}
                        """));
    }

    @Test
    void aComparisonThatIsThereKeepsItsRulesAndComments() throws Exception {
        assertThat(IgnoreRules.add(FILE, """
                routes:
                  - name: browse
                    matches: [{path: {value: /a}}]
                    # what may differ
                    compare: # all of it
                      json:
                        ignore:
                          # since 2019
                          - {path: $.a, reason: "x"}
                      headers: [content-type] # only this
                    candidate: n
                """, "browse", List.of(CLOCK))).isEqualTo("""
                routes:
                  - name: browse
                    matches: [{path: {value: /a}}]
                    # what may differ
                    compare: # all of it
                      headers: [content-type] # only this
                      json:
                        ignore:
                          # since 2019
                          - {path: $.a, reason: "x"}
                          - {path: "$.generatedAt", reason: "clock"}
                    candidate: n
                """);
    }

    @Test
    void aRouteInBracesStaysInThemWhileItFits() throws Exception {
        assertThat(IgnoreRules.add(FILE, """
                routes:
                  - {name: a, matches: [{path: {value: /a}}], candidate: n} # short
                  - {name: other, matches: [{path: {value: /b}}], candidate: n}
                """, "a", List.of(CLOCK))).isEqualTo("""
                routes:
                  - # short
                    name: a
                    matches: [{path: {value: /a}}]
                    candidate: n
                    compare: {json: {ignore: [{path: "$.generatedAt", reason: "clock"}]}}
                  - {name: other, matches: [{path: {value: /b}}], candidate: n}
                """);
    }

    @Test
    void aPlaceThatIsIgnoredAlreadyChangesNothing() throws Exception {
        String once = IgnoreRules.add(
                FILE,
                "routes: [{name: a, candidate: n, matches: [{path: {value: /a}}]}]\r\n# end",
                "a",
                List.of(CLOCK, CLOCK));
        assertThat(once).containsOnlyOnce("generatedAt").contains("\r\n").endsWith("# end");
        assertThat(IgnoreRules.add(FILE, once, "a", List.of(new Rule("json", "path", "$.generatedAt", "other", null))))
                .isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    routes: [{name: b, candidate: n, matches: [{path: {value: /a}}]}] | 0 routes a (expected: one)
                    backends: [{name: a, url: "http://h"}]                            | 0 routes a (expected: one)
                    routes: [&r {name: a, candidate: n, matches: [{path: {value: /}}]}, *r] | an anchor
                    routes: [{name: a, candidate: n, matches: [{path: {value: /}}]}, {name: a, candidate: n, matches: [{path: {value: /}}]}] | 2 routes a (expected: one)
                    routes: [{name: a                                                 | well-formed YAML
                    routes: [{nam: a}]                                                | did you mean name?
                    """)
    void aFileWithoutExactlyThatRouteIsRefused(String text, String message) {
        assertThatThrownBy(() -> IgnoreRules.add(FILE, text, "a", List.of(CLOCK)))
                .hasMessageContaining(message);
    }

    @Test
    void anyReasonComesBackAsItWasGiven() throws Exception {
        String reason = "it's \"so\": {a, #b} \\ é😀 \t- x";
        Files.writeString(
                folder.resolve("rules.yaml"),
                IgnoreRules.add(FILE, """
                backends: [{name: legacy, url: "http://a", baseline: true}, {name: n, url: "http://b"}]
                routes: [{name: a, candidate: n, stage: complete, matches: [{path: {value: /a}}]}]
                """, "a", List.of(new Rule("text", "pattern", "[0-9]+ ms", reason, null))));
        assertThat(RulesFolder.read(folder).routes().getFirst().comparison().textIgnore())
                .containsExactly(new Compare.Ignored("[0-9]+ ms", reason, null));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void inAnyLayoutTheRulesAreAddedAndNothingElseChanges(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            String text = new RandomFile(random).text();
            try {
                RuleSet before = rules(text);
                String route = "r" + random.nextInt(before.routes().size());
                String written = IgnoreRules.add(FILE, text, route, List.of(BANNER, CLOCK));
                RuleSet after = rules(written);
                assertThat(comments(written)).containsExactlyInAnyOrderElementsOf(comments(text));
                assertThat(IgnoreRules.add(FILE, written, route, List.of(CLOCK)))
                        .isEqualTo(written);
                var ignored = compare(after, route).json().ignore();
                assertThat(ignored.getLast()).isEqualTo(new Compare.Ignored("$.generatedAt", "clock", null));
                assertThat(ignored.subList(0, ignored.size() - 1))
                        .isEqualTo(compare(before, route).json().ignore());
                assertThat(compare(after, route).html().ignore()).hasSize(1);
                assertThat(compare(after, route).headers())
                        .isEqualTo(compare(before, route).headers());
                assertThat(after.toString().replace(shown(after, route), shown(before, route)))
                        .isEqualTo(before.toString());
            } catch (RulesException | RuntimeException | AssertionError e) {
                throw new AssertionError("for seed " + seed + ", file " + i + "\n" + text, e);
            }
        }
    }

    private static Compare compare(RuleSet rules, String route) {
        return route(rules, route).comparison();
    }

    private static Route route(RuleSet rules, String name) {
        return rules.routes().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String shown(RuleSet rules, String route) {
        return "compare=" + route(rules, route).compare();
    }

    private RuleSet rules(String text) throws IOException, RulesException {
        Files.writeString(folder.resolve("rules.yaml"), text);
        return RulesFolder.read(folder);
    }

    private static List<String> comments(String text) {
        return COMMENT.matcher(text).results().map(each -> each.group()).toList();
    }
}
