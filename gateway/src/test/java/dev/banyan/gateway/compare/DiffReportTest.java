package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Compare;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiffReportTest {

    private static final Compare RULES = Replies.rules("""
            compare:
              json:
                ignore:
                  - {path: $.meta, reason: clock}
                  - {path: $.never, reason: was there once}
            """);

    private final Evidence evidence = new Evidence();

    @Test
    void theReportSaysWhatDiffersAndHowToIgnoreIt() {
        add("{\"items\":[{\"price\":1}]}", "{\"items\":[{\"price\":1}]}");
        add("{\"items\":[{\"price\":1},{\"price\":2}]}", "{\"items\":[{\"price\":1.5},{\"price\":2.5}]}");
        add("{\"items\":[{\"price\":1}],\"name\":\"a\"}", "{\"items\":[{\"price\":1}]}");
        evidence.of("catalog").addControl(Replies.compare(Replies.json("1"), Replies.json("2")));

        assertThat(DiffReport.text(evidence.snapshot("catalog"), RULES, 10)).isEqualTo("""
                route catalog: 3 compared, 1 alike, 0 alike by ignore rules, 2 different (1 breaking, 1 behavioural)
                  baseline asked twice: 1 times, differed from itself in 1

                breaking  json $.name  removed  in 1 comparisons
                  2026-11-25T12:00:00Z  GET /catalog
                  at $.name
                    baseline:  "a"
                    candidate: (nothing)

                behavioural  json $.items[*].price  value  in 1 comparisons
                  2026-11-25T12:00:00Z  GET /catalog
                  at $.items[0].price and 1 more places
                    baseline:  1
                    candidate: 1.5
                  to ignore it:
                    compare:
                      json:
                        ignore:
                          - {path: "$.items[*].price", reason: "TODO"}
                """);
    }

    @Test
    void theProposedRuleIsARuleThatIgnoresIt() {
        for (List<String> bodies : List.of(
                List.of("{\"a b\":{\"x'y\":1,\"z\":[{\"q\":1}]}}", "{\"a b\":{\"x'y\":1,\"z\":[{\"q\":2}]}}"),
                List.of("{\"1001\":{\"p\":1}}", "{\"1001\":{\"p\":2}}"),
                List.of("<main><p class=\"a b\">1</p></main>", "<main><p class=\"a b\">2</p></main>"),
                List.of("<main class=\"m\"><p>1</p></main>", "<main class=\"m\"><p>2</p></main>"),
                List.of("<main><div class=\"clock\">1</div>a</main>", "<main><div class=\"clock\">2</div>a</main>"),
                List.of(
                        "<main></main><form id=\"f\"><ul class=\"l\"><li class=\"n\">1",
                        "<main></main><form id=\"f\"><ul class=\"l\"><li class=\"n\">2"),
                List.of("<a><b>1</b></a>", "<a><b>2</b></a>"),
                List.of("<a><b n=\"1\"/></a>", "<a><b n=\"2\"/></a>"))) {
            String type = bodies.getFirst().startsWith("{")
                    ? "application/json"
                    : bodies.getFirst().startsWith("<main") ? "text/html" : "text/xml";
            Reply baseline = Replies.of(200, type, bodies.getFirst());
            Reply candidate = Replies.of(200, type, bodies.getLast());
            var differs = (Comparison.Differs) Replies.compare(baseline, candidate);
            IgnoreProposal proposal = of(differs.differences().getFirst()).orElseThrow();
            String yaml = IgnoreProposal.yaml(List.of(proposal), "rank is drawn \"by chance\": \\ \n#");

            Compare rules = Replies.rules(yaml);

            assertThat(Replies.text(Replies.compare(rules, baseline, candidate)))
                    .as(yaml)
                    .isEqualTo("alike by an ignore rule");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            application/json | 1                                  | 2
            application/json | {"list":[{"a":1}]}                 | {"list":[]}
            application/json | {"list":[1,2]}                     | {"list":[2,1]}
            application/json | {"a":1}                            | {}
            application/json | {"a":1}                            | {"a":"1"}
            text/html        | <body>one<p>x</p>                  | <body>two<p>x</p>
            text/html        | <main class="m">one<p>x</p></main> | <main class="m">two<p>x</p></main>
            text/html        | <body class="b">one<p>x</p>        | <body class="b">two<p>x</p>
            text/html        | <div>one<p>x</p></div>             | <div>two<p>x</p></div>
            text/html        | <div>one</div><div><p>x</p></div>  | <div>two</div><div><p>x</p></div>
            text/html        | <div class="w">one<p>x</p></div>   | <div class="w">two<p>x</p></div>
            text/html        | <p class="w">one<b>x</b></p>       | <p class="w">two<b>x</b></p>
            text/html        | <nav>one</nav>                     | <nav>two</nav>
            text/html        | <table><tr><td>one<td>x</table>    | <table><tr><td>two<td>x</table>
            text/html        | <ul><li>one<li>x</ul>              | <ul><li>two<li>x</ul>
            text/xml         | <a>one</a>                         | <a>two</a>
            text/xml         | <a><b>one<c/></b></a>              | <a><b>two<c/></b></a>
            application/json | {"list":[1,2]}                     | {"list":[1,3]}
            text/html        | <p>x</p><p>y</p>                   | <p>x</p>
            text/html        | <a href="/a">x</a>                 | <a href="/b">x</a>
            text/plain       | one                                | two
            """)
    void noRuleIsProposedThatWouldHideMoreThanAValue(String type, String baseline, String candidate) {
        var differs =
                (Comparison.Differs) Replies.compare(Replies.of(200, type, baseline), Replies.of(200, type, candidate));

        assertThat(differs.differences())
                .allSatisfy(each -> assertThat(of(each)).isEmpty());
    }

    /** Its fields are one path, as those of a map are; the clock among them would take all others with it. */
    @Test
    void noRuleIsProposedForAllFieldsOfAThingWithMany() {
        String fields = IntStream.range(0, 60)
                .mapToObj(i -> "\"f" + (char) ('a' + i / 26) + (char) ('a' + i % 26) + "\":1")
                .collect(Collectors.joining(","));
        for (int i = 0; i < 40; i++) {
            Comparison clock = Replies.compare(
                    Replies.json("{\"at\":1,\"price\":1," + fields + "}"),
                    Replies.json("{\"at\":2,\"price\":1," + fields + "}"));
            evidence.of("catalog").addControl(clock);
            evidence.of("catalog").add(clock, () -> new Sample(Replies.NOW, "GET /", side(), side()));
        }

        assertThat(evidence.snapshot("catalog").groups().getFirst().noise()).isEqualTo(Noise.NOISY);
        assertThat(IgnoreProposal.all(evidence.snapshot("catalog"))).isEmpty();
        assertThat(IgnoreProposal.forNoise(evidence.snapshot("catalog"))).isEmpty();
        assertThat(DiffReport.text(evidence.snapshot("catalog"), RULES, 10)).doesNotContain("ignore it");
    }

    private static Optional<IgnoreProposal> of(Difference difference) {
        return IgnoreProposal.of(difference.key(), difference.wide());
    }

    private static Sample.Side side() {
        return new Sample.Side(200, List.of(), "", 0);
    }

    @Test
    void ignoreRulesAreHeldToAccount() {
        for (int i = 0; i < IgnoreProposal.IDLE_MIN; i++) {
            add("{\"meta\":{\"at\":" + i + ",\"version\":1}}", "{\"meta\":{\"at\":0,\"version\":1}}");
        }
        assertThat(IgnoreProposal.complaints(RULES, evidence.snapshot("catalog")))
                .containsExactly(
                        "ignore $.meta: too broad, nothing ever differed at $.meta.version (would do: name only $.meta.at)",
                        "ignore $.never: hid nothing in 1000 comparisons (would do: remove it)");

        add("{\"meta\":{\"at\":1,\"version\":1}}", "{\"meta\":{\"at\":0}}");
        assertThat(IgnoreProposal.complaints(RULES, evidence.snapshot("catalog")))
                .contains(
                        "ignore $.meta: hides more than values, at $.meta.version: removed (would do: mend the candidate)");
    }

    @Test
    void noTextOfARequestOrReplyMovesTheCursor() {
        var comparer = Replies.comparer(RULES);
        Reply baseline = Replies.of(200, "text/plain", "a\u001b[2Jb");
        Reply candidate = Replies.of(200, "text/plain", "a\u009b2Jb\u0007");
        evidence.of("catalog")
                .add(
                        comparer.compare(baseline, candidate, Replies.NOW),
                        () -> comparer.sample(Replies.NOW, "GET /\u001b[2J", baseline, candidate));

        assertThat(DiffReport.text(evidence.snapshot("catalog"), RULES, 10).replace("\n", ""))
                .matches("[^\\p{Cntrl}\\x80-\\x9f]*")
                .contains("a?[2Jb");
    }

    private void add(String baseline, String candidate) {
        var comparer = Replies.comparer(RULES);
        Reply left = Replies.json(baseline);
        Reply right = Replies.json(candidate);
        evidence.of("catalog")
                .add(
                        comparer.compare(left, right, Replies.NOW),
                        () -> comparer.sample(Replies.NOW, "GET /catalog", left, right));
    }
}
