package dev.banyan.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the model from documents: everything that the schema cannot say is checked here. What the schema has already
 * refused is passed over in silence, so that each mistake is reported once and a second one beside it is still found.
 */
final class RuleReader {

    private final List<Problem> problems;

    /** Whether every document could be read: only then is what is missing really missing. */
    private final boolean complete;

    RuleReader(List<Problem> problems, boolean complete) {
        this.problems = problems;
        this.complete = complete;
    }

    /** The rule set of these documents. Only worth having when no problem was added. */
    RuleSet read(Map<Path, Yaml> documents) {
        Map<String, Declared> backends = declared("backends", documents);
        Map<String, Declared> cohorts = declared("cohorts", documents);
        Map<String, Declared> routes = declared("routes", documents);
        requireOneBaseline(backends, documents);
        var backendReader = new BackendReader(problems);
        var routeReader = new RouteReader(problems, backends, cohorts, complete);
        Map<String, RouteSource> sources = new HashMap<>();
        List<Backend> soundBackends = new ArrayList<>();
        for (Declared each : backends.values()) {
            addIfSound(soundBackends, backendReader.read(each));
        }
        List<Cohort> soundCohorts = new ArrayList<>();
        for (Declared each : cohorts.values()) {
            addIfSound(soundCohorts, cohort(each));
        }
        List<Route> soundRoutes = new ArrayList<>();
        for (Declared each : routes.values()) {
            addIfSound(soundRoutes, routeReader.read(each));
            sources.put(each.name(), source(each));
        }
        return RuleSet.of(soundBackends, soundCohorts, soundRoutes, sources);
    }

    private static <T> void addIfSound(List<T> sound, @Nullable T read) {
        if (read != null) {
            sound.add(read);
        }
    }

    private static RouteSource source(Declared route) {
        List<Yaml.Place> matches =
                route.fields().list("matches").stream().map(Yaml::place).toList();
        return new RouteSource(route.file(), matches);
    }

    /** Everything that is declared under its name; a second of one name is a problem, and is not looked at further. */
    private Map<String, Declared> declared(String kind, Map<Path, Yaml> documents) {
        Map<String, Declared> byName = new LinkedHashMap<>();
        documents.forEach((file, document) -> {
            List<Yaml> entries = document instanceof Yaml.Fields top ? top.list(kind) : List.of();
            for (Yaml entry : entries) {
                String name = entry instanceof Yaml.Fields fields ? fields.text("name") : null;
                if (name != null) {
                    declare(byName, new Declared(file, kind, name, (Yaml.Fields) entry));
                }
            }
        });
        return byName;
    }

    private void declare(Map<String, Declared> byName, Declared here) {
        Declared first = byName.putIfAbsent(here.name(), here);
        if (first != null) {
            Yaml.Place at = first.fields().placeOf("name");
            String found = "a second \"" + here.name() + "\"; the first is at " + first.file() + ":" + at.line() + ":"
                    + at.column();
            here.add(problems, "name", found, "another name");
        }
    }

    private void requireOneBaseline(Map<String, Declared> backends, Map<Path, Yaml> documents) {
        List<Declared> baselines = backends.values().stream()
                .filter(each -> each.fields().isTrue("baseline"))
                .toList();
        if (baselines.isEmpty() && complete) {
            Path file = backends.values().stream()
                    .findFirst()
                    .map(Declared::file)
                    .orElseGet(() -> documents.keySet().iterator().next());
            problems.add(new Problem(file, 0, 0, "backends", "no baseline", "baseline: true on exactly one backend"));
        }
        baselines.stream().skip(1).forEach(second -> {
            String found = "a second baseline beside " + baselines.getFirst().name();
            second.add(problems, "baseline", found, "exactly one in all files");
        });
    }

    private @Nullable Cohort cohort(Declared at) {
        int before = problems.size();
        List<Cohort.Key> keys = new ArrayList<>();
        List<Yaml> given = at.fields().list("key");
        for (int i = 0; i < given.size(); i++) {
            Yaml each = given.get(i);
            Cohort.Key key = each instanceof Yaml.Fields fields ? key(fields) : null;
            if (key instanceof Cohort.Key.GenerateCookie && i < given.size() - 1) {
                at.add(problems, "key", each.place(), "generateCookie before other keys", "generateCookie last");
            }
            if (key != null) {
                keys.add(key);
            }
        }
        String salt = at.fields().text("salt");
        boolean whole = !keys.isEmpty() && keys.size() == given.size() && keys.size() <= Cohort.KEYS_MAX;
        boolean sound = whole && problems.size() == before && Names.isName(at.name());
        return sound && salt != null && !salt.isEmpty() ? new Cohort(at.name(), keys, salt) : null;
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
}
