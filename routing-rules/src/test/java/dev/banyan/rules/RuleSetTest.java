package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RuleSetTest {

    private static final Route BROWSE =
            Rules.route("browse", Stage.COMPLETE, 0, Match.path(Match.Path.prefix("/catalog")));

    private static RuleSet rules(Route... routes) {
        Cohort shopper = new Cohort("shopper", List.of(new Cohort.Key.Cookie("uid")), "x");
        return RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(shopper), List.of(routes));
    }

    @Test
    void withoutRulesEverythingGoesToTheBaseline() throws Exception {
        RoutingTable table = RoutingTable.compile(RuleSet.passThrough(URI.create("https://legacy.example.com/")));
        var routed = (Decision.Routed) table.decide(Rules.request("DELETE /any/thing?x"));
        assertThat(routed.backend().url()).hasToString("https://legacy.example.com");
        assertThat(routed.side()).isEqualTo(Side.BASELINE);
        assertThat(routed.route()).isNull();
        assertThat(routed.mayFallBack()).isFalse();
    }

    @Test
    void aBackendCanBeMovedToAnotherAddress() throws Exception {
        RuleSet moved = rules(BROWSE).withBackendUrl("catalog", URI.create("http://127.0.0.1:9"));
        var routed = (Decision.Routed) RoutingTable.compile(moved).decide(Rules.request("GET /catalog"));
        assertThat(routed.backend().url()).hasToString("http://127.0.0.1:9");
        assertThat(moved.hash()).isNotEqualTo(rules(BROWSE).hash());
        assertThatThrownBy(() -> rules(BROWSE).withBackendUrl("other", URI.create("http://127.0.0.1:9")))
                .hasMessage("backend: other (expected: one of [legacy, catalog])");
    }

    @Test
    void aRouteThatLacksWhatItNeedsToStandSomewhereStaysWhereItsFileSays() {
        Route gone = Route.named("gone").stage(Stage.RETIRED).build();
        RuleSet moved = rules(gone, BROWSE).at(Map.of("gone", Standpoint.BASELINE, "browse", Standpoint.BASELINE));
        assertThat(moved.routes()).extracting(Route::stage).containsExactly(Stage.RETIRED, Stage.OFF);
    }

    @Test
    void rulesThatSayTheSameAreEqualInAnyOrder() {
        Route other = Rules.route("other", Stage.OFF, 0, Match.path(Match.Path.exact("/x")));
        assertThat(rules(BROWSE, other)).isEqualTo(rules(other, BROWSE)).hasSameHashCodeAs(rules(other, BROWSE));
        assertThat(rules(BROWSE, other)).isNotEqualTo(rules(BROWSE));
        assertThat(rules(BROWSE, other).hash()).matches("[0-9a-f]{16}");
    }

    @Test
    void rulesMadeByAProgramAreCheckedWhenTheyAreCompiled() {
        Route lost = Route.named("lost").candidate("catalgo").cohort("shoppers").build();
        RuleSet broken = RuleSet.of(List.of(Rules.CATALOG, Rules.CATALOG), List.of(), List.of(BROWSE, BROWSE, lost));
        assertThatThrownBy(() -> RoutingTable.compile(broken))
                .isInstanceOfSatisfying(RulesException.class, e -> assertThat(e.problems())
                        .extracting(Problem::where)
                        .containsExactlyInAnyOrder(
                                "backends",
                                "backends[catalog].name",
                                "routes[browse].name",
                                "routes[browse].cohort",
                                "routes[lost].candidate",
                                "routes[lost].cohort"));
    }

    @Test
    void theModelRefusesWhatNoFileCouldSay() {
        assertThatThrownBy(() -> Match.Path.exact("no-slash")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Match.Path.regularExpression("(")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Match.Field.RegularExpression("a", "("))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backend.baseline("Legacy", URI.create("http://x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backend.baseline("legacy", URI.create("http://x/path")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Backend.Timeouts(Duration.ZERO, Duration.ofSeconds(1), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Cohort("a", List.of(), "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Route.named("a")
                        .candidate("catalog")
                        .stage(Stage.LIVE)
                        .weight(500)
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            0%,      0
            0.01%,   1
            0.1%,    10
            0.25%,   25
            5%,      500
            99.99%,  9999
            100%,    10000
            100.00%, 10000
            """)
    void percentagesAreWholeBasisPoints(String text, int expected) {
        assertThat(Quantities.isPercent(text)).isTrue();
        assertThat(Quantities.basisPoints(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.001%", "100.01%", "101%", "-1%", "5", "5 %", "%", ".5%", "5.%", "1e1%", "٥%"})
    void otherPercentagesAreRefused(String text) {
        assertThat(Quantities.isPercent(text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            500ms,       PT0.5S
            5s,          PT5S
            1h30m,       PT1H30M
            1m1s1ms,     PT1M1.001S
            2m500ms,     PT2M0.5S
            99999ms,     PT1M39.999S
            """)
    void durationsAreThoseOfTheGatewayApi(String text, Duration expected) {
        assertThat(Quantities.isDuration(text)).isTrue();
        assertThat(Quantities.duration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5S", "1.5s", "-1s", "100000s", "1d", "", "1h1h1h1h1h", "s"})
    void otherDurationsAreRefused(String text) {
        assertThat(Quantities.isDuration(text)).isFalse();
    }
}
