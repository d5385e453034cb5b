package dev.banyan.gateway.http;

import dev.banyan.rules.RuleSet;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;

/** Who a request comes from. */
public final class ClientAddress {

    private ClientAddress() {}

    /**
     * Whether the client may choose its side of a rule, by the trusted networks of {@code rules}.
     *
     * @param peer who the connection came from
     * @param head with the forwarded headers as they are sent on: the peer's own address is the last of the list
     * @param proxies whose word about others is taken
     */
    public static boolean mayChoose(RuleSet rules, InetAddress peer, HttpHeaders head, TrustedPeers proxies) {
        return !rules.trustedNetworks().isEmpty() && rules.trusts(of(peer, head, proxies));
    }

    /** Returns the last address of the way here that is not one of our own proxies. */
    static InetAddress of(InetAddress peer, HttpHeaders head, TrustedPeers proxies) {
        if (!proxies.covers(peer)) {
            return peer;
        }
        List<String> way =
                List.of(String.join(",", head.getAll("X-Forwarded-For")).split(","));
        for (String step : way.reversed()) {
            InetAddress address;
            try {
                address = InetAddress.ofLiteral(step.strip());
            } catch (IllegalArgumentException e) {
                return peer; // a proxy of ours wrote what is no address: nobody is known
            }
            if (!proxies.covers(address)) {
                return address;
            }
        }
        return peer;
    }
}
