package dev.banyan.gateway.http;

import dev.banyan.rules.RuleSet;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who a request comes from. */
public final class ClientAddress {

    /** An address with the port that the client came from, as Azure's proxies write it; one of IPv6 is in brackets then. */
    private static final Pattern WITH_PORT = Pattern.compile("\\[([^\\[\\]]+)](?::\\d{1,5})?|([0-9.]+):\\d{1,5}");

    private ClientAddress() {}

    /**
     * Whether the client may choose its side of a rule, by the trusted networks of {@code rules}.
     *
     * @param peer who the connection came from
     * @param head with the forwarded headers as they are sent on: the peer's own address is the last of the list
     * @param proxies whose word about others is taken
     */
    public static boolean mayChoose(RuleSet rules, InetAddress peer, HttpHeaders head, TrustedPeers proxies) {
        if (rules.trustedNetworks().isEmpty()) {
            return false;
        }
        InetAddress client = of(peer, head, proxies);
        return client != null && rules.trusts(client);
    }

    /**
     * Returns the last address of the way here that is not one of our own proxies; null where one of them wrote what is no address: the
     * client is nobody then, and above all not the proxy.
     */
    static @Nullable InetAddress of(InetAddress peer, HttpHeaders head, TrustedPeers proxies) {
        if (!proxies.covers(peer)) {
            return peer;
        }
        List<String> way =
                List.of(String.join(",", head.getAll("X-Forwarded-For")).split(","));
        for (String step : way.reversed()) {
            InetAddress address = parse(step.strip());
            if (address == null || !proxies.covers(address)) {
                return address;
            }
        }
        return peer;
    }

    private static @Nullable InetAddress parse(String step) {
        Matcher withPort = WITH_PORT.matcher(step);
        String literal = !withPort.matches() ? step : withPort.group(1) != null ? withPort.group(1) : withPort.group(2);
        if (literal.indexOf(':') < 0 && !NetUtil.isValidIpV4Address(literal)) {
            return null; // the JDK takes a single number for an address
        }
        try {
            return InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
