package dev.banyan.gateway.call;

import dev.banyan.gateway.edge.FrontDoor;
import dev.banyan.gateway.http.ClientAddress;
import dev.banyan.gateway.http.Forwarding;
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Peer;
import dev.banyan.gateway.http.ProxyHeaders;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.record.Traffic;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls of request heads.
 *
 * @param trusted whose forwarded headers are believed
 * @param proxyHeaders what nobody else may say
 * @param publicOrigin what people type; null takes each request's own word for it
 * @param mark by which copies that come back are known
 */
public record Intake(
        RulesInForce rules,
        TrustedPeers trusted,
        ProxyHeaders proxyHeaders,
        @Nullable Origin publicOrigin,
        Traffic traffic,
        Onlooker onlooker,
        MirrorMark mark) {

    /**
     * Returns the call a request makes. One rule set is taken and kept for all of it; hop-by-hop headers go before ours come, so
     * that no client can nominate ours away.
     *
     * @param came the head after the {@link FrontDoor}; it stays as it is
     * @param peer whose connection it came by
     */
    public Call receive(String method, String uri, HttpHeaders came, Peer peer) {
        LiveRules current = rules.current();
        boolean believed = trusted.covers(peer.address());
        HttpHeaders head = HopByHop.copyWithout(came, proxyHeaders, believed);
        String target = FrontDoor.targetOf(came, uri);
        head.remove(FrontDoor.TARGET).remove(HttpHeaderNames.EXPECT);
        boolean isCopy = mark.check(head);
        Origin asked = asked(peer, head.get(HttpHeaderNames.HOST, ""), believed ? Forwarding.proto(head) : null);
        peer.forwarding(asked).write(head);
        boolean hasBody =
                came.contains(HttpHeaderNames.CONTENT_LENGTH) || came.contains(HttpHeaderNames.TRANSFER_ENCODING);
        boolean mayChoose = ClientAddress.mayChoose(current.table().rules(), peer.address(), head, trusted);
        return new Call(this, current, method, target, head, asked, hasBody, mayChoose, isCopy);
    }

    /** Returns the origin a client asked for: the configured one, or what the request and a trusted proxy say. */
    private Origin asked(Peer peer, String host, @Nullable String forwardedScheme) {
        if (publicOrigin != null) {
            return publicOrigin;
        }
        return peer.asked(forwardedScheme == null ? peer.scheme() : forwardedScheme, host);
    }
}
