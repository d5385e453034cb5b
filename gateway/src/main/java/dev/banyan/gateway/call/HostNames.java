package dev.banyan.gateway.call;

import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.Origin;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** The name a backend is called by. */
public final class HostNames {

    private HostNames() {}

    /**
     * Writes the {@code Host} of {@code backend} into a request head: what the route rewrites it to, else the name the backend
     * lives under, else what the client asked for. A backend with a name of its own also gets it in {@code
     * Origin} and {@code Referer} where those name the public origin, since it compares them with its name.
     */
    public static void write(
            HttpHeaders head, Origin asked, LiveBackend backend, Origin instance, @Nullable String rewritten) {
        String host = rewritten == null ? backend.host() : rewritten;
        if (host == null) {
            if (!head.contains(HttpHeaderNames.HOST)) {
                head.set(HttpHeaderNames.HOST, instance.authority());
            }
            return;
        }
        head.set(HttpHeaderNames.HOST, host);
        String theirs = instance.scheme() + "://" + host;
        String origin = head.get(HttpHeaderNames.ORIGIN);
        if (origin != null && origin.equalsIgnoreCase(asked.toString())) {
            head.set(HttpHeaderNames.ORIGIN, theirs);
        }
        String referer = head.get(HttpHeaderNames.REFERER);
        String ours = asked + "/";
        if (referer != null && referer.regionMatches(true, 0, ours, 0, ours.length())) {
            head.set(HttpHeaderNames.REFERER, theirs + referer.substring(ours.length() - 1));
        }
    }
}
