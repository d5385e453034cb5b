package dev.banyan.gateway.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteCountsTest {

    private static final int THREADS = 40;
    private static final int EACH = 2_000;

    private static final Outcome SERVED =
            new Outcome("r", Side.CANDIDATE, "fig", 200, null, false, false, 4_000_000, false);
    private static final Outcome FELL_BACK =
            new Outcome("r", Side.CANDIDATE, "legacy", 200, Failure.TIMEOUT, true, false, 30_000_000, false);
    private static final Outcome FAILED =
            new Outcome("r", Side.BASELINE, "legacy", 503, Failure.STATUS_503, false, false, 11_000_000_000L, false);
    private static final Outcome LEFT = new Outcome("r", Side.BASELINE, "legacy", 0, null, false, true, 0, false);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Traffic traffic = new Traffic(meters);
    private final CountsByPlace counts = new CountsByPlace(1);

    private void add(Outcome outcome) {
        traffic.add(outcome, counts, 0);
    }

    @Test
    void countsBySideBackendStatusAndReason() {
        List.of(SERVED, FELL_BACK, FAILED, LEFT).forEach(this::add);

        RouteCounts found = traffic.of("r");
        assertThat(found.assigned(Side.CANDIDATE)).isEqualTo(2);
        assertThat(found.assigned(Side.BASELINE)).isEqualTo(2);
        assertThat(found.errors(Side.CANDIDATE)).isEqualTo(1);
        assertThat(found.errors(Side.BASELINE)).isEqualTo(1);
        assertThat(found.served()).isEqualTo(Map.of("fig", 1L, "legacy", 2L));
        assertThat(found.statuses()).isEqualTo(Map.of("2xx", 2L, "5xx", 1L));
        assertThat(found.failures()).isEqualTo(Map.of("timeout", 1L, "status_503", 1L));
        assertThat(found.fallbacks()).isEqualTo(1);
        assertThat(found.aborted()).isEqualTo(1);
        assertThat(found.meanHeadMillis(Side.CANDIDATE)).isEqualTo(17);
    }

    @Test
    void losesNothingOfMoreThreadsThanHaveNumbersOfTheirOwn() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < EACH; n++) {
                    add(n % 2 == 0 ? SERVED : FELL_BACK);
                }
            }));
        }
        for (Thread each : threads) {
            each.join();
        }

        RouteCounts found = traffic.of("r");
        assertThat(found.assigned(Side.CANDIDATE)).isEqualTo(THREADS * EACH);
        assertThat(found.served()).isEqualTo(Map.of("fig", THREADS * EACH / 2L, "legacy", THREADS * EACH / 2L));
        assertThat(found.fallbacks()).isEqualTo(THREADS * EACH / 2);
    }

    @Test
    void countsOfARouteGoOnUnderItsNameWhenItsPlaceIsAnother() {
        traffic.add(SERVED, counts, 0);
        traffic.add(SERVED, new CountsByPlace(3), 2);
        traffic.add(new Outcome("s", Side.CANDIDATE, "fig", 200, null, false, false, 1, false), counts, -1);

        assertThat(traffic.of("r").assigned(Side.CANDIDATE)).isEqualTo(2);
        assertThat(traffic.of("s").assigned(Side.CANDIDATE)).isEqualTo(1);
    }

    @Test
    void tellsPrometheusAllOfIt() {
        List.of(SERVED, FELL_BACK, FAILED, LEFT).forEach(this::add);
        traffic.refused(400);

        assertThat(meters.scrape().lines())
                .contains(
                        "# TYPE banyan_requests_total counter",
                        "banyan_requests_total{assigned=\"candidate\",route=\"r\"} 2.0",
                        "banyan_errors_total{assigned=\"baseline\",route=\"r\"} 1.0",
                        "banyan_served_total{backend=\"legacy\",route=\"r\"} 2.0",
                        "banyan_replies_total{route=\"r\",status=\"5xx\"} 1.0",
                        "banyan_failures_total{reason=\"timeout\",route=\"r\"} 1.0",
                        "banyan_failures_total{reason=\"reset\",route=\"r\"} 0.0",
                        "banyan_fallbacks_total{route=\"r\"} 1.0",
                        "banyan_aborted_total{route=\"r\"} 1.0",
                        "banyan_refused_total{status=\"400\"} 1.0",
                        "# TYPE banyan_reply_head_seconds histogram",
                        "banyan_reply_head_seconds_bucket{assigned=\"candidate\",route=\"r\",le=\"0.005\"} 1",
                        "banyan_reply_head_seconds_bucket{assigned=\"candidate\",route=\"r\",le=\"0.1\"} 2",
                        "banyan_reply_head_seconds_bucket{assigned=\"baseline\",route=\"r\",le=\"10.0\"} 0",
                        "banyan_reply_head_seconds_bucket{assigned=\"baseline\",route=\"r\",le=\"+Inf\"} 1",
                        "banyan_reply_head_seconds_count{assigned=\"candidate\",route=\"r\"} 2",
                        "banyan_reply_head_seconds_sum{assigned=\"candidate\",route=\"r\"} 0.034");
    }
}
