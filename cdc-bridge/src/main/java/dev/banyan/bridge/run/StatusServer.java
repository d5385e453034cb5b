package dev.banyan.bridge.run;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.StoreFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the bridge is doing, over HTTP on loopback: {@code /health} and its groups, {@code /status}, {@code /backfills}, {@code /parity},
 * {@code /faults}, {@code /metrics}. It can change nothing but backfills and parity runs, and those only for who has the token of the {@link ControlFile}. Other hosts may
 * have {@code /health} and {@code /metrics}, at an address of their own.
 */
public final class StatusServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StatusServer.class);
    private static final JsonMapper JSON = new JsonMapper();

    static {
        // Of whoever may come from elsewhere: seconds for a request, and connections.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("jdk.httpserver.maxConnections", "200");
    }

    private record Answer(boolean ok, List<String> missing) {}

    private final HttpServer server;
    private @Nullable HttpServer probes;
    private final String bridge;
    private final BridgeRun run;
    private final BackfillPage backfills;
    private volatile Runnable uncontrol = () -> {};
    private final BridgeMeters meters;

    private StatusServer(HttpServer server, String bridge, BridgeRun run) {
        this.server = server;
        this.bridge = bridge;
        this.run = run;
        this.backfills = new BackfillPage(run);
        this.meters = new BridgeMeters(bridge, run.progress());
        backfills.meters(meters.registry(), bridge);
        backfills.parityMeters(meters.registry(), bridge);
        forAnybody(server);
        context(server, "/status", this::status);
        context(server, "/faults", this::faults);
        for (var kind : BackfillDesk.Kind.values()) {
            context(server, kind.path(), exchange -> backfills(exchange, kind));
        }
    }

    private void forAnybody(HttpServer at) {
        context(at, "/health", this::health);
        for (var group : Health.Group.values()) {
            context(at, "/health/" + group.name().toLowerCase(Locale.ROOT), exchange -> health(exchange, group));
        }
        context(at, "/metrics", this::metrics);
        at.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    }

    private static void context(HttpServer at, String path, HttpHandler handler) {
        at.createContext(path, exchange -> {
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

    /** Lets {@code /health} and {@code /metrics} be asked for at {@code port} of {@code host}, too, by whoever can reach that; 0 for a free one. */
    public int probes(String host, int port) {
        try {
            var opened = HttpServer.create(new InetSocketAddress(host, port), 0);
            probes = opened;
            forAnybody(opened);
            opened.start();
            return opened.getAddress().getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "status.probes " + host + ":" + port + ": " + e.getMessage()
                            + " (expected: an address of this host and a free port)",
                    e);
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

    private void health(HttpExchange exchange) throws IOException {
        var state = run.progress().state().name().toLowerCase(Locale.ROOT);
        answer(
                exchange,
                Health.isFlowing(run.progress()) ? 200 : 503,
                "application/json",
                "{\"state\":\"" + state + "\"}");
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

    private void status(HttpExchange exchange) throws IOException {
        answer(exchange, 200, "application/json", JSON.writeValueAsString(describe()));
    }

    private Map<String, Object> describe() {
        var progress = run.progress();
        var status = new LinkedHashMap<String, Object>();
        status.put("bridge", bridge);
        var standing = progress.standing();
        status.put("state", standing.state().name().toLowerCase(Locale.ROOT));
        status.put("reason", standing.reason());
        status.put("since", Instant.ofEpochMilli(standing.sinceMs()).toString());
        status.put("position", run.place(progress.commitLsn()));
        status.put(
                "lastCommitTime",
                Instant.ofEpochMilli(progress.lastCommitTimeMs()).toString());
        status.put("lagBytes", progress.lagBytes());
        var lagMillis = progress.lagMillis();
        status.put("lagMillis", lagMillis.isPresent() ? lagMillis.getAsLong() : null);
        status.put("commitToPublishMillis", meters.commitToPublish());
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
        status.put(
                "pausedTables",
                progress.pausedTables().stream()
                        .map(paused -> {
                            var json = paused.pause().describe(paused.place());
                            json.put("fits", paused.misfit().isEmpty());
                            return json;
                        })
                        .toList());
        status.put("withoutEvent", withoutEvent);
        status.put("spoolBytes", progress.spoolBytes());
        status.put("spooledTransactions", progress.spooledTransactions());
        status.put("logPercent", progress.logPercent());
        status.put("engineStarts", progress.engineStarts());
        status.put("hubFailures", progress.hubFailures());
        status.put("backfills", BackfillPage.describe(progress.backfills()));
        status.put("parity", BackfillPage.describe(progress.parities()));
        return status;
    }

    private void faults(HttpExchange exchange) throws IOException {
        var faults = run.faults().describe(run::place);
        answer(exchange, 200, "application/json", JSON.writeValueAsString(faults));
    }

    private void backfills(HttpExchange exchange, BackfillDesk.Kind kind) throws IOException {
        var answer = backfills.answer(exchange, kind);
        answer(exchange, answer.code(), "application/json", JSON.writeValueAsString(answer.body()));
    }

    private void metrics(HttpExchange exchange) throws IOException {
        answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", meters.scrape());
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
        if (probes != null) {
            probes.stop(0);
        }
        meters.registry().close();
        uncontrol.run();
    }
}
