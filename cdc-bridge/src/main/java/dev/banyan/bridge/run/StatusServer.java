package dev.banyan.bridge.run;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Fault;
import dev.banyan.bridge.store.StoreFailed;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the bridge is doing, over HTTP on loopback: {@code /health} and its groups, {@code /status}, {@code /backfills}, {@code /faults},
 * {@code /metrics}. It can change nothing but backfills, and those only for who has the token of the {@link ControlFile}.
 */
public final class StatusServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final double[] PERCENTILES = {0.5, 0.95, 0.99};

    private record Answer(boolean ok, List<String> missing) {}

    private final HttpServer server;
    private final String bridge;
    private final BridgeRun run;
    private final BackfillPage backfills;
    private volatile Runnable uncontrol = () -> {};
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer commitToPublish;

    private StatusServer(HttpServer server, String bridge, BridgeRun run) {
        this.server = server;
        this.bridge = bridge;
        this.run = run;
        this.backfills = new BackfillPage(run);
        meters();
        backfills.meters(registry, bridge);
        commitToPublish = Timer.builder("banyan.bridge.commit.to.publish")
                .description("from a transaction's commit until the hub had its events")
                .publishPercentiles(PERCENTILES)
                .tag("bridge", bridge)
                .register(registry);
        run.progress().onPublished(millis -> commitToPublish.record(Duration.ofMillis(millis)));
        context("/health", this::health);
        for (var group : Health.Group.values()) {
            context("/health/" + group.name().toLowerCase(Locale.ROOT), exchange -> health(exchange, group));
        }
        context("/status", this::status);
        context("/faults", this::faults);
        context("/backfills", this::backfills);
        context("/metrics", this::metrics);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    }

    private void context(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try {
                handler.handle(exchange);
            } catch (StoreFailed e) {
                var failure = new BackfillPage.Failure("store: " + e.getMessage());
                answer(exchange, 503, "application/json", JSON.writeValueAsString(failure));
            }
        });
    }

    /** Listens on {@code port} of loopback, 0 for a free one. */
    public static StatusServer start(int port, String bridge, BridgeRun run) {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            var status = new StatusServer(server, bridge, run);
            server.start();
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "status.port " + port + ": " + e.getMessage() + " (expected: a free port, or 0 for any)", e);
        }
    }

    /** From now on takes what is asked of backfills, by whoever can read {@code file}, which it writes; by nobody if it cannot. */
    public void control(Path file) {
        try {
            var control = ControlFile.write(file, port());
            uncontrol = () -> control.delete(file);
            backfills.control(control);
        } catch (IOException e) {
            LOG.warn("writing {}: {}; nobody can ask this bridge for backfills", file, e.toString());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void meters() {
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
        Gauge.builder("banyan.bridge.lag.bytes", run.progress(), Progress::lagBytes)
                .description("bytes of log not yet delivered")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.lag.seconds", run.progress(), StatusServer::lagSeconds)
                .description("for how long at most something has waited to be delivered")
                .tag("bridge", bridge)
                .register(registry);
        counter(
                "banyan.bridge.spooled.transactions",
                "transactions that went to the spool",
                Progress::spooledTransactions);
        Gauge.builder("banyan.bridge.spool.bytes", run.progress(), Progress::spoolBytes)
                .description("bytes on the disk of what waits for the hub")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.slot.log.percent", run.progress(), Progress::logPercent)
                .description("share of max_slot_wal_keep_size that the slot holds back")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.waiting.aggregates", run.progress(), Progress::waitingAggregates)
                .description("aggregates that wait because the mapping had no answer")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.open.transaction.rows", run.progress(), Progress::openRows)
                .description("rows of a transaction whose end has not come")
                .tag("bridge", bridge)
                .register(registry);
        Gauge.builder("banyan.bridge.healthy", run, it -> isHealthy() ? 1 : 0)
                .description("1 while events flow")
                .tag("bridge", bridge)
                .register(registry);
    }

    /** Tables have one from their first such change on. */
    private void withoutEvent(TableId table) {
        FunctionCounter.builder(
                        "banyan.bridge.changes.without.event", run.progress(), progress -> progress.withoutEvent()
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
        FunctionCounter.builder(name, run.progress(), count)
                .description(description)
                .tag("bridge", bridge)
                .register(registry);
    }

    private boolean isHealthy() {
        var state = run.progress().state();
        return state == Progress.State.STREAMING || state == Progress.State.CATCHING_UP;
    }

    private void health(HttpExchange exchange) throws IOException {
        var state = run.progress().state().name().toLowerCase(Locale.ROOT);
        answer(exchange, isHealthy() ? 200 : 503, "application/json", "{\"state\":\"" + state + "\"}");
    }

    private void health(HttpExchange exchange, Health.Group group) throws IOException {
        var backfilled = group == Health.Group.MIGRATION ? run.backfills() : List.<Backfill>of();
        var missing = group.missing(run.progress(), backfilled);
        answer(
                exchange,
                missing.isEmpty() ? 200 : 503,
                "application/json",
                JSON.writeValueAsString(new Answer(missing.isEmpty(), missing)));
    }

    private Map<String, Object> commitToPublish() {
        var snapshot = commitToPublish.takeSnapshot();
        var millis = new LinkedHashMap<String, Object>();
        for (var at : snapshot.percentileValues()) {
            millis.put("p" + Math.round(at.percentile() * 100), Math.round(at.value(TimeUnit.MILLISECONDS)));
        }
        millis.put("max", Math.round(snapshot.max(TimeUnit.MILLISECONDS)));
        return millis;
    }

    private void status(HttpExchange exchange) throws IOException {
        answer(exchange, 200, "application/json", JSON.writeValueAsString(describe()));
    }

    private Map<String, Object> describe() {
        var progress = run.progress();
        var status = new LinkedHashMap<String, Object>();
        status.put("bridge", bridge);
        status.put("state", progress.state().name().toLowerCase(Locale.ROOT));
        status.put("reason", progress.reason());
        status.put("since", Instant.ofEpochMilli(progress.stateSinceMs()).toString());
        status.put("position", run.place(progress.commitLsn()));
        status.put(
                "lastCommitTime",
                Instant.ofEpochMilli(progress.lastCommitTimeMs()).toString());
        status.put("lagBytes", progress.lagBytes());
        var lagMillis = progress.lagMillis();
        status.put("lagMillis", lagMillis.isPresent() ? lagMillis.getAsLong() : null);
        status.put("commitToPublishMillis", commitToPublish());
        status.put("openTransactionRows", progress.openRows());
        status.put("millisSinceSignOfLife", progress.millisSinceSignOfLife());
        status.put("transactions", progress.transactions());
        status.put("rows", progress.rows());
        status.put("events", progress.events());
        status.put("repeatedTransactions", progress.repeatedTransactions());
        status.put("suppressedEvents", progress.suppressedEvents());
        status.put("backfillRows", progress.backfillRows());
        status.put("backfillRowsDropped", progress.backfillRowsDropped());
        var withoutEvent = new LinkedHashMap<String, Long>();
        progress.withoutEvent().forEach((table, count) -> withoutEvent.put(table.toString(), count));
        status.put("waitingAggregates", progress.waitingAggregates());
        status.put("withoutEvent", withoutEvent);
        status.put("spoolBytes", progress.spoolBytes());
        status.put("spooledTransactions", progress.spooledTransactions());
        status.put("logPercent", progress.logPercent());
        status.put("engineStarts", progress.engineStarts());
        status.put("hubFailures", progress.hubFailures());
        status.put("backfills", BackfillPage.describe(progress.backfills()));
        return status;
    }

    private void faults(HttpExchange exchange) throws IOException {
        var faults = run.faults().stream().map(Fault::describe).toList();
        answer(exchange, 200, "application/json", JSON.writeValueAsString(faults));
    }

    private void backfills(HttpExchange exchange) throws IOException {
        var answer = backfills.answer(exchange);
        answer(exchange, answer.code(), "application/json", JSON.writeValueAsString(answer.body()));
    }

    private void metrics(HttpExchange exchange) throws IOException {
        run.progress().withoutEvent().keySet().forEach(this::withoutEvent);
        answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", registry.scrape());
    }

    private static void answer(HttpExchange exchange, int code, String type, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        registry.close();
        uncontrol.run();
    }
}
