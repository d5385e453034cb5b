package dev.banyan.gateway.admin;

import dev.banyan.gateway.http.Origin;
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
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** The admin API's server. Always on loopback: it has no TLS, and its token opens everything. */
public final class AdminServer implements AutoCloseable {

    /** Names under which loopback is reached; any other Host is a page of someone else's in a browser. */
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

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
            PrometheusMeterRegistry meters) {
        register(meters, rules);
        register(meters, store, leadership);
        var json = new JsonMapper();
        var state = new AdminState(rules, traffic, mirrors);
        var diffs = new DiffState(rules, mirrors.evidence());
        var tls = new CertificateState(certificate);
        var storeState = new StoreState(store, leadership);
        var versions = new RuleVersionsApi(rules, store, json);
        var shifts = new ShiftApi(runner, status, store.clock(), json);
        return new AdminServer(HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .idleTimeout(Duration.ofSeconds(30))
                .route(routes -> routes.get(
                                "/health",
                                (request, response) -> isOurs(request)
                                        ? send(response, 200, json.writeValueAsString(tls.beside(state.health())))
                                        : send(response, 403, "{\"error\":\"not through a proxy\"}"))
                        .get(
                                "/admin/routes",
                                (request, response) -> guarded(
                                        token, request, response, () -> json.writeValueAsString(state.routes())))
                        .get(
                                "/admin/rules",
                                (request, response) ->
                                        guarded(token, request, response, () -> json.writeValueAsString(state.rules())))
                        .get(
                                "/admin/store",
                                (request, response) -> guarded(
                                        token, request, response, () -> json.writeValueAsString(storeState.all())))
                        .get(
                                "/admin/certificate",
                                (request, response) ->
                                        guarded(token, request, response, () -> json.writeValueAsString(tls.all())))
                        .get(
                                "/admin/rules/versions",
                                (request, response) ->
                                        guardedBlocking(token, request, response, "", _ -> versions.list()))
                        .get(
                                "/admin/rules/versions/{number}",
                                (request, response) -> guardedBlocking(
                                        token, request, response, "", _ -> versions.files(request.param("number"))))
                        .post(
                                "/admin/rules/versions",
                                (request, response) -> filesSent(token, request, response, versions::push))
                        .post(
                                "/admin/rules/check",
                                (request, response) -> filesSent(token, request, response, versions::check))
                        .get(
                                "/admin/rules/lint",
                                (request, response) ->
                                        guardedBlocking(token, request, response, "", _ -> versions.lint()))
                        .get("/admin/diff", (request, response) -> diff(token, request, response, diffs, json))
                        .get(
                                "/admin/shifts",
                                (request, response) ->
                                        shifts(token, request, response, Mono.just(""), _ -> shifts.all()))
                        .get(
                                "/admin/shifts/{route}",
                                (request, response) -> shifts(
                                        token,
                                        request,
                                        response,
                                        Mono.just(String.valueOf(request.param("route"))),
                                        shifts::one))
                        .post(
                                "/admin/shifts",
                                (request, response) -> shifts(token, request, response, bodyOf(request), shifts::ask))
                        .post(
                                "/admin/rules/reload",
                                (request, response) -> reload(token, request, response, state, json))
                        .post("/admin/explain", (request, response) -> explain(token, request, response, rules, json))
                        .get(
                                "/metrics",
                                (request, response) -> guarded(
                                        token,
                                        request,
                                        response.header(HttpHeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4"),
                                        meters::scrape)))
                .bindNow());
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

    private static Publisher<Void> guarded(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            java.util.function.Supplier<String> body) {
        if (!isOurs(request)) {
            return send(response, 403, "{\"error\":\"not through a proxy\"}");
        }
        if (!token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
            return send(response, 401, "{\"error\":\"token missing or wrong\"}");
        }
        return send(response, 200, body.get());
    }

    /** Answers with what {@code work} makes of the body, away from the event loop, since it blocks. */
    private static Publisher<Void> guardedBlocking(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            String body,
            java.util.function.Function<String, RuleVersionsApi.Answer> work) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        return Mono.fromCallable(() -> work.apply(body))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(answer -> Mono.from(send(response, answer.status(), answer.body())));
    }

    private static Publisher<Void> filesSent(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            java.util.function.Function<String, RuleVersionsApi.Answer> work) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        int bytes = request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, -1);
        if (bytes < 0 || bytes > RuleVersionsApi.BYTES_MAX) {
            return send(
                    response,
                    413,
                    "{\"error\":\"a body with Content-Length of at most " + RuleVersionsApi.BYTES_MAX + "\"}");
        }
        return request.receive()
                .aggregate()
                .asString(java.nio.charset.StandardCharsets.UTF_8)
                .defaultIfEmpty("")
                .flatMap(body -> Mono.from(guardedBlocking(token, request, response, body, work)));
    }

    /** Answers what {@code work} makes of {@code of}, away from the event loop, since it waits for the store. */
    private static Publisher<Void> shifts(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            Mono<String> of,
            java.util.function.Function<String, ShiftApi.Reply> work) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        int bytes = request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, 0);
        if (bytes > ShiftApi.BYTES_MAX || request.requestHeaders().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return send(
                    response, 413, "{\"error\":\"a body with Content-Length of at most " + ShiftApi.BYTES_MAX + "\"}");
        }
        return of.publishOn(Schedulers.boundedElastic())
                .map(work)
                .flatMap(reply -> Mono.from(send(response, reply.status(), reply.body())));
    }

    private static Mono<String> bodyOf(HttpServerRequest request) {
        return request.receive().aggregate().asString().defaultIfEmpty("");
    }

    private static Publisher<Void> reload(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            AdminState state,
            JsonMapper json) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        // Reading files blocks, so it leaves the event loop.
        return Mono.fromCallable(state::reload)
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(valid -> Mono.from(send(response, valid ? 200 : 422, json.writeValueAsString(state.rules()))));
    }

    private static Publisher<Void> diff(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            DiffState diffs,
            JsonMapper json) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        // Some megabytes of samples, so it leaves the event loop.
        return Mono.fromCallable(() -> json.writeValueAsString(diffs.answer(request.uri())))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(body -> Mono.from(send(response, 200, body)))
                .onErrorResume(
                        IllegalArgumentException.class,
                        e -> Mono.from(send(
                                response,
                                400,
                                json.writeValueAsString(Map.of("error", String.valueOf(e.getMessage()))))));
    }

    private static Publisher<Void> explain(
            AdminToken token,
            HttpServerRequest request,
            HttpServerResponse response,
            RulesInForce rules,
            JsonMapper json) {
        if (!isOurs(request) || !token.opens(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION))) {
            return guarded(token, request, response, () -> "");
        }
        int bytes = request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, -1);
        if (bytes < 0 || bytes > ExplainQuestion.BYTES_MAX) {
            return send(response, 413, "{\"error\":\"a body with Content-Length of at most 65536\"}");
        }
        // Looks at every rule, so it leaves the event loop.
        return request.receive()
                .aggregate()
                .asString()
                .defaultIfEmpty("")
                .publishOn(Schedulers.boundedElastic())
                .flatMap(body -> Mono.from(answer(body, response, rules, json)));
    }

    private static Publisher<Void> answer(
            String body, HttpServerResponse response, RulesInForce rules, JsonMapper json) {
        try {
            var question = ExplainQuestion.parse(body, json, rules.clock());
            return send(
                    response,
                    200,
                    json.writeValueAsString(question.answer(rules.current().table())));
        } catch (IllegalArgumentException e) {
            return send(response, 400, json.writeValueAsString(Map.of("error", String.valueOf(e.getMessage()))));
        }
    }

    /** Whether a request came straight to us: nothing that a proxy adds, and a name of this machine. */
    private static boolean isOurs(HttpServerRequest request) {
        HttpHeaders head = request.requestHeaders();
        String host = head.get(HttpHeaderNames.HOST, "");
        return !head.contains("X-Forwarded-For")
                && !head.contains("Forwarded")
                && OWN_NAMES.contains(Origin.ofHost("http", host).host());
    }

    private static Publisher<Void> send(HttpServerResponse response, int status, String body) {
        if (!response.responseHeaders().contains(HttpHeaderNames.CONTENT_TYPE)) {
            response.header(HttpHeaderNames.CONTENT_TYPE, "application/json");
        }
        return response.status(status)
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .sendString(Mono.just(body))
                .then();
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.disposeNow(CLOSE_MAX);
    }
}
