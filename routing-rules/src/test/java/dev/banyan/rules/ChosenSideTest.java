package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes before the bucket: the schedule, overrides, and callers with a side of their own. */
final class ChosenSideTest {

    private static final String RULES = """
            trustedNetworks: [10.0.0.0/8]
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: catalog, url: "http://localhost:8082"}
            cohorts:
              - name: shopper
                key: [{header: X-Customer-Id}, {generateCookie: banyan_id}]
                salt: shop-2026
                overrides:
                  - {header: X-Banyan-Side, value: candidate, to: candidate}
                  - {header: X-Banyan-Side, value: baseline, to: baseline}
                  - {cookie: side, value: legacy, to: baseline}
                assign:
                  - {keys: [acme, globex], to: candidate}
                  - {keys: [initech], to: baseline}
              - {name: plain, key: [{generateCookie: banyan_id}], salt: shop-2026}
            routes:
              - name: browse
                matches: [{path: {value: /catalog}}]
                candidate: catalog
                cohort: shopper
            """;

    private static Decision.Routed decide(String route, boolean trusted, Instant at, String... headers)
            throws RulesException {
        return (Decision.Routed) RoutingTable.compile(Rules.parse(RULES + route.indent(4)))
                .decide(Rules.request("GET /catalog", trusted, at, headers));
    }

    private static Decision.Routed decide(String route, boolean trusted, String... headers) throws RulesException {
        return decide(route, trusted, Instant.EPOCH, headers);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            0%,   true,  X-Banyan-Side: candidate,  CANDIDATE, OVERRIDE
            0%,   false, X-Banyan-Side: candidate,  BASELINE,  WEIGHT
            100%, true,  X-Banyan-Side: baseline,   BASELINE,  OVERRIDE
            100%, true,  Cookie: side=legacy,       BASELINE,  OVERRIDE
            100%, false, Cookie: side=legacy,       CANDIDATE, WEIGHT
            100%, true,  Cookie: side=Legacy,       CANDIDATE, WEIGHT
            0%,   true,  X-Banyan-Side: ,           BASELINE,  WEIGHT
            0%,   false, X-Customer-Id: acme,       CANDIDATE, ASSIGNMENT
            0%,   true,  X-Customer-Id: globex,     CANDIDATE, ASSIGNMENT
            100%, false, X-Customer-Id: initech,    BASELINE,  ASSIGNMENT
            100%, false, X-Customer-Id: Initech,    CANDIDATE, WEIGHT
            0%,   false, Cookie: banyan_id=acme,    CANDIDATE, ASSIGNMENT
            """)
    void overridesAreBelievedFromTrustedNetworksAndAssignedCallersHaveTheirSide(
            String weight, boolean trusted, String header, Side side, ChosenBy by) throws Exception {
        Decision.Routed routed = decide("stage: live\nweight: " + weight, trusted, header);
        assertThat(routed.side()).isEqualTo(side);
        assertThat(routed.choice().by()).isEqualTo(by);
    }

    @Test
    void theFirstOverrideThatHoldsWinsAndOverridesGoBeforeAssignedCallers() throws Exception {
        String[] headers = {"X-Banyan-Side: candidate", "Cookie: side=legacy", "X-Customer-Id: initech"};
        assertThat(decide("stage: live\nweight: 0%", true, headers).side()).isEqualTo(Side.CANDIDATE);
        assertThat(decide("stage: live\nweight: 0%", false, headers).choice().by())
                .isEqualTo(ChosenBy.ASSIGNMENT);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'stage: off',      BASELINE
            'stage: shadow',   BASELINE
            'stage: complete', CANDIDATE
            """)
    void atOtherStagesThereIsOneSideForEveryone(String stage, Side side) throws Exception {
        for (String header :
                new String[] {"X-Banyan-Side: candidate", "X-Banyan-Side: baseline", "X-Customer-Id: acme"}) {
            Decision.Routed routed = decide(stage, true, header);
            assertThat(routed.side()).isEqualTo(side);
            assertThat(routed.choice().by()).isEqualTo(ChosenBy.STAGE);
            assertThat(routed.split()).isFalse();
        }
    }

    @Test
    void noSharedCacheKeepsWhatOthersGetDifferently() throws Exception {
        assertThat(decide("stage: live\nweight: 0%", false, "X-Customer-Id: 7").split())
                .as("others are assigned")
                .isTrue();
        assertThat(decide("stage: live\nweight: 100%", true, "X-Banyan-Side: baseline")
                        .split())
                .isTrue();
        assertThat(decide("stage: live\nweight: 0%", false, "Sec-Fetch-Mode: navigate")
                        .issue())
                .as("a cookie of ours is never among the assigned keys")
                .isNull();
        RoutingTable plain = RoutingTable.compile(Rules.parse(
                RULES.replace("cohort: shopper\n", "cohort: plain\n") + "    stage: live\n    weight: 0%\n"));
        assertThat(((Decision.Routed) plain.decide(Rules.request("GET /catalog"))).split())
                .isFalse();
    }

    @Test
    void theBucketOfAForcedCallerIsStillTheirs() throws Exception {
        int bucket = CohortHash.bucket("shop-2026", "acme");
        assertThat(decide("stage: live\nweight: 0%", false, "X-Customer-Id: acme")
                        .bucket())
                .isEqualTo(bucket);
        assertThat(decide("stage: live\nweight: 0%", true, "X-Customer-Id: acme", "X-Banyan-Side: candidate")
                        .bucket())
                .isEqualTo(bucket);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            2026-12-01T06:59:59.999Z, BASELINE,  SCHEDULE
            2026-12-01T07:00:00Z,     CANDIDATE, STAGE
            2026-12-23T23:59:59.999Z, CANDIDATE, STAGE
            2026-12-24T00:00:00Z,     BASELINE,  SCHEDULE
            """)
    void outsideOfItsScheduleARouteStandsAsAtStageOff(Instant at, Side side, ChosenBy by) throws Exception {
        Decision.Routed routed = decide("""
                stage: complete
                schedule: {from: "2026-12-01T08:00:00+01:00", until: "2026-12-24T00:00:00Z"}
                """, false, at);
        assertThat(routed.side()).isEqualTo(side);
        assertThat(routed.choice().by()).isEqualTo(by);
        assertThat(routed.route()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'from: "2026-12-01T08:00Z"',  2026-12-01T07:59:59Z, BASELINE
            'from: "2026-12-01T08:00Z"',  2999-01-01T00:00:00Z, CANDIDATE
            'until: "2026-12-01T08:00Z"', 1970-01-01T00:00:00Z, CANDIDATE
            'until: "2026-12-01T08:00Z"', 2026-12-01T08:00:00Z, BASELINE
            """)
    void aScheduleMayBeOpenAtOneEnd(String bound, Instant at, Side side) throws Exception {
        assertThat(decide("stage: complete\nschedule: {" + bound + "}", false, at)
                        .side())
                .isEqualTo(side);
    }

    @Test
    void theRoutesTimeAndFiltersAreTheCandidatesOnly() throws Exception {
        String route = """
                stage: live
                weight: 0%
                timeouts: {request: 3s}
                filters: ["AddRequestHeader=X-Fig, 1"]
                """;
        Decision.Routed candidate = decide(route, false, "X-Customer-Id: acme");
        assertThat(candidate.requestTimeout()).hasSeconds(3);
        assertThat(candidate.filters()).extracting(FilterCall::text).containsExactly("AddRequestHeader=X-Fig, 1");
        Decision.Routed baseline = decide(route, false, "X-Customer-Id: initech");
        assertThat(baseline.requestTimeout()).hasSeconds(30);
        assertThat(baseline.filters()).isEmpty();
    }
}
