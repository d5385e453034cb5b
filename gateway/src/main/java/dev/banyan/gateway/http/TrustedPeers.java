package dev.banyan.gateway.http;

import dev.banyan.rules.Network;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/** The networks whose forwarded headers are believed; none unless the operator names some. */
public final class TrustedPeers {

    private final List<Network> networks;

    private TrustedPeers(List<Network> networks) {
        this.networks = networks;
    }

    /** Returns the networks written as {@code 10.0.0.0/8} or as single addresses. */
    public static TrustedPeers of(List<String> cidrs) {
        return new TrustedPeers(cidrs.stream().map(TrustedPeers::network).toList());
    }

    public boolean covers(InetAddress peer) {
        for (int i = 0; i < networks.size(); i++) {
            if (networks.get(i).covers(peer)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return networks.isEmpty()
                ? "none"
                : networks.stream().map(Network::toString).collect(Collectors.joining(" "));
    }

    private static Network network(String cidr) {
        try {
            return Network.parse(cidr);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("trusted proxy: " + e.getMessage(), e);
        }
    }
}
