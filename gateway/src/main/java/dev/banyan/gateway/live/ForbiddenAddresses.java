package dev.banyan.gateway.live;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
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

/** This gateway's own ports. A backend may not be one of them: one would loop, the other would open the admin API to all. */
public final class ForbiddenAddresses {

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

    /** Whether a resolved address is one of our ports, whatever name led there. */
    public boolean covers(InetSocketAddress address) {
        return ports.contains(address.getPort()) && isOurs(address.getAddress());
    }

    /** Throws when a backend of {@code rules} lives at one of our ports. */
    void check(RuleSet rules) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        for (Backend backend : rules.backends()) {
            for (URI url : backend.urls()) {
                Origin origin = Origin.of(url);
                if (ports.contains(origin.port()) && isThisMachine(origin.host())) {
                    problems.add(new Problem(
                            Path.of(""),
                            0,
                            0,
                            "backends[" + backend.name() + "].url",
                            url + " is this gateway itself",
                            "another server"));
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
    }

    private static boolean isThisMachine(String host) {
        try {
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return Arrays.stream(InetAddress.getAllByName(bare)).anyMatch(ForbiddenAddresses::isOurs);
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
