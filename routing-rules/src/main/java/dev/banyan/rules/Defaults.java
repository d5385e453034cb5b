package dev.banyan.rules;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What entries get that do not say it themselves, whole key by whole key. */
final class Defaults {

    /** What refuses or repeats calls: never put in front of legacy by a word that was meant for others. */
    private static final Set<String> NOT_FOR_BASELINE = Set.of("circuitBreaker", "retries", "adaptiveLimit");

    private static final Set<String> NOT_FOR_REDIRECT =
            Set.of("timeouts", "maxBodySize", "filters", "mirror", "compare", "analysis");

    private final Path file;
    private final @Nullable Yaml document;

    private Defaults(Path file, @Nullable Yaml document) {
        this.file = file;
        this.document = document;
    }

    /** Those of one file. */
    static Defaults of(Path file, @Nullable Yaml defaults) {
        return new Defaults(file, defaults);
    }

    /** The only {@code defaults} of all documents; a second one is a problem. */
    static Defaults of(Map<Path, Yaml> documents, List<Problem> problems) {
        Path first = OnceOnly.file("defaults", documents, problems);
        Yaml document = first == null ? null : documents.get(first);
        return new Defaults(
                first == null ? Path.of("") : first,
                document instanceof Yaml.Fields fields ? fields.get("defaults") : null);
    }

    /** What routes get from here, as a text that is the same wherever it stands in its file; empty for nothing. */
    String ofRoutes() {
        return document instanceof Yaml.Fields all && all.get("route") instanceof Yaml.Fields given ? text(given) : "";
    }

    private static String text(Yaml yaml) {
        return switch (yaml) {
            case Yaml.Scalar scalar -> scalar.kind() + " " + scalar.text().length() + " " + scalar.text();
            case Yaml.Items list ->
                list.items().stream().map(Defaults::text).collect(Collectors.joining(",", "[", "]"));
            case Yaml.Fields mapping ->
                mapping.fields().entrySet().stream()
                        .map(each -> each.getKey().length() + " " + each.getKey() + ":"
                                + text(each.getValue().value()))
                        .collect(Collectors.joining(",", "{", "}"));
        };
    }

    /** The entry with everything that it does not say itself. */
    Declared fill(Declared entry) {
        String kind = entry.kind().substring(0, entry.kind().length() - 1);
        if (!(document instanceof Yaml.Fields all) || !(all.get(kind) instanceof Yaml.Fields given)) {
            return entry;
        }
        Set<String> skipped = skipped(entry.fields());
        Map<String, Yaml.Fields.Field> filled =
                new LinkedHashMap<>(entry.fields().fields());
        Set<String> inherited = new LinkedHashSet<>();
        given.fields().forEach((key, field) -> {
            if (!skipped.contains(key) && filled.putIfAbsent(key, field) == null) {
                inherited.add(key);
            }
        });
        var fields = new Yaml.Fields(entry.fields().place(), filled);
        return new Declared(entry.file(), entry.kind(), entry.name(), fields, inherited, file);
    }

    private static Set<String> skipped(Yaml.Fields entry) {
        if (entry.isTrue("baseline")) {
            return NOT_FOR_BASELINE;
        }
        return entry.get("redirect") == null ? Set.of() : NOT_FOR_REDIRECT;
    }
}
