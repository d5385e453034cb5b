package dev.banyan.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the matches of a route of what files declare. */
final class MatchReader {

    private final List<Problem> problems;

    /** What many matches say alike is kept once. */
    private final Map<String, String> methods = new HashMap<>();

    MatchReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The sound matches; of any other something has been reported, here or by the schema. */
    List<Match> read(Declared route) {
        List<Match> matches = new ArrayList<>();
        for (Yaml each : route.fields().list("matches")) {
            int before = problems.size();
            if (!(each instanceof Yaml.Fields match)) {
                continue;
            }
            Match.Path path = path(route, match);
            List<Match.Field> headers = fields(route, match, "headers");
            List<Match.Field> params = fields(route, match, "queryParams");
            List<Match.Field> cookies = fields(route, match, "cookies");
            boolean bounded = headers.size() <= Match.FIELDS_MAX
                    && params.size() <= Match.FIELDS_MAX
                    && cookies.size() <= Match.FIELDS_MAX;
            if (path != null && bounded && problems.size() == before) {
                matches.add(new Match(path, method(match), headers, params, cookies));
            }
        }
        return matches;
    }

    private @Nullable String method(Yaml.Fields match) {
        String method = match.text("method");
        return method == null ? null : methods.computeIfAbsent(method, each -> each);
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
            at.add(
                    problems,
                    ProblemKind.PATH,
                    "matches.path.value",
                    path.placeOf("value"),
                    "\"" + value + "\"",
                    expected);
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
                at.add(
                        problems,
                        ProblemKind.DUPLICATE,
                        "matches." + key,
                        given.placeOf("name"),
                        "\"" + name + "\" again",
                        "each name once");
            }
            boolean regex = Objects.equals(given.text("type"), "RegularExpression");
            String expected = regex ? PathValue.wrongRegex(value) : null;
            if (expected != null) {
                at.add(
                        problems,
                        ProblemKind.PATH,
                        "matches." + key,
                        given.placeOf("value"),
                        "\"" + value + "\"",
                        expected);
            } else {
                fields.add(regex ? new Match.Field.RegularExpression(name, value) : new Match.Field.Exact(name, value));
            }
        }
        return fields;
    }
}
