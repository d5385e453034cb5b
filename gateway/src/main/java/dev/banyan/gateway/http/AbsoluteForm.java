package dev.banyan.gateway.http;

import java.util.List;

/**
 * Which hosts a request target in absolute form ({@code GET http://host/path}) may name beside the request's own {@code Host}, which it
 * has to name in any case. A target that is a path is always allowed.
 *
 * @param hosts each with its port unless that is the scheme's; empty allows all
 */
public record AbsoluteForm(List<String> hosts) {

    /** Whichever host a request asks for, by both names. */
    public static final AbsoluteForm ANY = new AbsoluteForm(List.of());

    public AbsoluteForm {
        hosts = List.copyOf(hosts);
        for (String host : hosts) {
            if (!Framing.isHost(host)) {
                throw new IllegalArgumentException(host + " (expected: a host, or host:port)");
            }
        }
    }

    /** Whether a target that {@link Framing} has passed may be asked for. */
    public boolean allows(String target) {
        return hosts.isEmpty() || Target.isPath(target) || hosts.stream().anyMatch(host -> Target.names(target, host));
    }
}
