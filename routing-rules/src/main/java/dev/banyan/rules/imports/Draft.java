package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules while they are being made of a source, and what did not make it into them. */
final class Draft {

    static final String BASELINE = "legacy";

    private static final int MATCHES_PER_ROUTE_MAX = 64;
    private static final int NAME_CHARS_MAX = 63;

    final ImportOptions options;
    final List<DraftRoute> routes = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    final List<NotCarriedOver> notCarriedOver = new ArrayList<>();

    /** The Host that a backend is to see, by the backend's name. */
    final Map<String, String> hostByBackend = new LinkedHashMap<>();

    private final Map<String, URI> backends = new LinkedHashMap<>();
    private final Set<String> routeNames = new HashSet<>();

    Draft(ImportOptions options) {
        this.options = options;
        if (options.legacy() != null) {
            backends.put(BASELINE, origin(options.legacy()));
        }
    }

    /** All backends by name; the baseline is called {@link #BASELINE}. */
    Map<String, URI> backends() {
        return backends;
    }

    boolean hasBaseline() {
        return backends.containsKey(BASELINE);
    }

    void baseline(URI url) {
        backends.put(BASELINE, origin(url));
    }

    /** The backend at this address, under {@code hint} or a name like it when it is new. */
    String backend(String hint, URI url) {
        URI origin = origin(url);
        for (Map.Entry<String, URI> each : backends.entrySet()) {
            if (isSame(each.getValue(), origin)) {
                return each.getKey();
            }
        }
        String name = unique(name(hint), backends.keySet());
        backends.put(name, origin);
        return name;
    }

    /** The same for a backend that has a name and perhaps no address; null when nobody says its address. */
    @Nullable
    String namedBackend(String hint, @Nullable URI url) {
        URI said = options.candidates().get(hint);
        URI address = said == null ? options.candidates().get(name(hint)) : said;
        if (address == null) {
            address = url;
        }
        return address == null ? null : backend(hint, address);
    }

    private static boolean isSame(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    /** The address that a text says, with all there is in it; null when it is none of http or https with a host. */
    static @Nullable URI address(String text) {
        try {
            URI address = URI.create(text);
            origin(address);
            return address;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static int port(URI url) {
        int usual = "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
        return url.getPort() < 0 ? usual : url.getPort();
    }

    /** Scheme, host and port of an address; what else there is, is not a backend's. */
    static URI origin(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (url.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("url: " + url + " (expected: http or https, a host, perhaps a port)");
        }
        return URI.create(scheme + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()));
    }

    /** A new route, with a name made of {@code hint}; it stands after the others. */
    DraftRoute route(String hint, Place place) {
        var route = new DraftRoute(unique(name(hint), routeNames), place);
        routeNames.add(route.name);
        routes.add(route);
        return route;
    }

    /** A copy of a route for other matches, which stands right after it. */
    DraftRoute split(DraftRoute route, List<Match> matches) {
        DraftRoute copy = route.copy(unique(route.name, routeNames), matches);
        routeNames.add(copy.name);
        routes.add(routes.indexOf(route) + 1, copy);
        return copy;
    }

    /** No route has more matches than a route may have. */
    void keepLimits() {
        for (int i = 0; i < routes.size(); i++) {
            DraftRoute route = routes.get(i);
            if (route.matches.size() > MATCHES_PER_ROUTE_MAX) {
                List<Match> all = route.matches;
                route.matches = all.subList(0, MATCHES_PER_ROUTE_MAX);
                split(route, all.subList(MATCHES_PER_ROUTE_MAX, all.size()));
            }
        }
    }

    /** Something beside the routes, which changes nothing about them. */
    void aside(Place at, String where, String found, String reason) {
        list(notes, new NotCarriedOver(at.file(), at.line(), at.column(), where, found, reason));
    }

    /** Something that the route can do without: callers get the same from the same backend. */
    void aside(DraftRoute route, Place at, String found, String reason) {
        list(route.notes, entry(route, at, found, reason));
    }

    /** Something without which the candidate must not serve: the route waits at stage off. */
    void hold(DraftRoute route, Place at, String found, String reason) {
        aside(route, at, found, reason + "; stage off until you have looked at it");
        route.stage = Stage.OFF;
        route.held = true;
    }

    /** A redirect asks no backend, so that nothing of what would be done on the way there is left. */
    void endInTheRedirect(DraftRoute route, String redirect, boolean rewrites) {
        if (!route.filters.isEmpty() || rewrites) {
            aside(route, route.place, "filters beside " + redirect, "a redirect asks no backend");
        }
        route.stage = route.leftOut || route.held ? route.stage : Stage.COMPLETE;
        route.candidate = null;
        route.filters.clear();
        route.rewritePath = null;
        route.rewriteHostname = null;
        route.timeout = null;
    }

    /** Something without which the route would be another one: it stays a comment. */
    void leaveOut(DraftRoute route, Place at, String found, String reason) {
        aside(route, at, found, reason);
        route.leftOut = true;
    }

    private void list(List<String> comments, NotCarriedOver entry) {
        notCarriedOver.add(entry);
        comments.add("not carried over (" + entry.file().getFileName() + ":" + entry.line() + ":" + entry.column()
                + "): " + entry.found() + ": " + entry.reason());
    }

    private static NotCarriedOver entry(DraftRoute route, Place at, String found, String reason) {
        return new NotCarriedOver(at.file(), at.line(), at.column(), "routes[" + route.name + "]", found, reason);
    }

    /** What keeps the whole source from being imported. */
    static RulesException refuse(Place at, String where, String found, String expected) {
        return new RulesException(List.of(new Problem(at.file(), at.line(), at.column(), where, found, expected)));
    }

    /** A name as rules have them, made of any text. */
    static String name(String text) {
        String name =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String bounded = name.length() > NAME_CHARS_MAX - 4 ? name.substring(0, NAME_CHARS_MAX - 4) : name;
        return bounded.isEmpty() ? "unnamed" : bounded.replaceAll("-$", "");
    }

    private static String unique(String name, Set<String> taken) {
        String unique = name;
        for (int i = 2; taken.contains(unique); i++) {
            unique = name + "-" + i;
        }
        return unique;
    }
}
