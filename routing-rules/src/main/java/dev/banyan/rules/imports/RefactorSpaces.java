package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an application of AWS Migration Hub Refactor Spaces: what its API answers about services and routes. */
final class RefactorSpaces {

    private static final List<String> LISTS =
            List.of("RouteSummaryList", "ServiceSummaryList", "ApplicationSummaryList", "EnvironmentSummaryList");

    private final Draft draft;
    private final Map<String, Foreign> routes = new LinkedHashMap<>();
    private final Map<String, Foreign> services = new LinkedHashMap<>();
    private final Map<String, Foreign> applications = new LinkedHashMap<>();
    private final List<DraftRoute> inactive = new ArrayList<>();

    RefactorSpaces(Draft draft) {
        this.draft = draft;
    }

    static boolean isOne(Foreign document) {
        if (document instanceof Foreign.Items(var items, var _)) {
            return !items.isEmpty() && isOne(items.getFirst());
        }
        return LISTS.stream().anyMatch(document::has)
                || (document.has("ApplicationId") && document.has("EnvironmentId"));
    }

    void read(List<Foreign> documents) throws RulesException {
        documents.forEach(this::collect);
        requireOneApplication();
        readDefaultRoute();
        routes.values().stream().filter(each -> !isDefault(each)).forEach(this::readRoute);
        leaveToOthers();
    }

    /** An answer about many, or about one; the later of two about the same counts. */
    private void collect(Foreign document) {
        if (document instanceof Foreign.Items(var items, var _)) {
            items.forEach(this::collect);
            return;
        }
        boolean list = false;
        for (String each : LISTS) {
            list = list || document.has(each);
            document.list(each).forEach(this::collect);
        }
        if (document.has("NextToken")) {
            String reason = "the answer goes on: give the next page too";
            draft.aside(document.get("NextToken").place(), "NextToken", document.text("NextToken"), reason);
        }
        if (list) {
            return;
        }
        if (document.has("RouteId")) {
            routes.put(document.text("RouteId"), document);
        } else if (document.has("ServiceId")) {
            services.put(document.text("ServiceId"), document);
        } else if (document.has("ApplicationId")) {
            applications.put(document.text("ApplicationId"), document);
        } else if (!document.has("EnvironmentId")) {
            draft.aside(
                    document.place(), "answer", document.shown(), "neither a route nor a service nor an application");
        }
    }

    private void requireOneApplication() throws RulesException {
        List<Foreign> all = List.copyOf(routes.values());
        for (Foreign each : all) {
            String id = each.text("ApplicationId");
            String first = all.getFirst().text("ApplicationId");
            if (!id.equals(first)) {
                Place at = each.get("ApplicationId").place();
                throw Draft.refuse(at, "ApplicationId", id + " beside " + first, "the routes of one application");
            }
        }
        for (Foreign each : applications.values()) {
            Foreign proxy = each.get("ApiGatewayProxy");
            String url = proxy.text("ProxyUrl");
            if (url.matches("https://[^/]+/.+")) {
                String reason = "callers put this before each path there, and not here";
                draft.aside(proxy.get("ProxyUrl").place(), "ProxyUrl", url, reason);
            }
        }
    }

    private static boolean isDefault(Foreign route) {
        return route.text("RouteType").equals("DEFAULT");
    }

    private void readDefaultRoute() {
        for (Foreign route : routes.values()) {
            if (!isDefault(route)) {
                continue;
            }
            Foreign service = service(route);
            Foreign url = service.get("UrlEndpoint").get("Url");
            URI address = Draft.address(url.asText());
            if (address == null) {
                draft.aside(
                        route.place(),
                        "default route",
                        service.shown(),
                        "no address of http or https; say it with --legacy");
            } else if (!draft.hasBaseline()) {
                draft.baseline(address);
            } else if (!draft.backend(Draft.BASELINE, address).equals(Draft.BASELINE)) {
                draft.aside(url.place(), "default route", url.asText(), "--legacy says where the baseline is");
            }
            if (address != null && !basePath(address).isEmpty()) {
                String reason = "the baseline is asked for the path as it came";
                draft.aside(url.place(), "default route", "the path " + basePath(address), reason);
            }
            String state = state(route, "DefaultRoute");
            if (!state.equals("ACTIVE")) {
                draft.aside(route.place(), "default route", "State: " + state, "the baseline serves all the same");
            }
        }
        showOwnHost(Draft.BASELINE);
    }

    /** A service is asked for under the name in its own address there. */
    private void showOwnHost(String backend) {
        URI url = draft.backends().get(backend);
        if (url != null) {
            draft.hostByBackend.put(backend, url.getAuthority());
        }
    }

    private Foreign service(Foreign route) {
        Foreign known = services.get(route.text("ServiceId"));
        return known == null ? route.get("ServiceId") : known;
    }

    private void readRoute(Foreign given) {
        Foreign uri = given.has("UriPathRoute") ? given.get("UriPathRoute") : given;
        String source = uri.text("SourcePath");
        List<String> methods = uri.list("Methods").stream().map(Foreign::asText).toList();
        DraftRoute route = draft.route(source + " " + String.join(" ", methods), given.place());
        boolean below = uri.text("IncludeChildPaths").equals("true");
        try {
            Match.Path path = TemplatePath.of(source, below);
            route.matches = methods.isEmpty()
                    ? List.of(Match.path(path))
                    : methods.stream()
                            .map(each -> Match.path(path).withMethod(each.toUpperCase(Locale.ROOT)))
                            .toList();
        } catch (IllegalArgumentException e) {
            draft.leaveOut(route, uri.get("SourcePath").place(), source, String.valueOf(e.getMessage()));
            return;
        }
        readState(route, given);
        readService(route, given, uri);
    }

    private void readState(DraftRoute route, Foreign given) {
        String state = state(given, "UriPathRoute");
        String shown = "State: " + state;
        switch (state) {
            case "ACTIVE" -> {}
            case "INACTIVE" -> {
                route.stage = Stage.OFF;
                route.notes.add("INACTIVE there");
                inactive.add(route);
            }
            case "FAILED" -> {
                String error =
                        given.has("Error") ? shown + ", " + given.get("Error").shown() : shown;
                draft.hold(route, given.get("State").place(), error, "it takes no requests there");
                inactive.add(route);
            }
            case "DELETING" -> draft.leaveOut(route, given.get("State").place(), shown, "it is about to be gone there");
            default -> draft.hold(route, given.place(), shown, "it may or may not take requests there");
        }
    }

    private static String state(Foreign route, String nested) {
        return route.has("State") ? route.text("State") : route.get(nested).text("ActivationState");
    }

    private void readService(DraftRoute route, Foreign given, Foreign uri) {
        Foreign service = service(given);
        if (!services.containsKey(given.text("ServiceId"))) {
            draft.leaveOut(
                    route, service.place(), "ServiceId: " + given.text("ServiceId"), "no such service in the files");
            return;
        }
        String name = service.text("Name");
        URI address = Draft.address(service.get("UrlEndpoint").text("Url"));
        String backend = draft.namedBackend(name, address);
        if (backend == null) {
            boolean lambda = service.has("LambdaEndpoint");
            String found = lambda ? service.get("LambdaEndpoint").text("Arn") : service.shown();
            String kind = lambda ? "a Lambda function is no backend in this version" : "no address of http or https";
            String reason = kind + "; say where it answers with --candidate " + Draft.name(name) + "=URL";
            draft.leaveOut(route, service.place(), found, reason);
            return;
        }
        showOwnHost(backend);
        String target = target(address, uri);
        if (backend.equals(Draft.BASELINE)) {
            route.stage = Stage.OFF;
            route.notes.add("the source sends it to the baseline");
            if (!target.equals(uri.text("SourcePath"))) {
                String reason = "the baseline is asked for the path as it came";
                draft.aside(route, uri.get("SourcePath").place(), "the path " + target, reason);
            }
            return;
        }
        route.candidate = backend;
        rewrite(route, uri, target);
    }

    /** What the service is asked for in place of the source path. */
    private static String target(@Nullable URI address, Foreign uri) {
        String base = address == null ? "" : basePath(address);
        String target = base + (uri.text("AppendSourcePath").equals("true") ? uri.text("SourcePath") : "");
        return target.isEmpty() ? "/" : target;
    }

    private void rewrite(DraftRoute route, Foreign uri, String target) {
        if (target.equals(uri.text("SourcePath"))) {
            return;
        }
        Place at = uri.get("SourcePath").place();
        boolean prefix = route.matches.getFirst().path().kind() == Match.Path.Kind.PATH_PREFIX;
        boolean expression = route.matches.getFirst().path().kind() == Match.Path.Kind.REGULAR_EXPRESSION;
        if (target.indexOf('{') >= 0
                || (expression && uri.text("IncludeChildPaths").equals("true"))) {
            draft.hold(route, at, "the path " + target, "a new path cannot hold a {name}");
            return;
        }
        route.rewritePath =
                prefix ? new PathReplacement.ReplacePrefixMatch(target) : new PathReplacement.ReplaceFullPath(target);
    }

    /** Where another route takes what an inactive one would take, it must not stand in the way. */
    private void leaveToOthers() {
        for (DraftRoute each : inactive) {
            for (DraftRoute other : draft.routes) {
                boolean hidden = !other.leftOut
                        && !other.toBaseline()
                        && other.stage == Stage.COMPLETE
                        && Order.between(each, other) != Order.Outcome.APART;
                if (hidden && !each.leftOut) {
                    String reason = other.name + " takes such requests there, and would not beside a route that is off";
                    draft.leaveOut(each, each.place, "a route that takes no requests", reason);
                }
            }
        }
    }

    /** Empty, or {@code /base}. */
    private static String basePath(URI url) {
        return url.getPath() == null ? "" : url.getPath().replaceAll("/+$", "");
    }
}
