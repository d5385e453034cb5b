package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.connect.Pool;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.rules.Decision;
import dev.banyan.rules.Route;
import dev.banyan.rules.Side;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asked for, kept so that it can be asked again.
 *
 * @param pool whose connections it goes over
 * @param head without what ends at this hop, and with ours; not changed any more
 * @param body empty without one
 * @param asked the origin the caller asked for
 * @param filtered the route whose filters a candidate's requests and replies pass through, or null
 * @param rewritten what the candidate is asked for instead; null as the baseline
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Request(
        Pool pool,
        String method,
        String target,
        HttpHeaders head,
        byte[] body,
        Origin asked,
        LiveRules rules,
        @Nullable Route filtered,
        LiveBackend baseline,
        LiveBackend candidate,
        Decision.@Nullable Rewritten rewritten) {

    static Request of(Pool pool, Call call, Decision.Copy copy, byte[] body) {
        boolean toCandidate = copy.side() == Side.CANDIDATE;
        String candidate =
                toCandidate ? copy.backend().name() : call.routed().backend().name();
        Route route = call.routed().route();
        return new Request(
                pool,
                call.method(),
                call.target(),
                call.head(),
                body,
                call.asked(),
                call.rules(),
                route == null || route.filters().isEmpty() ? null : route,
                call.rules().baseline(),
                call.rules().backends().get(candidate),
                toCandidate ? copy.rewritten() : call.routed().rewritten());
    }

    /** The backend of a side. */
    LiveBackend backend(Side side) {
        return side == Side.BASELINE ? baseline : candidate;
    }

    /** What a side is asked for in place of {@code wanted}. */
    String rewritten(String wanted, Side side) {
        return side == Side.CANDIDATE ? Target.rewritten(wanted, rewritten) : wanted;
    }

    /** The name a side is called by instead of its own, or null. */
    @Nullable
    String host(Side side) {
        return side == Side.CANDIDATE && rewritten != null ? rewritten.hostname() : null;
    }

    /** For people: {@code GET /catalog?page=2}. */
    String shown() {
        return method + " " + target;
    }
}
