package dev.banyan.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes cohorts of what files declare. */
final class CohortReader {

    private final List<Problem> problems;

    CohortReader(List<Problem> problems) {
        this.problems = problems;
    }

    /** The cohort; null when something is wrong with it, which has then been reported, here or by the schema. */
    @Nullable
    Cohort read(Declared at) {
        int before = problems.size();
        List<Cohort.Key> keys = keys(at);
        List<Cohort.SideOverride> overrides = overrides(at);
        Map<String, Side> assigned = assigned(at);
        String salt = at.fields().text("salt");
        boolean whole = !keys.isEmpty()
                && keys.size() == at.fields().list("key").size()
                && keys.size() <= Cohort.KEYS_MAX
                && overrides.size() == at.fields().list("overrides").size()
                && overrides.size() <= Cohort.OVERRIDES_MAX;
        boolean sound = whole && problems.size() == before && Names.isName(at.name());
        return sound && salt != null && !salt.isEmpty() ? new Cohort(at.name(), keys, salt, overrides, assigned) : null;
    }

    private List<Cohort.Key> keys(Declared at) {
        List<Cohort.Key> keys = new ArrayList<>();
        List<Yaml> given = at.fields().list("key");
        for (int i = 0; i < given.size(); i++) {
            Yaml each = given.get(i);
            Cohort.Key key = each instanceof Yaml.Fields fields ? key(fields) : null;
            if (key instanceof Cohort.Key.GenerateCookie && i < given.size() - 1) {
                at.add(
                        problems,
                        ProblemKind.CONTRADICTION,
                        "key",
                        each.place(),
                        "generateCookie before other keys",
                        "generateCookie last");
            }
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
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

    private List<Cohort.SideOverride> overrides(Declared at) {
        List<Cohort.SideOverride> overrides = new ArrayList<>();
        for (Yaml each : at.fields().list("overrides")) {
            if (!(each instanceof Yaml.Fields fields)) {
                continue;
            }
            boolean one = (fields.get("header") == null) != (fields.get("cookie") == null);
            if (!one) {
                String found = fields.get("header") == null ? "neither header nor cookie" : "a header and a cookie";
                at.add(problems, ProblemKind.CONTRADICTION, "overrides", each.place(), found, "one of header, cookie");
            }
            Cohort.Key where = one ? key(fields) : null;
            String value = fields.text("value");
            Side to = side(fields);
            if (where != null && value != null && to != null) {
                overrides.add(new Cohort.SideOverride(where, value, to));
            }
        }
        return overrides;
    }

    private Map<String, Side> assigned(Declared at) {
        Map<String, Side> assigned = new TreeMap<>();
        for (Yaml each : at.fields().list("assign")) {
            Side to = each instanceof Yaml.Fields fields ? side(fields) : null;
            List<Yaml> keys = each instanceof Yaml.Fields fields ? fields.list("keys") : List.of();
            for (Yaml key : keys) {
                if (to == null || !(key instanceof Yaml.Scalar text) || text.kind() != Yaml.Scalar.Kind.TEXT) {
                    continue;
                }
                if (assigned.putIfAbsent(text.text(), to) != null) {
                    at.add(
                            problems,
                            ProblemKind.DUPLICATE,
                            "assign",
                            text.place(),
                            text.shown() + " again",
                            "each key once");
                }
            }
        }
        if (assigned.size() > Cohort.ASSIGNED_MAX) {
            at.add(problems, ProblemKind.LIMIT, "assign", assigned.size() + " keys", "at most " + Cohort.ASSIGNED_MAX);
        }
        return assigned;
    }

    private static @Nullable Side side(Yaml.Fields fields) {
        String to = fields.text("to");
        if (Objects.equals(to, "baseline")) {
            return Side.BASELINE;
        }
        return Objects.equals(to, "candidate") ? Side.CANDIDATE : null;
    }
}
