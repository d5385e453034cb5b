package dev.banyan.gateway.http;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** The networks whose forwarded headers are believed; none unless the operator names some. */
public final class TrustedPeers {

    private record Network(BigInteger prefix, int bits, int width) {

        boolean covers(byte[] address) {
            return address.length * 8 == width
                    && new BigInteger(1, address).shiftRight(width - bits).equals(prefix);
        }
    }

    private final List<Network> networks;

    private TrustedPeers(List<Network> networks) {
        this.networks = networks;
    }

    /** Returns the networks written as {@code 10.0.0.0/8} or as single addresses. */
    public static TrustedPeers of(List<String> cidrs) {
        return new TrustedPeers(cidrs.stream().map(TrustedPeers::network).toList());
    }

    public boolean covers(InetAddress peer) {
        if (networks.isEmpty()) {
            return false;
        }
        byte[] address = peer.getAddress();
        return networks.stream().anyMatch(network -> network.covers(address));
    }

    private static Network network(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        // Letters that no address has would be looked up as a host name.
        if (!address.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException(
                    "trusted proxy: " + cidr + " (expected: an address or a network like 10.0.0.0/8)");
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(cidr.substring(slash + 1));
            if (bits >= 0 && bits <= bytes.length * 8) {
                int width = bytes.length * 8;
                return new Network(new BigInteger(1, bytes).shiftRight(width - bits), bits, width);
            }
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "trusted proxy: " + cidr + " (expected: an address or a network like 10.0.0.0/8)", e);
        }
        throw new IllegalArgumentException(
                "trusted proxy: " + cidr + " (expected: an address or a network like 10.0.0.0/8)");
    }
}
