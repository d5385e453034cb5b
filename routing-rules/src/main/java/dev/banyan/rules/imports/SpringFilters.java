package dev.banyan.rules.imports;

import dev.banyan.rules.FilterCall;
import dev.banyan.rules.FilterCatalog;
import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import dev.banyan.rules.Redirect;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the filters of one route of Spring Cloud Gateway. */
final class SpringFilters {

    /** What protects a backend or a caller and changes neither what is asked nor what is answered. */
    private static final Map<String, String> ASIDE = Map.of(
            "Retry", "a backend has retries",
            "CircuitBreaker", "every candidate has a circuitBreaker",
            "RequestRateLimiter", "the gateway has no rates",
            "LocalResponseCache", "the gateway has no cache");

    private final Draft draft;
    private final DraftRoute route;
    private final List<UnaryOperator<String>> pathChanges = new ArrayList<>();

    SpringFilters(Draft draft, DraftRoute route) {
        this.draft = draft;
        this.route = route;
    }

    void read(List<SpringCall> defaults, List<Foreign> given) {
        List<SpringCall> calls = new ArrayList<>(defaults);
        given.forEach(each -> calls.add(SpringCall.of(each)));
        Place lastPathChange = route.place;
        for (SpringCall each : calls) {
            if (route.toBaseline()
                    && !each.name().equals("PreserveHostHeader")
                    && !each.name().equals("RedirectTo")) {
                draft.aside(route, each.place(), each.shown(), "requests of the baseline pass no filters");
                continue;
            }
            try {
                if (each.hasExpression()) {
                    throw new IllegalArgumentException(
                            "it is filled in when the source is run; write what it comes to");
                }
                int before = pathChanges.size();
                read(each);
                lastPathChange = pathChanges.size() > before ? each.place() : lastPathChange;
            } catch (IllegalArgumentException e) {
                draft.hold(route, each.place(), each.shown(), String.valueOf(e.getMessage()));
            }
        }
        if (route.redirect != null) {
            draft.endInTheRedirect(route, "RedirectTo", !pathChanges.isEmpty());
        } else {
            changePaths(lastPathChange);
        }
    }

    private void read(SpringCall call) {
        String aside = ASIDE.get(call.name());
        if (aside != null) {
            draft.aside(route, call.place(), call.shown(), aside);
            return;
        }
        switch (call.name()) {
            case "PreserveHostHeader" -> {}
            case "SetRequestHostHeader" -> route.rewriteHostname = Order.host(call.argument(0, "host"));
            case "StripPrefix" -> pathChanges.add(PathChange.strip(parts(call)));
            case "PrefixPath" -> pathChanges.add(PathChange.prepend(call.argument(0, "prefix")));
            case "RewritePath" ->
                pathChanges.add(PathChange.rewrite(call.argument(0, "regexp"), call.argument(1, "replacement")));
            case "SetPath" -> {
                String path = call.argument(0, "template");
                pathChanges.add(new PathChange.Fixed(new PathReplacement.ReplaceFullPath(path).value()));
            }
            case "RedirectTo" -> redirect(call);
            default -> addFilter(call);
        }
    }

    /** Without a number it takes one element away. */
    private static int parts(SpringCall call) {
        return call.argument(0, "parts").isEmpty() ? 1 : call.number(0, "parts");
    }

    private void addFilter(SpringCall call) {
        FilterCatalog.Entry entry = FilterCatalog.entries().get(call.name());
        List<String> arguments = new ArrayList<>(call.arguments());
        if (entry != null) {
            entry.arguments().forEach(each -> Optional.ofNullable(
                            call.named().get(each.name().toLowerCase(java.util.Locale.ROOT)))
                    .ifPresent(arguments::addAll));
        }
        if (entry != null
                && arguments.size() < call.arguments().size() + call.named().size()) {
            throw new IllegalArgumentException("not all of its arguments are known here");
        }
        var filter = new FilterCall(call.name(), arguments);
        FilterCatalog.Mistake mistake = FilterCatalog.mistake(filter);
        boolean comma = arguments.stream().anyMatch(each -> each.contains(","));
        if (entry == null) {
            throw new IllegalArgumentException("not among the filters that a route may name");
        }
        if (mistake != null || comma) {
            throw new IllegalArgumentException(
                    mistake == null ? "a comma in a value" : "expected " + mistake.expected());
        }
        route.filters.add(filter);
    }

    private void redirect(SpringCall call) {
        int status = call.number(0, "status");
        URI to = URI.create(call.argument(1, "url"));
        if (to.getHost() == null || to.getRawQuery() != null || to.getRawFragment() != null) {
            throw new IllegalArgumentException("an address without a host, or with a query");
        }
        String path = to.getPath() == null || to.getPath().isEmpty() ? "/" : to.getPath();
        Integer port = to.getPort() < 0 ? null : Integer.valueOf(to.getPort());
        route.redirect = new Redirect(
                to.getScheme(), Order.host(to.getHost()), port, new PathReplacement.ReplaceFullPath(path), status);
        if (!call.argument(2, "includeRequestParams").equals("true")) {
            draft.aside(
                    route, call.place(), call.shown(), "it leaves the query out there, and a redirect keeps it here");
        }
    }

    /** One route for each new path, because a route has one. */
    private void changePaths(Place at) {
        Map<Optional<PathReplacement>, List<Match>> byReplacement = new LinkedHashMap<>();
        Set<String> said = new java.util.HashSet<>();
        for (Match each : route.matches) {
            Optional<PathReplacement> replacement = Optional.empty();
            try {
                replacement = Optional.ofNullable(PathChange.of(each.path(), pathChanges));
            } catch (IllegalArgumentException e) {
                String reason = Objects.requireNonNullElse(e.getMessage(), "");
                if (said.add(reason)) {
                    draft.hold(route, at, "the new path", reason);
                }
            }
            byReplacement.computeIfAbsent(replacement, _ -> new ArrayList<>()).add(each);
        }
        Map<DraftRoute, Optional<PathReplacement>> made = new HashMap<>();
        boolean first = true;
        for (var each : byReplacement.entrySet()) {
            if (first) {
                route.matches = each.getValue();
                made.put(route, each.getKey());
                first = false;
            } else {
                made.put(draft.split(route, each.getValue()), each.getKey());
            }
        }
        made.forEach((of, replacement) -> of.rewritePath = replacement.orElse(null));
    }
}
