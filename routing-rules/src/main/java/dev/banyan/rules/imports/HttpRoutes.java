package dev.banyan.rules.imports;

import dev.banyan.rules.FilterCall;
import dev.banyan.rules.FilterCatalog;
import dev.banyan.rules.Match;
import dev.banyan.rules.PathReplacement;
import dev.banyan.rules.Redirect;
import dev.banyan.rules.Route;
import dev.banyan.rules.Stage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads HTTPRoutes of the Kubernetes Gateway API, version v1; each of their rules becomes a route. */
final class HttpRoutes {

    private static final String BASELINE_UNFILTERED = "requests of the baseline pass no filters";

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]+)(h|ms|m|s)");

    private final Draft draft;

    HttpRoutes(Draft draft) {
        this.draft = draft;
    }

    /** In the order that settles ties there: the oldest first, then by namespace and name, then as they are listed. */
    void read(List<Foreign> documents) {
        List<Foreign> routes = new ArrayList<>();
        for (Foreign each : documents) {
            List<Foreign> objects = each.text("kind").endsWith("List") ? each.list("items") : List.of(each);
            for (Foreign object : objects) {
                if (object.text("kind").equals("HTTPRoute")) {
                    routes.add(object);
                } else if (!object.entries().isEmpty()) {
                    draft.aside(object.place(), "documents", "a " + object.text("kind"), "only HTTPRoutes are read");
                }
            }
        }
        routes.sort(Comparator.comparing((Foreign each) -> each.get("metadata").text("creationTimestamp"))
                .thenComparing(each -> each.get("metadata").text("namespace"))
                .thenComparing(each -> each.get("metadata").text("name")));
        routes.forEach(this::readRoute);
    }

    private void readRoute(Foreign object) {
        Foreign spec = object.get("spec");
        String name = object.get("metadata").text("name");
        List<String> hostnames = spec.list("hostnames").stream()
                .map(each -> Order.host(each.asText()))
                .distinct()
                .toList();
        List<Foreign> rules = spec.list("rules");
        for (Foreign rule : rules) {
            String own = rule.text("name");
            String hint = rules.size() == 1 ? name : name + "-" + (own.isEmpty() ? rules.indexOf(rule) + 1 : own);
            DraftRoute route = draft.route(hint, rule.place());
            route.hostnames = hostnames;
            readMatches(route, rule);
            readFilters(route, rule.list("filters"));
            if (route.redirect != null) {
                boolean rewrites = route.rewritePath != null || route.rewriteHostname != null;
                draft.endInTheRedirect(route, "RequestRedirect", rewrites);
            } else {
                readBackends(route, rule, object.get("metadata").text("namespace"));
            }
            readRest(route, rule);
        }
    }

    private void readMatches(DraftRoute route, Foreign rule) {
        List<Match> matches = new ArrayList<>();
        for (Foreign each : rule.list("matches")) {
            try {
                String method = each.text("method");
                matches.add(Match.path(path(each.get("path")))
                        .withMethod(method.isEmpty() ? null : method)
                        .withHeaders(fields(each.list("headers"), false))
                        .withQueryParams(fields(each.list("queryParams"), true)));
            } catch (IllegalArgumentException e) {
                draft.leaveOut(route, each.place(), each.shown(), String.valueOf(e.getMessage()));
            }
        }
        route.matches = rule.list("matches").isEmpty() ? List.of(Match.path(Match.Path.ANY)) : matches;
    }

    private static Match.Path path(Foreign path) {
        String value = path.has("value") ? path.text("value") : "/";
        return switch (path.text("type")) {
            case "Exact" -> Match.Path.exact(value);
            case "RegularExpression" -> Match.Path.regularExpression(value);
            case "PathPrefix", "" -> Match.Path.prefix(value);
            default -> throw new IllegalArgumentException("a type of path that is not known");
        };
    }

    /** Of a name that is given twice, only the first counts there. */
    private static List<Match.Field> fields(List<Foreign> given, boolean caseMatters) {
        List<Match.Field> fields = new ArrayList<>();
        for (Foreign each : given) {
            String name = each.text("name");
            boolean again = fields.stream()
                    .anyMatch(
                            f -> caseMatters ? f.name().equals(name) : f.name().equalsIgnoreCase(name));
            boolean regex = each.text("type").equals("RegularExpression");
            String value = each.text("value");
            if (!again) {
                fields.add(regex ? new Match.Field.RegularExpression(name, value) : new Match.Field.Exact(name, value));
            }
        }
        return fields;
    }

    private void readFilters(DraftRoute route, List<Foreign> filters) {
        for (Foreign each : filters) {
            String type = each.text("type");
            try {
                switch (type) {
                    case "RequestRedirect" -> redirect(route, each.get("requestRedirect"));
                    case "URLRewrite" -> rewrite(route, each.get("urlRewrite"));
                    case "RequestHeaderModifier" -> headers(route, each.get("requestHeaderModifier"), "Request");
                    case "ResponseHeaderModifier" -> headers(route, each.get("responseHeaderModifier"), "Response");
                    case "RequestMirror" ->
                        draft.aside(route, each.place(), each.shown(), "a route's mirror copies to its own candidate");
                    default -> draft.hold(route, each.place(), each.shown(), "no filter of this type");
                }
            } catch (IllegalArgumentException e) {
                draft.hold(route, each.place(), each.shown(), String.valueOf(e.getMessage()));
            }
        }
    }

    private static @Nullable String textOrNull(Foreign in, String key) {
        return in.has(key) ? in.text(key) : null;
    }

    private static void redirect(DraftRoute route, Foreign given) {
        Integer port = given.has("port") ? Integer.valueOf(Foreign.number("port", given.text("port"))) : null;
        int status = given.has("statusCode")
                ? Foreign.number("statusCode", given.text("statusCode"))
                : Redirect.STATUS_UNSET;
        route.redirect = new Redirect(
                textOrNull(given, "scheme"), textOrNull(given, "hostname"), port, replacement(route, given), status);
    }

    private static void rewrite(DraftRoute route, Foreign given) {
        route.rewritePath = replacement(route, given);
        route.rewriteHostname = textOrNull(given, "hostname");
    }

    private static @Nullable PathReplacement replacement(DraftRoute route, Foreign given) {
        Foreign path = given.get("path");
        boolean prefixes = route.matches.stream().allMatch(each -> each.path().kind() == Match.Path.Kind.PATH_PREFIX);
        return switch (path.text("type")) {
            case "" -> null;
            case "ReplaceFullPath" -> new PathReplacement.ReplaceFullPath(path.text("replaceFullPath"));
            case "ReplacePrefixMatch" -> {
                if (!prefixes) {
                    throw new IllegalArgumentException("ReplacePrefixMatch with a match that is no PathPrefix");
                }
                String value = path.text("replacePrefixMatch");
                yield new PathReplacement.ReplacePrefixMatch(value.isEmpty() ? "/" : value);
            }
            default -> throw new IllegalArgumentException("a type of path that is not known");
        };
    }

    private static void headers(DraftRoute route, Foreign given, String side) {
        List<FilterCall> calls = new ArrayList<>();
        for (String action : List.of("set", "add")) {
            String name = (action.equals("set") ? "Set" : "Add") + side + "Header";
            given.list(action)
                    .forEach(each -> calls.add(new FilterCall(name, List.of(each.text("name"), each.text("value")))));
        }
        given.list("remove")
                .forEach(each -> calls.add(new FilterCall("Remove" + side + "Header", List.of(each.asText()))));
        for (FilterCall each : calls) {
            FilterCatalog.Mistake mistake = FilterCatalog.mistake(each);
            boolean comma = each.arguments().stream().anyMatch(text -> text.contains(","));
            if (mistake != null || comma) {
                throw new IllegalArgumentException(
                        mistake == null ? "a comma in a value" : mistake.found() + ", expected " + mistake.expected());
            }
        }
        route.filters.addAll(calls);
    }

    private void readBackends(DraftRoute route, Foreign rule, String namespace) {
        List<Foreign> given = rule.list("backendRefs");
        long sum = 0;
        long candidateWeight = 0;
        String candidate = null;
        boolean filtersOfBoth = !route.filters.isEmpty() || route.rewritePath != null || route.rewriteHostname != null;
        for (Foreign each : given) {
            String backend = backend(route, each, namespace);
            long weight = each.has("weight") && each.text("weight").matches("[0-9]{1,7}")
                    ? Long.parseLong(each.text("weight"))
                    : 1;
            boolean other = backend != null && !backend.equals(Draft.BASELINE);
            if (other && candidate != null && !candidate.equals(backend)) {
                draft.leaveOut(route, each.place(), each.shown(), "a share between two backends beside the baseline");
            }
            candidate = other ? backend : candidate;
            candidateWeight += other ? weight : 0;
            sum += weight;
            if (other) {
                readFilters(route, each.list("filters"));
                if (route.redirect != null) {
                    draft.leaveOut(route, each.place(), each.shown(), "a redirect is of the whole rule");
                }
            } else {
                each.list("filters")
                        .forEach(filter -> draft.aside(route, filter.place(), filter.shown(), BASELINE_UNFILTERED));
            }
        }
        if (sum == 0) {
            draft.leaveOut(route, rule.place(), "no backend with a weight", "it answers 500 there");
        }
        route.candidate = candidate;
        Stage stage = candidate == null ? Stage.OFF : candidateWeight == sum ? Stage.COMPLETE : Stage.LIVE;
        route.stage = route.stage == Stage.OFF ? Stage.OFF : stage;
        route.weight =
                stage == Stage.LIVE ? Math.toIntExact(Math.round((double) candidateWeight * Route.EVERYONE / sum)) : 0;
        if (candidate == null) {
            dropTheCandidatesPart(route);
        } else if (filtersOfBoth && stage == Stage.LIVE) {
            draft.aside(route, route.place, "its filters, for the baseline's share", BASELINE_UNFILTERED);
        }
    }

    private void dropTheCandidatesPart(DraftRoute route) {
        if (!route.filters.isEmpty() || route.rewritePath != null || route.rewriteHostname != null) {
            draft.aside(route, route.place, "its filters", BASELINE_UNFILTERED);
        }
        route.filters.clear();
        route.rewritePath = null;
        route.rewriteHostname = null;
    }

    private @Nullable String backend(DraftRoute route, Foreign ref, String namespace) {
        String kind = ref.text("kind");
        String space = ref.has("namespace") ? ref.text("namespace") : namespace;
        String host = ref.text("name") + (space.isEmpty() ? "" : "." + space + ".svc");
        boolean service = (kind.isEmpty() || kind.equals("Service")) && ref.has("port");
        URI url = service ? Draft.address("http://" + host + ":" + ref.text("port")) : null;
        String backend = draft.namedBackend(ref.text("name"), url);
        if (backend == null) {
            String reason = "no address; say it with --candidate " + Draft.name(ref.text("name")) + "=URL";
            draft.leaveOut(route, ref.place(), ref.shown(), reason);
        }
        return backend;
    }

    private void readRest(DraftRoute route, Foreign rule) {
        rule.get("timeouts").entries().forEach((key, value) -> {
            Duration timeout = duration(value.asText());
            boolean sound = timeout.isPositive() && timeout.compareTo(Duration.ofHours(1)) <= 0;
            if (key.equals("request") && sound && route.candidate != null) {
                route.timeout = timeout;
            } else {
                draft.aside(
                        route,
                        value.place(),
                        "timeouts." + key + ": " + value.shown(),
                        "only timeouts.request of a candidate, above 0 and up to 1h");
            }
        });
        for (String key : List.of("retry", "sessionPersistence")) {
            if (rule.has(key)) {
                draft.aside(route, rule.get(key).place(), key, "said by a backend's retries, or by a cohort");
            }
        }
    }

    private static Duration duration(String text) {
        Duration sum = Duration.ZERO;
        Matcher parts = PART.matcher(DURATION.matcher(text).matches() ? text : "");
        while (parts.find()) {
            long number = Long.parseLong(parts.group(1));
            sum = sum.plus(
                    switch (parts.group(2)) {
                        case "h" -> Duration.ofHours(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "s" -> Duration.ofSeconds(number);
                        default -> Duration.ofMillis(number);
                    });
        }
        return sum;
    }
}
