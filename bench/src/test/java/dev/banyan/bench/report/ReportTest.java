package dev.banyan.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.banyan.bench.measure.Machine;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    private static final Machine MACHINE = new Machine(2, 4096, "any", "Linux", "25");

    private final Results results = new Results();

    private static Header header(double othersBusy) {
        return new Header(
                "2026-11-25T10:00:00Z",
                "abc1234",
                "./banyan bench",
                1,
                3,
                2,
                false,
                MACHINE,
                0.1,
                othersBusy,
                Map.of("banyan", "ours"));
    }

    private void tiny(String peer, double... requests) {
        results.begin("tiny", "reply of 16 bytes");
        for (var value : requests) {
            results.add("tiny", peer, Measure.REQUESTS, value);
        }
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        var series = new Series(List.of(4.0, 1.0, 3.0, 9.0));
        assertThat(series.median()).isEqualTo(3.5);
        assertThat(series.min()).isEqualTo(1.0);
        assertThat(series.max()).isEqualTo(9.0);
    }

    @Test
    void whoFailsInACaseHasNoFiguresThereAndThePageSaysSo() {
        tiny("banyan", 30_000);
        tiny("stock", 7_000);
        results.drop("tiny", "stock", "reply \"HTTP/1.1 500\" (expected: 200)");
        assertThat(Markdown.of(header(0), results))
                .contains("| banyan | 30,000 |")
                .doesNotContain("| stock |")
                .contains("- tiny on stock: reply \"HTTP/1.1 500\" (expected: 200)");
    }

    @Test
    void aPageHasMediansSpreadsRatiosAndGoals() {
        tiny("banyan", 30_000, 28_000, 29_000);
        tiny("stock", 7_000, 8_000, 9_000);
        tiny("vertx", 28_000);
        results.skip("nginx", "no nginx on the PATH");
        assertThat(Markdown.of(header(0.02), results))
                .contains("Other programs took 2 % of the machine while we measured.")
                .contains("| banyan | 29,000 (28,000..30,000) |  |")
                .contains("| stock | 8,000 (7,000..9,000) | 3.63 |")
                .contains("| vertx | 28,000 | 1.04 |")
                .contains("| tiny: at least 3.5 times the requests/s of stock | 3.63 | yes |")
                .contains("| tiny: at least 1.1 times the requests/s of vertx | 1.04 | **no** |")
                .contains("| tiny: at least 1.0 times the requests/s of nginx | not measured |  |")
                .contains("- nginx: no nginx on the PATH");
    }

    @Test
    void aPageSaysWhatSharedCoresAllow() {
        tiny("banyan", 30_000);
        assertThat(Markdown.of(header(0), results)).doesNotContain("on shared cores");
        results.add("tiny", "banyan", Measure.CPU, 14);
        results.add("tiny", "stock", Measure.CPU, 70);
        for (var peer : List.of("direct", "banyan", "stock")) {
            results.add("tiny", peer, Measure.CPU_UPSTREAM, 5);
            results.add("tiny", peer, Measure.CPU_LOAD, 6);
        }
        assertThat(Markdown.of(header(0), results))
                .contains("one: 11.0 µs a request", "would take 22.0 µs", "with stock they take 81.0:")
                .contains("more than about 3.7 times", "Banyan's processor time allows 3.2 times.");
    }

    @Test
    void aRunBesideOtherProgramsIsCalledNoisy() {
        tiny("banyan", 30_000);
        assertThat(Markdown.of(header(0.4), results)).contains("**Noisy: while we measured, other programs took 40 %");
    }

    @Test
    void jsonHasEveryValue() {
        tiny("banyan", 30_000, 28_000, 29_000);
        var json = new JsonMapper().readTree(Json.of(header(0), results));
        var figure = json.get("figures").get(0);
        assertThat(figure.get("peer").asString()).isEqualTo("banyan");
        assertThat(figure.get("values").size()).isEqualTo(3);
        assertThat(figure.get("median").asDouble()).isCloseTo(29_000, within(0.1));
        assertThat(json.get("noisy").asBoolean()).isFalse();
        assertThat(json.get("goals").get(0).get("met").asString()).isEqualTo("not measured");
    }
}
