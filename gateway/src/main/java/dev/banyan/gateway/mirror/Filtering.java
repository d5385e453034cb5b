package dev.banyan.gateway.mirror;

import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.Route;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The filters of routes, for copies to candidates. */
public interface Filtering {

    /** What is asked for. {@code target} is path and query; {@code head} is changed by nobody. */
    record Line(String method, String target, HttpHeaders head) {}

    /** The head of a reply, changed by nobody. */
    record Head(int status, HttpHeaders headers) {}

    /**
     * Passes a request through a route's filters, asks with what they made of it, and passes the head of the reply back through
     * them, all on the thread that subscribes. Empty when a filter has answered itself; what goes wrong in {@code ask} is an
     * error of the result.
     *
     * @param asked the origin the caller asked for
     */
    Mono<Head> pass(LiveRules rules, Route route, Origin asked, Line request, Function<Line, Mono<Head>> ask);
}
