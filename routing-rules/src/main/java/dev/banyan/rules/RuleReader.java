package dev.banyan.rules;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the model from documents: everything that the schema cannot say is checked here. What the schema has already
 * refused is passed over in silence, so that each mistake is reported once and a second one beside it is still found.
 */
final class RuleReader {

    private final List<Problem> problems;
    private final List<Backend> backends = new ArrayList<>();
    private final List<Cohort> cohorts = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final Map<String, RouteSource> sources = new HashMap<>();

    /** Everything that is declared, valid or not, by kind and name: a broken backend is still a known one. */
    private final Map<String, Map<String, Declared>> declared = new HashMap<>();

    private final List<Declared> baselines = new ArrayList<>();

    private record Declared(Path file, Yaml.Fields fields, String name) {}

    /** Whether every document could be read: only then is what is missing really missing. */
    private final boolean complete;

    RuleReader(List<Problem> problems, boolean complete) {
        this.problems = problems;
        this.complete = complete;
    }

    /** The rule set of these documents. Only worth having when no problem was added. */
    RuleSet read(Map<Path, Yaml> documents) {
        for (String kind : List.of("backends", "cohorts", "routes")) {
            declared.put(kind, new LinkedHashMap<>());
            documents.forEach((file, document) -> declare(kind, file, document));
        }
        all("backends").forEach(this::backend);
        all("cohorts").forEach(this::cohort);
        all("routes").forEach(this::route);
        requireOneBaseline(documents);
        return RuleSet.of(backends, cohorts, routes, sources);
    }

    private Iterable<Declared> all(String kind) {
        return known(kind).values();
    }

    private Map<String, Declared> known(String kind) {
        return Objects.requireNonNull(declared.get(kind));
    }

    private void declare(String kind, Path file, Yaml document) {
        if (!(document instanceof Yaml.Fields top)) {
            return;
        }
        for (Yaml entry : top.list(kind)) {
            String name = entry instanceof Yaml.Fields fields ? fields.text("name") : null;
            if (name == null) {
                continue;
            }
            var here = new Declared(file, (Yaml.Fields) entry, name);
            Declared first = known(kind).putIfAbsent(name, here);
            if (first != null) {
                Yaml.Place at = first.fields.placeOf("name");
                add(
                        here,
                        kind,
                        "name",
                        "a second \"" + name + "\"; the first is at " + first.file + ":" + at.line() + ":"
                                + at.column(),
                        "another name");
            }
        }
    }

    private void requireOneBaseline(Map<Path, Yaml> documents) {
        if (baselines.isEmpty() && complete) {
            Path file = known("backends").values().stream()
                    .findFirst()
                    .map(Declared::file)
                    .orElseGet(() -> documents.keySet().iterator().next());
            problems.add(new Problem(file, 0, 0, "backends", "no baseline", "baseline: true on exactly one backend"));
        }
        for (Declared second : baselines.subList(Math.min(1, baselines.size()), baselines.size())) {
            String first = baselines.getFirst().name;
            add(second, "backends", "baseline", "a second baseline beside " + first, "exactly one in all files");
        }
    }

    private void backend(Declared at) {
        if (isTrue(at.fields, "baseline")) {
            baselines.add(at);
        }
        int before = problems.size();
        boolean baseline = isTrue(at.fields, "baseline");
        URI url = url(at);
        Backend.Timeouts timeouts = timeouts(at);
        Backend.CircuitBreaker breaker = circuitBreaker(at, baseline);
        if (url != null && problems.size() == before && isName(at.name)) {
            Backend unset = baseline ? Backend.baseline(at.name, url) : Backend.candidate(at.name, url);
            int connections = number(at.fields, "maxConnections", unset.maxConnections());
            if (connections >= 1 && connections <= Backend.MAX_CONNECTIONS_MAX) {
                backends.add(new Backend(
                        at.name, url, baseline, host(at), timeouts, connections, breaker, pathModel(at.fields)));
            }
        }
    }

    private @Nullable URI url(Declared at) {
        String text = at.fields.text("url");
        if (text == null) {
            return null;
        }
        try {
            return Backend.origin(URI.create(text));
        } catch (IllegalArgumentException e) {
            add(at, "backends", "url", "\"" + text + "\"", "http or https, a host, perhaps a port, nothing after it");
            return null;
        }
    }

    private static @Nullable String host(Declared at) {
        return at.fields.text("host");
    }

    private Backend.Timeouts timeouts(Declared at) {
        if (!(at.fields.get("timeouts") instanceof Yaml.Fields given)) {
            return Backend.Timeouts.UNSET;
        }
        return new Backend.Timeouts(
                duration(at, given, "timeouts", "connect", Backend.Timeouts.UNSET.connect()),
                duration(at, given, "timeouts", "request", Backend.Timeouts.UNSET.request()));
    }

    private Backend.@Nullable CircuitBreaker circuitBreaker(Declared at, boolean baseline) {
        if (!(at.fields.get("circuitBreaker") instanceof Yaml.Fields given)) {
            return baseline ? null : Backend.CircuitBreaker.UNSET;
        }
        var unset = Backend.CircuitBreaker.UNSET;
        int rate = percent(given, "failureRate", unset.failureRate());
        int window = number(given, "windowCalls", unset.windowCalls());
        int min = number(given, "minCalls", Math.min(unset.minCalls(), window));
        int trial = number(given, "trialCalls", unset.trialCalls());
        Duration openFor = duration(at, given, "circuitBreaker", "openFor", unset.openFor());
        if (rate == 0) {
            add(at, "backends", "circuitBreaker.failureRate", given.placeOf("failureRate"), "0%", "above 0%");
        }
        if (min > window) {
            Yaml.Place place = given.placeOf("minCalls");
            add(
                    at,
                    "backends",
                    "circuitBreaker.minCalls",
                    place,
                    String.valueOf(min),
                    "at most windowCalls, " + window);
        }
        boolean valid = rate > 0 && min >= 1 && min <= window && trial >= 1;
        boolean bounded = window <= Backend.CircuitBreaker.CALLS_MAX && trial <= Backend.CircuitBreaker.CALLS_MAX;
        return valid && bounded ? new Backend.CircuitBreaker(rate, window, min, openFor, trial) : unset;
    }

    private static PathModel pathModel(Yaml.Fields backend) {
        if (!(backend.get("pathModel") instanceof Yaml.Fields given)) {
            return PathModel.UNKNOWN;
        }
        return new PathModel(
                isTrue(given, "stripsParameters"),
                isTrue(given, "mergesSlashes"),
                isTrue(given, "resolvesDots"),
                isTrue(given, "ignoresCase"));
    }

    private void cohort(Declared at) {
        int before = problems.size();
        List<Cohort.Key> keys = new ArrayList<>();
        List<Yaml> given = at.fields.list("key");
        for (int i = 0; i < given.size(); i++) {
            Yaml each = given.get(i);
            Cohort.Key key = each instanceof Yaml.Fields fields ? key(fields) : null;
            if (key == null) {
                continue;
            }
            if (key instanceof Cohort.Key.GenerateCookie && i < given.size() - 1) {
                add(at, "cohorts", "key", each.place(), "generateCookie before other keys", "generateCookie last");
            }
            keys.add(key);
        }
        String salt = at.fields.text("salt");
        boolean whole = !keys.isEmpty() && keys.size() == given.size() && keys.size() <= Cohort.KEYS_MAX;
        if (whole && salt != null && !salt.isEmpty() && problems.size() == before && isName(at.name)) {
            cohorts.add(new Cohort(at.name, keys, salt));
        }
    }

    private static Cohort.@Nullable Key key(Yaml.Fields fields) {
        String header = fields.text("header");
        String cookie = fields.text("cookie");
        String generated = fields.text("generateCookie");
        if (header != null) {
            return new Cohort.Key.Header(header);
        }
        if (cookie != null) {
            return new Cohort.Key.Cookie(cookie);
        }
        return generated == null ? null : new Cohort.Key.GenerateCookie(generated);
    }

    private void route(Declared at) {
        int before = problems.size();
        String candidate = reference(at, "candidate", "backends");
        String cohort = reference(at, "cohort", "cohorts");
        Declared to = candidate == null ? null : known("backends").get(candidate);
        if (to != null && isTrue(to.fields, "baseline")) {
            add(at, "routes", "candidate", to.name + ", the baseline itself", "a backend that takes over");
        }
        Stage stage = stage(at.fields.text("stage"));
        int weight = weight(at, stage, cohort);
        List<String> hostnames = hostnames(at);
        List<Match> matches = matches(at);
        boolean fallback = !Objects.equals(at.fields.text("fallback"), "none");
        int priority = number(at.fields, "priority", 0);
        boolean whole = matches.size() == at.fields.list("matches").size() && !matches.isEmpty();
        if (whole && candidate != null && stage != null && problems.size() == before && isName(at.name)) {
            routes.add(new Route(at.name, hostnames, matches, candidate, cohort, stage, weight, fallback, priority));
            List<Yaml.Place> places =
                    at.fields.list("matches").stream().map(Yaml::place).toList();
            sources.put(at.name, new RouteSource(at.file, at.fields.placeOf("name"), places));
        }
    }

    private @Nullable String reference(Declared at, String key, String kind) {
        String name = at.fields.text(key);
        if (complete && name != null && !known(kind).containsKey(name)) {
            add(
                    at,
                    "routes",
                    key,
                    "\"" + name + "\"",
                    Suggestion.among(name, known(kind).keySet()));
        }
        return name;
    }

    private static @Nullable Stage stage(@Nullable String text) {
        for (Stage stage : Stage.values()) {
            if (stage.name().toLowerCase(Locale.ROOT).equals(text)) {
                return stage;
            }
        }
        return null;
    }

    private int weight(Declared at, @Nullable Stage stage, @Nullable String cohort) {
        int weight = percent(at.fields, "weight", 0);
        if (stage == Stage.LIVE && at.fields.get("weight") == null) {
            add(at, "routes", "stage", "live without a weight", "weight: the candidate's share, such as 5%");
        }
        if (stage == Stage.LIVE && weight > 0 && weight < Route.EVERYONE && at.fields.get("cohort") == null) {
            add(at, "routes", "weight", "a split without a cohort", "cohort: how callers are told apart");
        }
        return cohort == null && weight < Route.EVERYONE ? 0 : weight;
    }

    private List<String> hostnames(Declared at) {
        Set<String> hostnames = new HashSet<>();
        for (Yaml each : at.fields.list("hostnames")) {
            if (each instanceof Yaml.Scalar host && !hostnames.add(host.text())) {
                add(at, "routes", "hostnames", host.place(), host.shown() + " again", "each host once");
            }
        }
        return hostnames.stream().sorted().toList();
    }

    private List<Match> matches(Declared at) {
        List<Match> matches = new ArrayList<>();
        for (Yaml each : at.fields.list("matches")) {
            int before = problems.size();
            if (!(each instanceof Yaml.Fields match)) {
                continue;
            }
            Match.Path path = path(at, match);
            List<Match.Field> headers = fields(at, match, "headers");
            List<Match.Field> params = fields(at, match, "queryParams");
            boolean few = headers.size() <= Match.FIELDS_MAX && params.size() <= Match.FIELDS_MAX;
            if (path != null && few && problems.size() == before) {
                matches.add(new Match(path, match.text("method"), headers, params));
            }
        }
        return matches;
    }

    private Match.@Nullable Path path(Declared at, Yaml.Fields match) {
        if (match.get("path") == null) {
            return Match.Path.ANY;
        }
        if (!(match.get("path") instanceof Yaml.Fields path) || path.text("value") == null) {
            return null;
        }
        String value = Objects.requireNonNull(path.text("value"));
        Match.Path.Kind kind =
                switch (path.text("type")) {
                    case "Exact" -> Match.Path.Kind.EXACT;
                    case "PathTemplate" -> Match.Path.Kind.PATH_TEMPLATE;
                    case "RegularExpression" -> Match.Path.Kind.REGULAR_EXPRESSION;
                    case "PathPrefix" -> Match.Path.Kind.PATH_PREFIX;
                    case null -> path.get("type") == null ? Match.Path.Kind.PATH_PREFIX : null;
                    default -> null;
                };
        String expected = kind == null || value.isEmpty() ? null : PathValue.wrong(kind, value);
        if (expected != null) {
            add(at, "routes", "matches.path.value", path.placeOf("value"), "\"" + value + "\"", expected);
        }
        return kind == null || value.isEmpty() || expected != null ? null : new Match.Path(kind, value);
    }

    private List<Match.Field> fields(Declared at, Yaml.Fields match, String key) {
        List<Match.Field> fields = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Yaml each : match.list(key)) {
            String name = each instanceof Yaml.Fields given ? given.text("name") : null;
            String value = each instanceof Yaml.Fields given ? given.text("value") : null;
            if (name == null || value == null) {
                continue;
            }
            Yaml.Fields given = (Yaml.Fields) each;
            String same = key.equals("headers") ? name.toLowerCase(Locale.ROOT) : name;
            if (!names.add(same)) {
                add(at, "routes", "matches." + key, given.placeOf("name"), "\"" + name + "\" again", "each name once");
            }
            boolean regex = Objects.equals(given.text("type"), "RegularExpression");
            String expected = regex ? PathValue.wrongRegex(value) : null;
            if (expected != null) {
                add(at, "routes", "matches." + key, given.placeOf("value"), "\"" + value + "\"", expected);
            } else {
                fields.add(regex ? new Match.Field.RegularExpression(name, value) : new Match.Field.Exact(name, value));
            }
        }
        return fields;
    }

    private Duration duration(Declared at, Yaml.Fields in, String section, String key, Duration unset) {
        String text = in.text(key);
        if (text == null || !Quantities.isDuration(text)) {
            return unset;
        }
        Duration value = Quantities.duration(text);
        if (value.isPositive() && value.compareTo(Backend.Timeouts.MAX) <= 0) {
            return value;
        }
        add(at, "backends", section + "." + key, in.placeOf(key), "\"" + text + "\"", "above 0, up to 1h");
        return unset;
    }

    private static int percent(Yaml.Fields in, String key, int unset) {
        String text = in.text(key);
        return text != null && Quantities.isPercent(text) ? Quantities.basisPoints(text) : unset;
    }

    private static int number(Yaml.Fields in, String key, int unset) {
        boolean given = in.get(key) instanceof Yaml.Scalar scalar && scalar.kind() == Yaml.Scalar.Kind.INTEGER;
        try {
            return given ? Integer.parseInt(((Yaml.Scalar) Objects.requireNonNull(in.get(key))).text()) : unset;
        } catch (NumberFormatException e) {
            return unset; // beyond what an int holds, hence beyond what the schema allows
        }
    }

    private static boolean isTrue(Yaml.Fields in, String key) {
        return in.get(key) instanceof Yaml.Scalar scalar
                && scalar.kind() == Yaml.Scalar.Kind.BOOLEAN
                && Boolean.parseBoolean(scalar.text());
    }

    private static boolean isName(String name) {
        return Names.isName(name);
    }

    private void add(Declared at, String kind, String key, String found, String expected) {
        add(at, kind, key, at.fields.placeOf(key), found, expected);
    }

    private void add(Declared at, String kind, String key, Yaml.Place place, String found, String expected) {
        String where = kind + "[" + at.name + "]." + key;
        problems.add(new Problem(at.file, place.line(), place.column(), where, found, expected));
    }
}
