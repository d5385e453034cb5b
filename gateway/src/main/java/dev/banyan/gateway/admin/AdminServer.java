package dev.banyan.gateway.admin;

import static dev.banyan.gateway.admin.RuleVersionsApi.BYTES_MAX;

import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.mirror.Mirrors;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.gateway.shift.ShiftRunner;
import dev.banyan.gateway.shift.ShiftStatus;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import dev.banyan.gateway.tls.CertificateInForce;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** The admin API's server. Always on loopback: it has no TLS, and its token opens everything. */
public final class AdminServer implements AutoCloseable {

    private static final String METRICS_TYPE = "text/plain; version=0.0.4";
    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    private final DisposableServer server;

    private AdminServer(DisposableServer server) {
        this.server = server;
    }

    /** Starts the server on a port of loopback; 0 is a free one. */
    public static AdminServer start(
            int port,
            AdminToken token,
            RulesInForce rules,
            Traffic traffic,
            Mirrors mirrors,
            ControlStore store,
            Leadership leadership,
            ShiftRunner runner,
            ShiftStatus status,
            @Nullable CertificateInForce certificate,
            Readiness readiness,
            PrometheusMeterRegistry meters) {
        register(meters, rules);
        register(meters, store, leadership);
        Gauge.builder("banyan.shifts.unread.seconds", runner, ShiftRunner::unreadSeconds)
                .description("for how long it has not been read from the control store where routes stand")
                .register(meters);
        Gauge.builder("banyan.shifts.up", runner, each -> each.isUp() ? 1 : 0)
                .description("0 while counts or heads cannot be written or read, so that nothing goes up")
                .register(meters);
        var door = new AdminDoor(token);
        var state = new AdminState(rules, traffic, mirrors);
        var diffs = new DiffState(rules, mirrors.evidence());
        var tls = new CertificateState(certificate);
        var storeState = new StoreState(store, leadership);
        var versions = new RuleVersionsApi(rules, store);
        var shifts = new ShiftApi(runner, status, store.clock());
        return new AdminServer(HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .idleTimeout(Duration.ofSeconds(30))
                .route(routes -> routes.get("/health", door.open(_ -> json(tls.beside(state.health()))))
                        .get(
                                "/health/readiness",
                                door.open(request -> readiness.answer(request.uri(), rules.unconfirmedSeconds())))
                        .get("/metrics", door.guarded(_ -> new Reply(200, METRICS_TYPE, meters.scrape())))
                        .get("/admin/routes", door.guarded(_ -> json(state.routes())))
                        .get("/admin/store", door.guarded(_ -> json(storeState.all())))
                        .get("/admin/certificate", door.guarded(_ -> json(tls.all())))
                        .get("/admin/rules", door.guarded(_ -> json(state.rules())))
                        .post("/admin/rules/reload", door.guarded(_ -> reload(state)))
                        .get("/admin/rules/lint", door.guarded(_ -> versions.lint()))
                        .post("/admin/rules/check", door.guarded(BYTES_MAX, (_, body) -> versions.check(body)))
                        .get("/admin/rules/versions", door.guarded(_ -> versions.list()))
                        .post("/admin/rules/versions", door.guarded(BYTES_MAX, (_, body) -> versions.push(body)))
                        .get(
                                "/admin/rules/versions/{number}",
                                door.guarded(request -> versions.files(request.param("number"))))
                        .post(
                                "/admin/explain",
                                door.guarded(ExplainQuestion.BYTES_MAX, (_, body) -> explain(body, rules)))
                        .get("/admin/diff", door.guarded(request -> json(diffs.answer(request.uri()))))
                        .get("/admin/shifts", door.guarded(_ -> shifts.all()))
                        .get("/admin/shifts/{route}", door.guarded(request -> shifts.one(request.param("route"))))
                        .post("/admin/shifts", door.guarded(ShiftApi.BYTES_MAX, (_, body) -> shifts.ask(body))))
                .bindNow());
    }

    private static Reply json(Object content) {
        return Reply.json(200, content);
    }

    private static Reply reload(AdminState state) {
        return Reply.json(state.reload() ? 200 : 422, state.rules());
    }

    private static Reply explain(String body, RulesInForce rules) {
        return json(ExplainQuestion.parse(body, rules.clock())
                .answer(rules.current().table()));
    }

    private static void register(PrometheusMeterRegistry meters, RulesInForce rules) {
        FunctionCounter.builder("banyan.rules.swaps", rules, RulesInForce::swaps)
                .register(meters);
        FunctionCounter.builder("banyan.rules.rejections", rules, RulesInForce::rejections)
                .register(meters);
        Gauge.builder("banyan.rules.stale", rules, r -> r.lastRejected() == null ? 0 : 1)
                .description("1 while the newest rules are refused and older ones serve")
                .register(meters);
        Gauge.builder("banyan.rules.copy", rules, r -> r.copySince() == null ? 0 : 1)
                .description(
                        "1 while a copy of earlier rules serves because the rules folder could not be used at the start")
                .register(meters);
        Gauge.builder("banyan.rules.unkept", rules, r -> r.isUnkept() ? 1 : 0)
                .description("1 while the rules in force could not be copied to the run folder, for a later start")
                .register(meters);
        Gauge.builder("banyan.rules.unconfirmed.seconds", rules, RulesInForce::unconfirmedSeconds)
                .description("for how long the source of rules has not said what its newest are; 0 for a folder")
                .register(meters);
        Gauge.builder("banyan.in.flight", rules, AdminState::inFlight).register(meters);
    }

    private static void register(PrometheusMeterRegistry meters, ControlStore store, Leadership leadership) {
        Gauge.builder("banyan.store.up", store, s -> s.isUp() ? 1 : 0)
                .description("1 while the control store answers; 0 too while nothing needs it")
                .register(meters);
        Gauge.builder("banyan.leader", leadership, l -> l.epoch().isPresent() ? 1 : 0)
                .description("1 while this gateway leads")
                .register(meters);
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow(CLOSE_MAX);
    }
}
