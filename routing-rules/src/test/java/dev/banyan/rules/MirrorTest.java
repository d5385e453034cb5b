package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which requests are also sent to the other side. */
final class MirrorTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: catalog, url: "http://localhost:8082"}
            cohorts:
              - {name: shopper, key: [{header: X-Customer-Id}], salt: s}
            routes:
              - name: browse
                matches: [{path: {value: /catalog}}]
                candidate: catalog
                cohort: shopper
                rewrite: {path: {type: ReplacePrefixMatch, value: /v2}}
                mirror: {percent: PERCENT, reverse: REVERSE}
                analysis: {minRequests: 1, gates: [{metric: mismatchRate, max: 1%}]}
                steps: [{stage: shadow}, {setWeight: 50%}, {stage: complete}]
            """;

    private static RoutingTable table(int percent, boolean reverse, Standpoint at, int chance) throws Exception {
        RuleSet rules = Rules.parse(RULES.replace("PERCENT", "" + percent).replace("REVERSE", "" + reverse));
        return RoutingTable.compile(rules, new FixedChance("key", chance)).at(rules, Map.of("browse", at));
    }

    private static Decision.Routed decide(RoutingTable table, String method, @Nullable String customer) {
        String[] headers = customer == null ? new String[0] : new String[] {"X-Customer-Id: " + customer};
        RequestFacts facts = Rules.request(method + " /catalog/7", headers);
        return (Decision.Routed) table.decide(facts);
    }

    @Test
    void atStageShadowTheCandidateIsAskedForWhatItWouldBeAskedForLive() throws Exception {
        RoutingTable table = table(100, false, new Standpoint(Stage.SHADOW, 0), 0);
        Decision.Routed routed = decide(table, "GET", "ann");
        assertThat(routed.backend().name()).isEqualTo("legacy");
        assertThat(routed.rewritten()).isNull();
        assertThat(routed.copy())
                .isEqualTo(new Decision.Copy(
                        table.rules().backend("catalog").orElseThrow(),
                        Side.CANDIDATE,
                        new Decision.Rewritten(null, "/v2/7")));
    }

    @Test
    void stepsThatHaveNotBegunAndStagesWithoutTwoSidesMirrorNothing() throws Exception {
        for (Stage stage : new Stage[] {Stage.OFF, Stage.COMPLETE}) {
            assertThat(decide(table(100, true, new Standpoint(stage, 0), 0), "GET", "ann")
                            .copy())
                    .isNull();
        }
        RoutingTable asWritten =
                RoutingTable.compile(Rules.parse(RULES.replace("PERCENT", "100").replace("REVERSE", "false")));
        assertThat(decide(asWritten, "GET", "ann").copy()).isNull();
    }

    @Test
    void onlyTheMethodsSaidAreMirrored() throws Exception {
        RoutingTable table = table(100, true, new Standpoint(Stage.SHADOW, 0), 0);
        assertThat(decide(table, "HEAD", "ann").copy()).isNotNull();
        assertThat(decide(table, "POST", "ann").copy()).isNull();
        assertThat(decide(table, "OPTIONS", "ann").copy()).isNull();
    }

    @Test
    void whileTheCandidateServesTheBaselineIsAskedOnlyWhereTheRouteSaysSo() throws Exception {
        Standpoint everyone = new Standpoint(Stage.LIVE, 10_000);
        assertThat(decide(table(100, false, everyone, 0), "GET", "ann").copy()).isNull();
        Decision.Routed routed = decide(table(100, true, everyone, 0), "GET", "ann");
        assertThat(routed.backend().name()).isEqualTo("catalog");
        assertThat(routed.copy())
                .isEqualTo(new Decision.Copy(
                        table(100, true, everyone, 0).rules().backend("legacy").orElseThrow(), Side.BASELINE, null));
    }

    @Test
    void noWriteIsDoneAgainOnTheBaselineUnlessThatChangesNothing() throws Exception {
        for (String writes : List.of("sandboxed", "idempotent")) {
            RuleSet rules = Rules.parse(
                    RULES.replace("percent: PERCENT", "percent: 100, methods: [GET, POST], writes: " + writes)
                            .replace("REVERSE", "true"));
            RoutingTable live = RoutingTable.compile(rules, new FixedChance("key", 0))
                    .at(rules, Map.of("browse", new Standpoint(Stage.LIVE, 10_000)));
            assertThat(decide(live, "GET", "ann").copy()).isNotNull();
            assertThat(decide(live, "POST", "ann").copy() != null).isEqualTo(writes.equals("idempotent"));
            RoutingTable shadow = RoutingTable.compile(rules, new FixedChance("key", 0))
                    .at(rules, Map.of("browse", new Standpoint(Stage.SHADOW, 0)));
            assertThat(decide(shadow, "POST", "ann").copy()).isNotNull();
        }
    }

    @Test
    void aPersonIsMirroredOrNotAndThePercentIsKept() throws Exception {
        RoutingTable table = table(20, false, new Standpoint(Stage.SHADOW, 0), 0);
        int mirrored = 0;
        for (int i = 0; i < 10_000; i++) {
            boolean first = decide(table, "GET", "customer-" + i).copy() != null;
            assertThat(decide(table, "GET", "customer-" + i).copy() != null).isEqualTo(first);
            mirrored += first ? 1 : 0;
        }
        assertThat(mirrored).isBetween(1_880, 2_120); // 3 sigma
    }

    @Test
    void whoIsMirroredSaysNothingOfWhoMovesFirst() throws Exception {
        RoutingTable table = table(20, true, new Standpoint(Stage.LIVE, 5_000), 0);
        int moved = 0;
        int movedAndMirrored = 0;
        for (int i = 0; i < 10_000; i++) {
            Decision.Routed routed = decide(table, "GET", "customer-" + i);
            moved += routed.side() == Side.CANDIDATE ? 1 : 0;
            movedAndMirrored += routed.side() == Side.CANDIDATE && routed.copy() != null ? 1 : 0;
        }
        assertThat((double) movedAndMirrored / moved).isBetween(0.17, 0.23);
    }

    @Test
    void aCallerWithoutAKeyIsMirroredByChance() throws Exception {
        Standpoint shadow = new Standpoint(Stage.SHADOW, 0);
        assertThat(decide(table(20, false, shadow, 1_999), "GET", null).copy()).isNotNull();
        assertThat(decide(table(20, false, shadow, 2_000), "GET", null).copy()).isNull();
    }
}
