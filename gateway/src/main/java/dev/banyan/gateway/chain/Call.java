package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.Decision;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;

/** One request on its way; confined to the event loop of its connection. */
final class Call {

    private static final String ATTRIBUTE = Call.class.getName();

    final long startNanos = System.nanoTime();
    final LiveRules rules;
    final HttpServerRequest incoming;
    final String method;
    /** Path and query as the client sent them. */
    final String target;
    /** The client's headers without those that end at this hop, and with ours. */
    final HttpHeaders head;

    final Origin asked;
    final boolean hasBody;

    private Decision.@Nullable Routed routed;

    @Nullable
    Failure failure;

    boolean fellBack;
    long headNanos;

    @Nullable
    HttpClientResponse reply;

    private @Nullable LiveBackend serving;
    private @Nullable Connection connection;
    private boolean reported;
    private boolean entered;

    Call(LiveRules rules, HttpServerRequest incoming, String target, HttpHeaders head, Origin asked, boolean hasBody) {
        this.rules = rules;
        this.incoming = incoming;
        this.method = incoming.method().name();
        this.target = target;
        this.head = head;
        this.asked = asked;
        this.hasBody = hasBody;
    }

    static Call of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    Decision.Routed routed() {
        if (routed == null) {
            throw new IllegalStateException("not decided yet");
        }
        return routed;
    }

    void route(Decision.Routed decision) {
        routed = decision;
    }

    /** Returns the backend that is asked, or the one the request is assigned to before any is. */
    LiveBackend serving() {
        return serving != null
                ? serving
                : rules.backends().get(routed().backend().name());
    }

    /** Takes a place at {@code backend}, or says why there is none. */
    @Nullable
    Failure enter(LiveBackend backend) {
        serving = backend;
        Failure refused = backend.enter();
        entered = refused == null;
        reported = false;
        return refused;
    }

    /** A reply head is there, over this connection. */
    void replied(HttpClientResponse head, Connection from) {
        reply = head;
        connection = from;
        headNanos = System.nanoTime() - startNanos;
        report(Failure.ofStatus(head.status().code()));
    }

    void report(@Nullable Failure outcome) {
        if (entered && !reported && serving != null) {
            reported = true;
            serving.report(outcome, System.nanoTime() - startNanos);
        }
    }

    Connection connection() {
        if (connection == null) {
            throw new BackendFailure(Failure.RESET);
        }
        return connection;
    }

    /** Gives up the reply that has begun, and its connection. */
    void discardReply() {
        if (connection != null) {
            connection.dispose();
        }
        connection = null;
        reply = null;
    }

    /** Leaves the backend; safe to call again. */
    void leave() {
        if (entered && serving != null) {
            entered = false;
            if (!reported) {
                reported = true;
                serving.withdraw();
            }
            serving.leave();
        }
    }
}
