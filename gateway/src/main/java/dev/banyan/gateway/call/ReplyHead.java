package dev.banyan.gateway.call;

import dev.banyan.gateway.http.CacheControl;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Seam;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.NewCookie;
import dev.banyan.rules.Route;
import io.netty.handler.codec.http.HttpHeaderNames;
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
            head.set(HttpHeaderNames.CACHE_CONTROL, CacheControl.unshared(head.getAll(HttpHeaderNames.CACHE_CONTROL)));
        }
        NewCookie issue = routed.issue();
        if (issue != null) {
            head.add(HttpHeaderNames.SET_COOKIE, issue.setCookie(asked.scheme().equals("https")));
        }
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
