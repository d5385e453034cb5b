package dev.banyan.gateway.live;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Problem;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * Where no rule may lead. This gateway's own ports: one would loop, the other would open the admin API to all. And what is reached on this
 * link alone: there clouds tell a machine its credentials.
 */
public final class ForbiddenAddresses {

    /** Beside the addresses of the link itself, where clouds tell as much: those of AWS over IPv6 and of Alibaba. */
    private static final Set<InetAddress> OF_CLOUDS = Set.of(literal("fd00:ec2::254"), literal("100.100.100.200"));

    private final Set<Integer> ports = new CopyOnWriteArraySet<>();

    /** Adds a port of this process, as soon as it is known. */
    public void add(int port) {
        ports.add(port);
    }

    /** Adds a port that was asked for; 0 means any free one and is known later. */
    public void addUnlessAny(int port) {
        if (port != 0) {
            add(port);
        }
    }

    /** Whether no rule may lead to a resolved address, whatever name led there. */
    public boolean covers(InetSocketAddress address) {
        return isOfThisLink(address.getAddress())
                || (ports.contains(address.getPort()) && isOurs(address.getAddress()));
    }

    /** Throws when a backend of {@code rules} lives where none may, or a gate asks there. What a name leads to is looked at when it is used, too. */
    void check(RuleSet rules) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        for (Backend backend : rules.backends()) {
            for (URI url : backend.urls()) {
                check("backends[" + backend.name() + "].url", url, problems);
            }
        }
        for (Route route : rules.routes()) {
            for (Gate gate : route.analysis() == null
                    ? List.<Gate>of()
                    : route.analysis().gates()) {
                if (gate instanceof Gate.Probed probed) {
                    check("routes[" + route.name() + "].analysis.gates", probed.from(), problems);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
    }

    private void check(String where, URI url, List<Problem> problems) {
        Origin origin = Origin.of(url);
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(origin.host());
        if (ports.contains(origin.port()) && isThisMachine(origin.host())) {
            problems.add(new Problem(Path.of(""), 0, 0, where, url + " is this gateway itself", "another server"));
        } else if (literal != null && isOfThisLink(literal)) {
            problems.add(new Problem(
                    Path.of(""),
                    0,
                    0,
                    where,
                    url + " is reached on this link alone, where machines are told their credentials",
                    "an address that is routed"));
        }
    }

    private static InetAddress literal(String address) {
        InetAddress found = NetUtil.createInetAddressFromIpAddressString(address);
        if (found == null) {
            throw new IllegalArgumentException(address + " (expected: an address)");
        }
        return found;
    }

    private static boolean isOfThisLink(InetAddress address) {
        return address.isLinkLocalAddress() || OF_CLOUDS.contains(address);
    }

    private static boolean isThisMachine(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).anyMatch(ForbiddenAddresses::isOurs);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }
}
