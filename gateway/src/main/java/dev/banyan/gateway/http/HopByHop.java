package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that end at this hop. */
public final class HopByHop {

    private static final List<String> ALWAYS = List.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** What a peer may not nominate away: framing, and what a proxy we trust says about the client. */
    private static final Set<String> KEPT = Set.of("host", "content-length", "forwarded", "x-real-ip");

    private HopByHop() {}

    /** Removes the hop-by-hop headers from {@code head}, and those that its {@code Connection} nominates. */
    public static void removeFrom(HttpHeaders head) {
        for (String nominations : head.getAll(HttpHeaderNames.CONNECTION)) {
            for (String nomination : nominations.split(",", -1)) {
                String name = nomination.strip().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !KEPT.contains(name) && !name.startsWith("x-forwarded-")) {
                    head.remove(name);
                }
            }
        }
        for (String name : ALWAYS) {
            head.remove(name);
        }
    }
}
