package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** How the bridge is doing, in numbers. */
final class BridgeMeters {

    private static final double[] PERCENTILES = {0.5, 0.95, 0.99};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final String bridge;
    private final Progress progress;
    private final Timer commitToPublish;

    /** Numbers of {@code progress}, of the bridge called {@code bridge}. */
    BridgeMeters(String bridge, Progress progress) {
        this.bridge = bridge;
        this.progress = progress;
        counter("banyan.bridge.transactions", "transactions delivered", Progress::transactions);
        counter("banyan.bridge.rows", "changed rows delivered", Progress::rows);
        counter("banyan.bridge.events", "events acknowledged by the hub", Progress::events);
        counter(
                "banyan.bridge.repeated.transactions",
                "transactions sent again, dropped",
                Progress::repeatedTransactions);
        counter("banyan.bridge.suppressed.events", "events mapped again, not sent", Progress::suppressedEvents);
        counter("banyan.bridge.backfill.rows", "rows read by backfills", Progress::backfillRows);
        counter(
                "banyan.bridge.backfill.dropped",
                "rows read by backfills, older than known",
                Progress::backfillRowsDropped);
        counter("banyan.bridge.engine.starts", "starts of the engine", Progress::engineStarts);
        counter("banyan.bridge.hub.failures", "failed calls of the hub", Progress::hubFailures);
        Gauge.builder("banyan.bridge.lag.bytes", progress, Progress::lagBytes)
                .description("bytes of log not yet delivered")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.lag.seconds", progress, BridgeMeters::lagSeconds)
                .description("for how long at most something has waited to be delivered")
                .tag("bridge", bridge)
                .register(registry);
        counter(
                "banyan.bridge.spooled.transactions",
                "transactions that went to the spool",
                Progress::spooledTransactions);
        Gauge.builder("banyan.bridge.spool.bytes", progress, Progress::spoolBytes)
                .description("bytes on the disk of what waits for the hub")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.slot.log.percent", progress, Progress::logPercent)
                .description("share of max_slot_wal_keep_size that the slot holds back")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.waiting.aggregates", progress, Progress::waitingAggregates)
                .description("aggregates that wait because the mapping had no answer")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.paused.tables", progress, it -> it.pausedTables()
                        .size())
                .description("tables that do not fit the mapping, and wait")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.open.transaction.rows", progress, Progress::openRows)
                .description("rows of a transaction whose end has not come")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.healthy", progress, it -> Health.isFlowing(it) ? 1 : 0)
                .description("1 while events flow")
                .tag("bridge", bridge)
                .register(registry);
        commitToPublish = Timer.builder("banyan.bridge.commit.to.publish")
                .description("from a transaction's commit until the hub had its events")
                .publishPercentiles(PERCENTILES)
                .tag("bridge", bridge)
                .register(registry);
        progress.onPublished(millis -> commitToPublish.record(Duration.ofMillis(millis)));
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    /** All of them, as Prometheus reads them. */
    String scrape() {
        progress.withoutEvent().keySet().forEach(this::withoutEvent);
        return registry.scrape();
    }

    /** Tables have one from their first such change on. */
    private void withoutEvent(TableId table) {
        FunctionCounter.builder("banyan.bridge.changes.without.event", progress, progress -> progress.withoutEvent()
                        .getOrDefault(table, 0L))
                .description("changes that no event shows")
                .tag("bridge", bridge)
                .tag("table", table.toString())
                .register(registry);
    }

    private static double lagSeconds(Progress progress) {
        var millis = progress.lagMillis();
        return millis.isPresent() ? millis.getAsLong() / 1_000.0 : Double.NaN;
    }

    private void counter(String name, String description, ToDoubleFunction<Progress> count) {
        FunctionCounter.builder(name, progress, count)
                .description(description)
                .tag("bridge", bridge)
                .register(registry);
    }

    /** How long it took of late, for JSON. */
    Map<String, Object> commitToPublish() {
        var snapshot = commitToPublish.takeSnapshot();
        var millis = new LinkedHashMap<String, Object>();
        for (var at : snapshot.percentileValues()) {
            millis.put("p" + Math.round(at.percentile() * 100), Math.round(at.value(TimeUnit.MILLISECONDS)));
        }
        millis.put("max", Math.round(snapshot.max(TimeUnit.MILLISECONDS)));
        return millis;
    }
}
