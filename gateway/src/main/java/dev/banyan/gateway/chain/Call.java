package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.Decision;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
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

    final InetAddress peer;
    final Origin asked;
    final boolean hasBody;

    private Decision.@Nullable Routed routed;
    private @Nullable Filtered filtered;

    @Nullable
    Failure failure;

    boolean fellBack;
    long headNanos;

    @Nullable
    HttpClientResponse reply;

    private @Nullable LiveBackend serving;
    private @Nullable Instance instance;
    private @Nullable Connection connection;
    private @Nullable Connection client;
    private boolean reported;
    private boolean entered;
    private boolean instanceEntered;
    private boolean bodyBroke;

    Call(
            LiveRules rules,
            HttpServerRequest incoming,
            String target,
            HttpHeaders head,
            InetAddress peer,
            Origin asked,
            boolean hasBody) {
        this.rules = rules;
        this.incoming = incoming;
        this.method = incoming.method().name();
        this.target = target;
        this.head = head;
        this.peer = peer;
        this.asked = asked;
        this.hasBody = hasBody;
        incoming.withConnection(over -> client = over);
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

    /** Sets what the route's filters made of the request; only the assigned backend gets that. */
    void filtered(Filtered request) {
        filtered = request;
    }

    /** Returns what {@code backend} is asked for: what the filters and the route made of the target where it is assigned. */
    String targetFor(LiveBackend backend) {
        boolean assigned = backend.name().equals(routed().backend().name());
        String wanted = filtered != null && assigned ? filtered.target() : target;
        return Target.rewritten(wanted, assigned ? routed().rewritten() : null);
    }

    /** Returns the head that {@code backend} gets. */
    HttpHeaders headFor(LiveBackend backend) {
        boolean assigned = backend.name().equals(routed().backend().name());
        return filtered != null && assigned ? filtered.head() : head;
    }

    /** Returns the name that {@code backend} is called by instead of its own, or null. */
    @Nullable
    String hostFor(LiveBackend backend) {
        Decision.Rewritten rewritten = routed().rewritten();
        return rewritten != null && backend.name().equals(routed().backend().name()) ? rewritten.hostname() : null;
    }

    /** Returns how long {@code backend} may take until the head of its reply. */
    Duration headTimeout(LiveBackend backend) {
        return backend.name().equals(routed().backend().name())
                ? routed().requestTimeout()
                : backend.backend().timeouts().request();
    }

    /** Whether the client's connection has ended. What fails from then on says nothing about a backend. */
    boolean isClientGone() {
        return bodyBroke || (client != null && !client.channel().isActive());
    }

    /** Returns the request's body as it comes; each buffer is the subscriber's to release. */
    Flux<ByteBuf> body() {
        // After a reset the body ends in an error a moment before the connection counts as closed.
        return incoming.receive().retain().doOnError(_ -> bodyBroke = true);
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

    /** Takes the next instance of the backend that was entered, not {@code except} where there is another. */
    @Nullable
    Instance turnTo(@Nullable Instance except) {
        leaveInstance();
        instance = serving().pick(except);
        if (instance != null) {
            instance.enter();
            instanceEntered = true;
        }
        return instance;
    }

    private void leaveInstance() {
        if (instanceEntered && instance != null) {
            instance.leave();
        }
        instanceEntered = false;
    }

    /** Returns where the reply came from, or would have. */
    Origin servingOrigin() {
        return instance == null ? serving().instances().getFirst().origin() : instance.origin();
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
        leaveInstance();
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
