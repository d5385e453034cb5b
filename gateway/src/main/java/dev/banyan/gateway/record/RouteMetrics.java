package dev.banyan.gateway.record;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.rules.Side;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The counts of all routes as Prometheus asks for them: nothing stands ready for that, so that a route without a reader costs little. */
final class RouteMetrics implements MultiCollector {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double[] HEAD_SECONDS_MAX = headSecondsMax();

    private final Map<String, RouteCounts> byRoute;

    RouteMetrics(Map<String, RouteCounts> byRoute) {
        this.byRoute = byRoute;
    }

    private static double[] headSecondsMax() {
        double[] bounds = Arrays.stream(Tally.HEAD_NANOS_MAX)
                .mapToDouble(nanos -> nanos / NANOS_PER_SECOND)
                .toArray();
        double[] all = Arrays.copyOf(bounds, bounds.length + 1);
        all[bounds.length] = Double.POSITIVE_INFINITY;
        return all;
    }

    @Override
    public MetricSnapshots collect() {
        var requests = CounterSnapshot.builder().name("banyan_requests");
        var errors = CounterSnapshot.builder().name("banyan_errors");
        var heads = HistogramSnapshot.builder().name("banyan_reply_head_seconds");
        var failures = CounterSnapshot.builder().name("banyan_failures");
        var fallbacks = CounterSnapshot.builder().name("banyan_fallbacks");
        var aborted = CounterSnapshot.builder().name("banyan_aborted");
        var served = CounterSnapshot.builder().name("banyan_served");
        var replies = CounterSnapshot.builder().name("banyan_replies");
        byRoute.forEach((route, counts) -> {
            Labels of = Labels.of("route", route);
            for (Side side : Side.values()) {
                long[] sums = counts.sums(side);
                Labels ofSide = of.add("assigned", word(side));
                requests.dataPoint(count(ofSide, sums[Tally.REQUESTS]));
                errors.dataPoint(count(ofSide, sums[Tally.ERRORS]));
                heads.dataPoint(heads(ofSide, sums));
            }
            long[] sums = counts.sums();
            for (Failure each : Failure.values()) {
                failures.dataPoint(count(of.add("reason", word(each)), sums[Tally.placeOf(each)]));
            }
            fallbacks.dataPoint(count(of, sums[Tally.FALLBACKS]));
            aborted.dataPoint(count(of, sums[Tally.ABORTED]));
            counts.served().forEach((backend, count) -> served.dataPoint(count(of.add("backend", backend), count)));
            counts.statuses().forEach((status, count) -> replies.dataPoint(count(of.add("status", status), count)));
        });
        return MetricSnapshots.of(
                requests.build(),
                errors.build(),
                heads.build(),
                failures.build(),
                fallbacks.build(),
                aborted.build(),
                served.build(),
                replies.build());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static CounterDataPointSnapshot count(Labels labels, long count) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) count)
                .build();
    }

    private static HistogramDataPointSnapshot heads(Labels labels, long[] sums) {
        long[] counts = Arrays.copyOfRange(sums, Tally.HEADS, Tally.STATUSES);
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(HEAD_SECONDS_MAX, counts))
                .sum(sums[Tally.HEAD_NANOS] / NANOS_PER_SECOND)
                .build();
    }
}
