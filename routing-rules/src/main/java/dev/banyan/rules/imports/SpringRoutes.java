package dev.banyan.rules.imports;

import dev.banyan.rules.Backend;
import dev.banyan.rules.Match;
import dev.banyan.rules.Route;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the routes of a Spring Cloud Gateway. */
final class SpringRoutes {

    /*
     * Spring takes the first route in order that fits; we take the most specific one. A route keeps its meaning where both
     * agree, or where both routes do the same. Where they do not, that is listed, because only people know which was meant.
     */

    private static final List<String> ROOTS = List.of("spring.cloud.gateway", "spring.cloud.gateway.server.webflux");
    private static final Set<String> READ = Set.of("routes", "default-filters", "defaultFilters", "server");

    private final Draft draft;
    private final List<Source> sources = new ArrayList<>();
    private final List<SpringCall> defaultFilters = new ArrayList<>();

    SpringRoutes(Draft draft) {
        this.draft = draft;
    }

    /** A route as the source has it, and what it becomes. */
    private record Source(Foreign given, int order, DraftRoute route, SpringMatch match) {}

    void read(List<Foreign> documents) throws RulesException {
        for (Foreign written : documents) {
            Foreign each = written.nested();
            Foreign profile = each.at("spring.config.activate.on-profile");
            if (profile != null) {
                draft.aside(profile.place(), "profile", profile.shown(), "only what holds for every profile is read");
                continue;
            }
            for (String root : ROOTS) {
                Foreign gateway = each.at(root);
                if (gateway != null) {
                    readGateway(gateway);
                }
            }
        }
        sources.sort(java.util.Comparator.comparingInt(Source::order));
        draft.routes.clear();
        sources.forEach(each -> draft.routes.add(each.route));
        findBaseline();
        sources.forEach(this::readTarget);
        List<Source> baselines =
                sources.stream().filter(each -> each.route.toBaseline()).toList();
        baselines.forEach(this::readFilters);
        joinWeights(); // while a candidate's route has all of its matches: its filters may split it
        sources.stream().filter(each -> !baselines.contains(each)).forEach(this::readFilters);
        reportHosts();
        reportOrder();
    }

    private void readFilters(Source source) {
        DraftRoute route = source.route;
        if (route.leftOut) {
            return; // as a whole, with all that it does
        }
        new SpringFilters(draft, route).read(defaultFilters, source.given.list("filters"));
        if (route.toBaseline() && route.stage != Stage.OFF && !route.leftOut) {
            String uri = "uri: " + source.given.text("uri");
            draft.leaveOut(route, source.given.get("uri").place(), uri, "only RedirectTo answers by itself here");
        }
    }

    private void readGateway(Foreign gateway) {
        gateway.entries().forEach((key, value) -> {
            if (!READ.contains(key)) {
                draft.aside(value.place(), "gateway." + key, value.shown(), "a setting of the gateway, not of a route");
            }
        });
        for (String key : List.of("default-filters", "defaultFilters")) {
            gateway.list(key).forEach(each -> defaultFilters.add(SpringCall.of(each)));
        }
        Foreign routes = gateway.at("routes");
        if (routes != null) {
            List<Foreign> items = routes instanceof Foreign.Items(var all, var _)
                    ? all
                    : List.copyOf(routes.entries().values());
            items.forEach(this::readRoute);
        }
    }

    private void readRoute(Foreign given) {
        String id = given.text("id");
        DraftRoute route = draft.route(id.isEmpty() ? "route" : id, given.place());
        int order = 0;
        if (given.has("order")) {
            try {
                order = Integer.parseInt(given.text("order"));
            } catch (NumberFormatException e) {
                draft.leaveOut(route, given.get("order").place(), "order: " + given.text("order"), "not a number");
            }
        }
        List<SpringCall> predicates =
                given.list("predicates").stream().map(SpringCall::of).toList();
        SpringMatch match = new SpringMatch(draft, route);
        match.read(predicates);
        if (predicates.isEmpty()) {
            draft.leaveOut(route, given.place(), "no predicates", "the source refuses such a route");
        }
        if (given.text("enabled").equals("false")) {
            draft.leaveOut(route, given.get("enabled").place(), "enabled: false", "the source does not use it");
        }
        readMetadata(route, given.get("metadata"));
        sources.add(new Source(given, order, route, match));
    }

    private void readMetadata(DraftRoute route, Foreign metadata) {
        metadata.entries().forEach((key, value) -> {
            boolean isTimeout = key.equals("response-timeout");
            Duration timeout = isTimeout && value.asText().matches("[1-9][0-9]{0,6}")
                    ? Duration.ofMillis(Long.parseLong(value.asText()))
                    : Duration.ZERO;
            if (timeout.isPositive() && timeout.compareTo(Backend.Timeouts.MAX) <= 0) {
                route.timeout = timeout;
            } else {
                String expected = isTimeout ? "a timeout is above 0 and up to 1h" : "routes carry no such thing";
                draft.aside(route, value.place(), "metadata." + key + ": " + value.shown(), expected);
            }
        });
    }

    /** Without {@code --legacy}, the baseline is whatever the last route sends everything to that no other took. */
    private void findBaseline() {
        if (draft.hasBaseline() || sources.isEmpty()) {
            return;
        }
        Source last = sources.getLast();
        boolean all = last.route.hostnames.isEmpty()
                && last.route.from == null
                && last.route.until == null
                && !last.route.leftOut
                && last.match.weightGroup == null
                && last.route.matches.equals(List.of(Match.path(Match.Path.ANY)));
        URI url = Draft.address(last.given.text("uri"));
        if (all && url != null) {
            draft.baseline(url);
        }
    }

    private void readTarget(Source source) {
        DraftRoute route = source.route;
        String uri = source.given.text("uri");
        Place at = source.given.get("uri").place();
        if (uri.startsWith("no:")) {
            return; // its filters answer
        }
        URI url = uri(uri);
        String hint = url == null || url.getHost() == null ? route.name : hint(url.getHost(), route.name);
        String name = url != null && url.getAuthority() != null ? url.getAuthority() : hint;
        boolean balanced = url != null && Objects.equals(url.getScheme(), "lb");
        String backend = draft.namedBackend(balanced ? name : hint, Draft.address(uri));
        if (backend == null) {
            draft.leaveOut(
                    route, at, "uri: " + uri, "no address; say it with --candidate " + Draft.name(name) + "=URL");
        } else if (backend.equals(Draft.BASELINE)) {
            route.stage = Stage.OFF;
            route.notes.add("the source sends it to the baseline");
        } else {
            route.candidate = backend;
        }
    }

    private static @Nullable URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return null; // a placeholder, most often
        }
    }

    /** The first label of a name; an address says nothing, and the route's name more. */
    private static String hint(String host, String routeName) {
        boolean number = host.matches("[0-9.]+") || host.startsWith("[") || host.equals("localhost");
        return number ? routeName : host.substring(0, host.indexOf('.') < 0 ? host.length() : host.indexOf('.'));
    }

    /** Two routes of one weight group that ask for the same are one route with a share. */
    private void joinWeights() {
        Map<String, List<Source>> groups = new LinkedHashMap<>();
        for (Source each : sources) {
            if (each.match.weightGroup != null) {
                groups.computeIfAbsent(each.match.weightGroup, _ -> new ArrayList<>())
                        .add(each);
            }
        }
        groups.forEach((group, members) -> {
            Source baseline = members.getFirst().route.toBaseline() ? members.getFirst() : members.getLast();
            Source candidate = members.getFirst().route.toBaseline() ? members.getLast() : members.getFirst();
            boolean pair = members.size() == 2
                    && baseline.route.toBaseline()
                    && !baseline.route.leftOut
                    && !candidate.route.leftOut
                    && candidate.route.candidate != null
                    && !hasFilter(candidate, "RedirectTo")
                    && baseline.route.matches.equals(candidate.route.matches)
                    && baseline.route.hostnames.equals(candidate.route.hostnames)
                    && Objects.equals(baseline.route.from, candidate.route.from)
                    && Objects.equals(baseline.route.until, candidate.route.until);
            long sum = (long) baseline.match.weight + candidate.match.weight;
            if (!pair || sum == 0) {
                members.forEach(each -> draft.leaveOut(
                        each.route,
                        each.route.place,
                        "Weight=" + group,
                        "a share can be said between the baseline and one candidate that take the same requests"));
                return;
            }
            DraftRoute joined = candidate.route;
            joined.weight = Math.toIntExact(Math.round((double) candidate.match.weight * Route.EVERYONE / sum));
            joined.stage = Stage.LIVE;
            joined.notes.add("with " + baseline.route.name + ", whose share is the baseline's now");
            draft.routes.remove(baseline.route);
            // Filters of the baseline's route were listed there; the list goes on with the route that is left.
            baseline.route.notes.stream()
                    .filter(each -> each.startsWith("not carried over"))
                    .forEach(joined.notes::add);
        });
    }

    /** Spring shows a backend the host of its own address, unless a route keeps the caller's. */
    private void reportHosts() {
        Map<String, Set<Boolean>> kept = new HashMap<>();
        for (Source each : sources) {
            if (!each.route.leftOut && each.route.redirect == null) {
                String backend = each.route.candidate == null ? Draft.BASELINE : each.route.candidate;
                kept.computeIfAbsent(backend, _ -> new HashSet<>()).add(hasFilter(each, "PreserveHostHeader"));
            }
        }
        draft.backends().forEach((name, url) -> {
            if (kept.getOrDefault(name, Set.of()).contains(false)) {
                draft.hostByBackend.put(name, url.getAuthority());
            }
        });
        for (Source each : sources) {
            String backend = each.route.candidate == null ? Draft.BASELINE : each.route.candidate;
            if (!each.route.leftOut
                    && hasFilter(each, "PreserveHostHeader")
                    && kept.getOrDefault(backend, Set.of()).contains(false)) {
                String reason =
                        "other routes to the backend " + backend + " show it its own host, and that is said once";
                draft.aside(each.route, each.route.place, "PreserveHostHeader", reason);
            }
        }
    }

    private boolean hasFilter(Source source, String name) {
        List<SpringCall> all = new ArrayList<>(defaultFilters);
        source.given.list("filters").forEach(each -> all.add(SpringCall.of(each)));
        return all.stream().anyMatch(each -> each.name().equals(name));
    }

    private void reportOrder() {
        List<DraftRoute> routes =
                draft.routes.stream().filter(each -> !each.leftOut).toList();
        for (int i = 0; i < routes.size(); i++) {
            for (int j = i + 1; j < routes.size(); j++) {
                reportOrder(routes.get(i), routes.get(j));
            }
        }
    }

    private void reportOrder(DraftRoute first, DraftRoute second) {
        Order.Outcome outcome = Order.between(first, second);
        if (outcome == Order.Outcome.APART || first.doesTheSameAs(second)) {
            return;
        }
        if (outcome == Order.Outcome.SECOND_WINS) {
            draft.aside(
                    second,
                    second.place,
                    "the order after " + first.name,
                    "a request that fits both goes to " + first.name
                            + " there, which comes first, and to this one here, whose match is more specific");
        }
        if (first.from != null || first.until != null) {
            draft.aside(
                    first,
                    first.place,
                    "what comes after its time",
                    "outside of it " + second.name + " takes such requests there, and the baseline here");
        }
    }
}
