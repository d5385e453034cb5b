package dev.banyan.gateway.call;

import dev.banyan.gateway.http.CacheControl;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Seam;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.NewCookie;
import dev.banyan.rules.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What the gateway changes in a reply's head. */
public final class ReplyHead {

    private static final AsciiString REFRESH = AsciiString.cached("Refresh");
    private static final AsciiString LINK = AsciiString.cached("Link");

    private static final AsciiString SURROGATE_CONTROL = AsciiString.cached("Surrogate-Control");
    private static final AsciiString EDGE_CONTROL = AsciiString.cached("Edge-Control");
    private static final AsciiString X_ACCEL_EXPIRES = AsciiString.cached("X-Accel-Expires");
    /** How the names of all others end (RFC 9213). */
    private static final AsciiString OF_SOME_CACHES = AsciiString.cached("-Cache-Control");

    private ReplyHead() {}

    /** Mends what names a backend, marks a split reply as one user's own, and adds the cohort's cookie. */
    public static void mend(
            HttpHeaders head, Decision.Routed routed, Set<Origin> origins, Origin asked, Origin serving) {
        var seam = new Seam(asked, origins, serving);
        mend(head, HttpHeaderNames.LOCATION, seam::mendLocation);
        mend(head, HttpHeaderNames.CONTENT_LOCATION, seam::mendLocation);
        mend(head, REFRESH, seam::mendRefresh);
        mend(head, LINK, seam::mendLink);
        mend(head, HttpHeaderNames.SET_COOKIE, seam::mendCookie);
        if (routed.split()) {
            head.set(
                    HttpHeaderNames.CACHE_CONTROL,
                    head.contains(HttpHeaderNames.CACHE_CONTROL)
                            ? CacheControl.unshared(head.getAll(HttpHeaderNames.CACHE_CONTROL))
                            : HttpHeaderValues.PRIVATE); // most replies say nothing, and lists would be made even so
            removeForSharedCaches(head);
        }
        NewCookie issue = routed.issue();
        if (issue != null) {
            head.add(HttpHeaderNames.SET_COOKIE, issue.setCookie(asked.scheme().equals("https")));
        }
    }

    /** Removes what the shared caches that it is for obey before {@code Cache-Control}. */
    private static void removeForSharedCaches(HttpHeaders head) {
        boolean any = false;
        for (var each = head.iteratorCharSequence(); each.hasNext(); ) {
            any |= isForSharedCaches(each.next().getKey());
        }
        if (any) { // most replies have none of them
            for (String name : List.copyOf(head.names())) {
                if (isForSharedCaches(name)) {
                    head.remove(name);
                }
            }
        }
    }

    private static boolean isForSharedCaches(CharSequence name) {
        int end = name.length() - OF_SOME_CACHES.length();
        return (end > 0 && AsciiString.regionMatches(name, true, end, OF_SOME_CACHES, 0, OF_SOME_CACHES.length()))
                || SURROGATE_CONTROL.contentEqualsIgnoreCase(name)
                || EDGE_CONTROL.contentEqualsIgnoreCase(name)
                || X_ACCEL_EXPIRES.contentEqualsIgnoreCase(name);
    }

    private static void mend(HttpHeaders head, CharSequence name, UnaryOperator<String> mending) {
        if (!head.contains(name)) {
            return; // most replies have none of them, and a list would be made even so
        }
        List<String> before = head.getAll(name);
        List<String> after = before.stream().map(mending).toList();
        if (!after.equals(before)) {
            head.set(name, after);
        }
    }

    /** Says which route, backend and side a reply came by, and by which rules. */
    public static void reveal(HttpHeaders head, Decision.Routed routed, String served, String rules) {
        Route route = routed.route();
        head.set("X-Banyan-Route", route == null ? Outcome.NO_ROUTE : route.name());
        head.set("X-Banyan-Backend", served);
        head.set("X-Banyan-Rules", rules);
        head.set("X-Banyan-Assigned", routed.side().name().toLowerCase(Locale.ROOT));
    }
}
