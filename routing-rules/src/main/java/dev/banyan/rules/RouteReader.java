package dev.banyan.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes routes of what files declare. */
final class RouteReader {

    private final List<Problem> problems;
    private final Map<String, Declared> backends;
    private final Map<String, Declared> cohorts;

    /** Whether every file could be read: only then is a name that nobody declares a mistake. */
    private final boolean complete;

    RouteReader(
            List<Problem> problems, Map<String, Declared> backends, Map<String, Declared> cohorts, boolean complete) {
        this.problems = problems;
        this.backends = backends;
        this.cohorts = cohorts;
        this.complete = complete;
    }

    /** The route; null when something is wrong with it, which has then been reported, here or by the schema. */
    @Nullable
    Route read(Declared at) {
        int before = problems.size();
        String candidate = reference(at, "candidate", backends);
        String cohort = reference(at, "cohort", cohorts);
        Declared to = candidate == null ? null : backends.get(candidate);
        if (to != null && to.fields().isTrue("baseline")) {
            at.add(problems, "candidate", to.name() + ", the baseline itself", "a backend that takes over");
        }
        Stage stage = stage(at.fields().text("stage"));
        int weight = weight(at, stage, cohort);
        List<String> hostnames = hostnames(at);
        List<Match> matches = matches(at);
        boolean fallback = !Objects.equals(at.fields().text("fallback"), "none");
        int priority = at.fields().number("priority", 0);
        boolean whole = matches.size() == at.fields().list("matches").size() && !matches.isEmpty();
        boolean sound = whole && problems.size() == before && Names.isName(at.name());
        return sound && candidate != null && stage != null
                ? new Route(at.name(), hostnames, matches, candidate, cohort, stage, weight, fallback, priority)
                : null;
    }

    private @Nullable String reference(Declared at, String key, Map<String, Declared> known) {
        String name = at.fields().text(key);
        if (complete && name != null && !known.containsKey(name)) {
            at.add(problems, key, "\"" + name + "\"", Suggestion.among(name, known.keySet()));
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
        int weight = Quantities.basisPoints(at.fields(), "weight", 0);
        if (stage == Stage.LIVE && at.fields().get("weight") == null) {
            at.add(problems, "stage", "live without a weight", "weight: the candidate's share, such as 5%");
        }
        if (stage == Stage.LIVE
                && weight > 0
                && weight < Route.EVERYONE
                && at.fields().get("cohort") == null) {
            at.add(problems, "weight", "a split without a cohort", "cohort: how callers are told apart");
        }
        return stage == Stage.LIVE && cohort == null && weight < Route.EVERYONE ? 0 : weight;
    }

    private List<String> hostnames(Declared at) {
        Set<String> hostnames = new HashSet<>();
        for (Yaml each : at.fields().list("hostnames")) {
            if (each instanceof Yaml.Scalar host && !hostnames.add(host.text())) {
                at.add(problems, "hostnames", host.place(), host.shown() + " again", "each host once");
            }
        }
        return hostnames.stream().sorted().toList();
    }

    private List<Match> matches(Declared at) {
        List<Match> matches = new ArrayList<>();
        for (Yaml each : at.fields().list("matches")) {
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
            at.add(problems, "matches.path.value", path.placeOf("value"), "\"" + value + "\"", expected);
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
                at.add(problems, "matches." + key, given.placeOf("name"), "\"" + name + "\" again", "each name once");
            }
            boolean regex = Objects.equals(given.text("type"), "RegularExpression");
            String expected = regex ? PathValue.wrongRegex(value) : null;
            if (expected != null) {
                at.add(problems, "matches." + key, given.placeOf("value"), "\"" + value + "\"", expected);
            } else {
                fields.add(regex ? new Match.Field.RegularExpression(name, value) : new Match.Field.Exact(name, value));
            }
        }
        return fields;
    }
}
