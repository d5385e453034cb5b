package dev.banyan.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the model from documents: everything that the schema cannot say is checked here. What the schema has already
 * refused is passed over in silence, so that each mistake is reported once and a second one beside it is still found.
 */
final class RuleReader {

    private static final Comparator<Yaml.Place> BY_PLACE =
            Comparator.comparingInt(Yaml.Place::line).thenComparingInt(Yaml.Place::column);

    private final List<Problem> problems;

    /** Whether every document could be read: only then is what is missing really missing. */
    private final boolean complete;

    RuleReader(List<Problem> problems, boolean complete) {
        this.problems = problems;
        this.complete = complete;
    }

    /** The rule set of these documents. Only worth having when no problem was added. */
    RuleSet read(Map<Path, Yaml> documents) {
        return read(documents, Map.of());
    }

    /**
     * The rule set of these documents, with the routes of some files as they were read before: their documents are
     * without them.
     */
    RuleSet read(Map<Path, Yaml> documents, Map<Path, FilePart> parts) {
        Defaults defaults = Defaults.of(documents, problems);
        Map<String, Declared> backends = declared("backends", documents, defaults);
        Map<String, Declared> cohorts = declared("cohorts", documents, defaults);
        Map<String, Declared> routes = declared("routes", documents, defaults);
        requireOneBaseline(backends, documents);
        var backendReader = new BackendReader(problems);
        var cohortReader = new CohortReader(problems);
        var routeReader = new RouteReader(problems, backends, cohorts, complete);
        Map<String, RouteSource> sources = new HashMap<>();
        List<Backend> soundBackends = new ArrayList<>();
        for (Declared each : backends.values()) {
            addIfSound(soundBackends, backendReader.read(each));
            sources.put(RouteSource.backend(each.name()), source(each));
        }
        List<Cohort> soundCohorts = new ArrayList<>();
        for (Declared each : cohorts.values()) {
            addIfSound(soundCohorts, cohortReader.read(each));
            sources.put(RouteSource.cohort(each.name()), source(each));
        }
        List<Route> soundRoutes = new ArrayList<>();
        Map<Path, List<Declared>> routesByFile =
                routes.values().stream().collect(Collectors.groupingBy(Declared::file));
        for (Path file : documents.keySet()) {
            List<Route> ofFile = new ArrayList<>();
            for (Declared each : routesByFile.getOrDefault(file, List.of())) {
                addIfSound(ofFile, routeReader.read(each));
                sources.put(each.name(), source(each));
            }
            FilePart part = parts.get(file);
            if (part != null) {
                boolean mixed = !ofFile.isEmpty();
                ofFile.addAll(part.routes());
                part.addTo(sources);
                if (mixed) {
                    ofFile.sort(Comparator.comparing(
                            route -> Objects.requireNonNull(sources.get(route.name()))
                                    .place(),
                            BY_PLACE));
                }
            }
            soundRoutes.addAll(ofFile);
        }
        return RuleSet.of(soundBackends, soundCohorts, soundRoutes, trustedNetworks(documents), sources);
    }

    private List<Network> trustedNetworks(Map<Path, Yaml> documents) {
        Path file = OnceOnly.file("trustedNetworks", documents, problems);
        List<Yaml> given = file != null && documents.get(file) instanceof Yaml.Fields top
                ? top.list("trustedNetworks")
                : List.of();
        List<Network> networks = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            if (file == null || !(given.get(i) instanceof Yaml.Scalar text) || !Network.isWellWritten(text.text())) {
                continue;
            }
            String expected = Network.wrong(text.text());
            Yaml.Place place = text.place();
            if (expected == null) {
                networks.add(Network.parse(text.text()));
            } else {
                String where = "trustedNetworks[" + i + "]";
                problems.add(new Problem(file, place.line(), place.column(), where, text.shown(), expected));
            }
        }
        return networks;
    }

    private static <T> void addIfSound(List<T> sound, @Nullable T read) {
        if (read != null) {
            sound.add(read);
        }
    }

    static RouteSource source(Declared route) {
        List<Yaml.Place> matches =
                route.fields().list("matches").stream().map(Yaml::place).toList();
        return new RouteSource(route.file(), route.fields().place(), matches);
    }

    /** Everything that is declared under its name; a second of one name is a problem, and is not looked at further. */
    private Map<String, Declared> declared(String kind, Map<Path, Yaml> documents, Defaults defaults) {
        Map<String, Declared> byName = new LinkedHashMap<>();
        documents.forEach((file, document) -> {
            List<Yaml> entries = document instanceof Yaml.Fields top ? top.list(kind) : List.of();
            for (Yaml entry : entries) {
                String name = entry instanceof Yaml.Fields fields ? fields.text("name") : null;
                if (name != null) {
                    declare(byName, defaults.fill(new Declared(file, kind, name, (Yaml.Fields) entry)));
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
            here.add(problems, ProblemKind.DUPLICATE, "name", found, "another name");
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
            String expected = "baseline: true on exactly one backend";
            problems.add(new Problem(file, 0, 0, "backends", "no baseline", expected, ProblemKind.BASELINE));
        }
        baselines.stream().skip(1).forEach(second -> {
            String found = "a second baseline beside " + baselines.getFirst().name();
            second.add(problems, ProblemKind.BASELINE, "baseline", found, "exactly one in all files");
        });
    }
}
