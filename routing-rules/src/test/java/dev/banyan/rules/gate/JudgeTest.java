package dev.banyan.rules.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Severity;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final Analysis ANALYSIS = new Analysis(
            2_000,
            Duration.ofMinutes(10),
            9_500,
            List.of(
                    new Gate.MismatchRate(Severity.BEHAVIOURAL, 50),
                    new Gate.ErrorRate(50, 200),
                    new Gate.Latency(95, 1.2, Duration.ofMillis(500))),
            Analysis.Tripwires.UNSET,
            Analysis.OnFail.UNSET,
            Analysis.OnInconclusive.UNSET);

    private static final Window HALF = new Window(Stage.LIVE, 5_000, true, Duration.ofHours(1));
    private static final Window SHADOW = new Window(Stage.SHADOW, 0, true, Duration.ofHours(1));

    private static SideCounts side(long requests, long errors) {
        return new SideCounts(
                requests, errors, Forecast.usualBaseline().latencies().scaledTo(requests));
    }

    private static Evidence evidence(SideCounts baseline, SideCounts candidate, Mismatches mismatches) {
        return new Evidence(baseline, candidate, mismatches);
    }

    @Test
    void nothingPassesOrFailsOnNoData() {
        for (Window window : List.of(HALF, SHADOW)) {
            Judgement judgement = Judge.judge(ANALYSIS, window, Evidence.NONE);
            assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(judgement.limits()).hasSize(5).allMatch(each -> each.verdict() == Verdict.INCONCLUSIVE);
        }
        assertThat(Judge.judge(ANALYSIS, HALF, Evidence.NONE).words())
                .isEqualTo("0 of 2,000 requests to the candidate");
        assertThat(Judge.judge(ANALYSIS, SHADOW, Evidence.NONE).words()).isEqualTo("0 of 2,000 compared pairs");
    }

    @Test
    void healthyCandidatePassesAndTheWordsSayOnWhat() {
        Judgement judgement =
                Judge.judge(ANALYSIS, HALF, evidence(side(6_000, 6), side(6_000, 7), new Mismatches(3_000, 1, 1, 40)));
        assertThat(judgement.verdict()).isEqualTo(Verdict.PASS);
        assertThat(judgement.limits())
                .extracting(LimitResult::words)
                .contains(
                        "mismatchRate: 2 of 3,000 compared pairs differ (behavioural or worse), 0.07%: surely within 0.5%",
                        "errorRate: candidate 0.12% of 6,000 requests, baseline 0.1% of 6,000 requests: surely within"
                                + " 0.5pp more than the baseline",
                        "errorRate: candidate 0.12% of 6,000 requests: surely within 2%");
    }

    @Test
    void oneBrokenLimitFailsAtOnceEvenBeforeMinRequests() {
        Judgement judgement = Judge.judge(
                ANALYSIS,
                new Window(Stage.LIVE, 5_000, true, Duration.ofSeconds(20)),
                evidence(side(300, 0), side(300, 60), Mismatches.NONE));
        assertThat(judgement.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judgement.words())
                .isEqualTo("errorRate: candidate 20% of 300 requests, baseline 0% of 300 requests: surely beyond 0.5pp"
                        + " more than the baseline");
    }

    @Test
    void bothMinRequestsAndMinDurationAreNeeded() {
        Evidence enough = evidence(side(6_000, 6), side(6_000, 7), new Mismatches(3_000, 0, 0, 0));
        Evidence tooFew = evidence(side(1_999, 0), side(1_999, 0), new Mismatches(30_000, 0, 0, 0));
        Window early = new Window(Stage.LIVE, 5_000, true, Duration.ofMinutes(9));
        assertThat(Judge.judge(ANALYSIS, HALF, enough).verdict()).isEqualTo(Verdict.PASS);
        assertThat(Judge.judge(ANALYSIS, early, enough).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(Judge.judge(ANALYSIS, HALF, tooFew).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void slowCandidateFails() {
        var slow = new SideCounts(3_000, 0, Latencies.of(Duration.ofMillis(400), 3_000));
        Judgement judgement = Judge.judge(ANALYSIS, HALF, evidence(side(3_000, 0), slow, Mismatches.NONE));
        assertThat(judgement.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judgement.words()).contains("latencyP95: candidate 40").contains("surely beyond 1.2 times");
    }

    @Test
    void splitThatIsNotTheOneAskedForInvalidatesTheGates() {
        Window one = new Window(Stage.LIVE, 100, false, Duration.ofHours(1));
        Judgement judgement = Judge.judge(
                ANALYSIS, one, evidence(side(40_000, 40), side(40_000, 40), new Mismatches(3_000, 0, 0, 0)));
        assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judgement.words()).startsWith("the candidate gets 50% of 80,000 requests where 1% were asked for");
    }

    @Test
    void splitWithinTwiceItsWeightIsBelieved() {
        Window one = new Window(Stage.LIVE, 100, false, Duration.ofHours(1));
        assertThat(SampleRatio.problem(evidence(side(98_600, 0), side(1_400, 0), Mismatches.NONE), one))
                .isEmpty();
        assertThat(SampleRatio.problem(evidence(side(10, 0), side(2, 0), Mismatches.NONE), one))
                .isEmpty();
        assertThat(SampleRatio.problem(evidence(side(100_000, 0), side(0, 0), Mismatches.NONE), one))
                .isPresent();
    }

    /** They stay on the baseline up to 100 %, so there they are many times the share that is left to it. */
    @Test
    void someCallersWithoutAKeyDoNotHoldUpTheLastSteps() {
        Window most = new Window(Stage.LIVE, 9_500, false, Duration.ofHours(1));
        assertThat(SampleRatio.problem(evidence(side(12_600, 0), side(87_400, 0), Mismatches.NONE), most))
                .as("8% have no key")
                .isEmpty();
        assertThat(SampleRatio.problem(evidence(side(62_000, 0), side(38_000, 0), Mismatches.NONE), most))
                .as("60% have no key")
                .isPresent();
        assertThat(SampleRatio.problem(evidence(side(1_000, 0), side(99_000, 0), Mismatches.NONE), most))
                .as("something serves the candidate to callers of the baseline")
                .isPresent();
    }

    @Test
    void mismatchesAreNotJudgedWhereNothingIsCompared() {
        Window uncompared = new Window(Stage.LIVE, 5_000, false, Duration.ofHours(1));
        assertThat(Judge.judge(ANALYSIS, uncompared, evidence(side(6_000, 6), side(6_000, 7), Mismatches.NONE))
                        .verdict())
                .isEqualTo(Verdict.PASS);
        Window shadow = new Window(Stage.SHADOW, 0, false, Duration.ofHours(1));
        assertThat(Judge.judge(ANALYSIS, shadow, evidence(side(6_000, 6), side(6_000, 7), Mismatches.NONE))
                        .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void pairsThatCannotBeComparedNeverLeadToAPassAndNeverToAFail() {
        Evidence equal = evidence(side(6_000, 6), side(6_000, 7), new Mismatches(3_000, 0, 0, 0, 2));
        assertThat(Judge.judge(ANALYSIS, HALF, equal).verdict()).isEqualTo(Verdict.PASS);
        Evidence unknown = evidence(side(6_000, 6), side(6_000, 7), new Mismatches(3_000, 0, 0, 0, 900));
        assertThat(Judge.judge(ANALYSIS, HALF, unknown).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(Judge.judge(ANALYSIS, HALF, unknown).words())
                .isEqualTo(
                        "mismatchRate: 0 of 3,000 compared pairs differ (behavioural or worse), 0%, and 900 could not be"
                                + " compared: not surely within or beyond 0.5%");
        Evidence wrong = evidence(side(6_000, 6), side(6_000, 7), new Mismatches(1_000, 30, 0, 0, 9_000));
        assertThat(Judge.judge(ANALYSIS, HALF, wrong).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(wrong.plus(unknown).minus(wrong).mismatches()).isEqualTo(unknown.mismatches());
    }

    @Test
    void countersThatWereReadAMomentApartDoNotContradictEachOther() {
        Evidence before = evidence(SideCounts.NONE, new SideCounts(10, 2, Latencies.NONE), new Mismatches(5, 0, 0, 0));
        Evidence after = evidence(SideCounts.NONE, new SideCounts(11, 4, Latencies.NONE), new Mismatches(5, 1, 0, 0));
        Evidence between = after.minus(before);
        assertThat(between.candidate().requests()).isEqualTo(2);
        assertThat(between.candidate().errors()).isEqualTo(2);
        assertThat(between.mismatches()).isEqualTo(new Mismatches(1, 1, 0, 0));
    }

    @Test
    void forecastIsWhatTheGatesThenNeed() {
        long needed = Forecast.requestsNeeded(ANALYSIS, HALF, Forecast.usualBaseline())
                .orElseThrow();
        assertThat(needed).isBetween(2_000L, 20_000L);
        assertThat(Judge.judge(
                                ANALYSIS,
                                HALF,
                                evidence(side(needed, 0), side(needed, 0), new Mismatches(needed, 0, 0, 0)))
                        .verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(Forecast.requestsNeeded(ANALYSIS, HALF, side(1_000, 50))).isEmpty();
    }

    private static final Gate LAG = new Gate.CdcLag(URI.create("http://a"), List.of(), Duration.ofSeconds(5), false);
    private static final Gate LAG_FAILS =
            new Gate.CdcLag(URI.create("http://b"), List.of(), Duration.ofSeconds(5), true);
    private static final Gate PARITY = new Gate.Parity(URI.create("http://c"), 0, Duration.ofHours(1), true);

    private static Observation read(double value, long beyondSeconds) {
        return new Observation(value, "read", Duration.ofSeconds(beyondSeconds));
    }

    private static Judgement judged(Gate gate, Map<Gate, Observation> observations) {
        var analysis = new Analysis(
                1,
                Duration.ZERO,
                9_500,
                List.of(gate),
                Analysis.Tripwires.UNSET,
                Analysis.OnFail.UNSET,
                Analysis.OnInconclusive.UNSET);
        return Judge.judge(analysis, HALF, evidence(side(10, 0), side(10, 0), Mismatches.NONE), observations);
    }

    @Test
    void whatIsReadOfOthersPassesWithinItsLimitHoldsBeyondItAndFailsOnlyWhereItMayAndLasts() {
        assertThat(judged(LAG, Map.of(LAG, read(5_000, 0))).verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged(LAG, Map.of(LAG, read(5_001, 3_600))).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judged(LAG_FAILS, Map.of(LAG_FAILS, read(5_001, 9))).verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        Judgement failed = judged(LAG_FAILS, Map.of(LAG_FAILS, read(5_001, 10)));
        assertThat(failed.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(failed.words()).isEqualTo("cdcLag: read: beyond 5000 ms");
        assertThat(judged(PARITY, Map.of(PARITY, read(0, 0))).verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged(PARITY, Map.of(PARITY, read(0.001, 10))).words()).isEqualTo("parity: read: beyond 0%");
    }

    @Test
    void withoutDataFromOthersNothingPassesOrFails() {
        for (Gate gate : List.of(LAG, LAG_FAILS, PARITY)) {
            assertThat(judged(gate, Map.of()).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            Judgement judgement = judged(gate, Map.of(gate, Observation.none("refused")));
            assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(judgement.words()).contains("no data: refused");
        }
    }

    @Test
    void gatesThatAskOthersNeedNoRequestsAndTakeNoConfidenceFromTheRest() {
        var with = new Analysis(
                1,
                Duration.ZERO,
                9_500,
                List.of(LAG, new Gate.ErrorRate(null, 200)),
                Analysis.Tripwires.UNSET,
                Analysis.OnFail.UNSET,
                Analysis.OnInconclusive.UNSET);
        var without = new Analysis(
                1,
                Duration.ZERO,
                9_500,
                List.of(new Gate.ErrorRate(null, 200)),
                Analysis.Tripwires.UNSET,
                Analysis.OnFail.UNSET,
                Analysis.OnInconclusive.UNSET);
        assertThat(Forecast.requestsNeeded(with, HALF, Forecast.usualBaseline()))
                .isPresent()
                .isEqualTo(Forecast.requestsNeeded(without, HALF, Forecast.usualBaseline()));
        assertThat(Forecast.needs(with, HALF, Forecast.usualBaseline()))
                .extracting(StepForecast.Need::limit)
                .containsExactly("minRequests", "errorRate");
    }
}
