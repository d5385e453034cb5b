package dev.banyan.gateway.live;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Backend;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Problem;
import dev.banyan.rules.Route;
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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where no rule may lead. This gateway's own ports: one would loop, the other would open the admin API to all. And what is reached on this
 * link alone: there clouds tell a machine its credentials.
 */
public final class ForbiddenAddresses {

    /**
     * Beside the addresses of the link itself, where clouds tell as much: AWS, also to pods, Google, Oracle (twice) and Scaleway over IPv6;
     * Alibaba, Azure.
     */
    private static final Set<InetAddress> OF_CLOUDS = Stream.of(
                    "fd00:ec2::254",
                    "fd00:ec2::23",
                    "fd20:ce::254",
                    "fd00:c1::a9fe:a9fe",
                    "192.0.0.192",
                    "fd00:42::42",
                    "100.100.100.200",
                    "168.63.129.16")
            .map(InetAddress::ofLiteral)
            .collect(Collectors.toUnmodifiableSet());

    /** Digits alone, or as hexadecimal, at the end of a host: readers of URLs take it for an address, in one way or another. */
    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*[.])?(?:[0-9]+|0[xX][0-9a-fA-F]*)[.]?");

    private static final Pattern IP_V4 = Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})[.]){3}(?:0|[1-9][0-9]{0,2})");

    private static final Pattern LOCALHOST = Pattern.compile("(?:.*[.])?localhost[.]?");

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
        return covers(address.getAddress(), address.getPort());
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
        String host = origin.host();
        InetAddress literal = literalOrNull(host);
        if (literal == null
                && (host.startsWith("[") || ENDS_IN_A_NUMBER.matcher(host).matches())) {
            problems.add(problem(where, url + " is an address to some and a name to others", "such as 192.0.2.1"));
        } else if (ports.contains(origin.port()) && isThisMachine(host)) {
            problems.add(problem(where, url + " is this gateway itself", "another server"));
        } else if (literal != null && AddressReadings.of(literal).stream().anyMatch(ForbiddenAddresses::isOfThisLink)) {
            problems.add(problem(
                    where,
                    url + " is reached on this link alone, where machines are told their credentials",
                    "an address that is routed"));
        }
    }

    private static Problem problem(String where, String found, String expected) {
        return new Problem(Path.of(""), 0, 0, where, found, expected);
    }

    private boolean covers(InetAddress address, int port) {
        boolean own = ports.contains(port);
        return AddressReadings.of(address).stream().anyMatch(each -> isOfThisLink(each) || (own && isOurs(each)));
    }

    /** Returns the address that the host of a URL is in the spelling that everybody reads alike; its zone does not count. */
    private static @Nullable InetAddress literalOrNull(String host) {
        boolean six = host.startsWith("[");
        String address = six ? host.replaceAll("^\\[|%.*|\\]$", "") : host;
        String four = six ? address.substring(address.lastIndexOf(':') + 1) : address;
        if ((!six || four.contains(".")) && !IP_V4.matcher(four).matches()) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isOfThisLink(InetAddress address) {
        return address.isLinkLocalAddress() || OF_CLOUDS.contains(address);
    }

    private static boolean isThisMachine(String host) {
        if (LOCALHOST.matcher(host).matches()) {
            return true; // whatever some resolver says (RFC 6761, 6.3)
        }
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .flatMap(each -> AddressReadings.of(each).stream())
                    .anyMatch(ForbiddenAddresses::isOurs);
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
