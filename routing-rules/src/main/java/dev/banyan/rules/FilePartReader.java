package dev.banyan.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a file route by route, with one of them in memory at a time, and gives up wherever something may be wrong. */
final class FilePartReader implements YamlParser.Routes {

    /*
     * What is wrong is said by RuleReader, which is then given the whole file: there is one place for messages. Nor is
     * it known here which names other files declare, and perhaps not what the defaults are: that is looked at when all
     * files have been read.
     */

    private final Path file;
    private final Defaults usual;
    private final RulesSchema schema;
    private final List<Problem> problems = new ArrayList<>();
    private final RouteReader reader = new RouteReader(problems, Map.of(), Map.of(), false);
    private final Set<String> names = new HashSet<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<RouteSource> sources = new ArrayList<>();
    private @Nullable Defaults defaults;

    private FilePartReader(Path file, Defaults usual, RulesSchema schema) {
        this.file = file;
        this.usual = usual;
        this.schema = schema;
    }

    /**
     * The part, or null when something is or may be wrong.
     *
     * @param usual the defaults, if the file has none of its own
     */
    static @Nullable FilePart read(Path file, byte[] content, String digest, Defaults usual, RulesSchema schema) {
        return new FilePartReader(file, usual, schema).part(content, digest);
    }

    private @Nullable FilePart part(byte[] content, String digest) {
        if (!(YamlParser.parse(file, content, problems, this) instanceof Yaml.Fields document)) {
            return null;
        }
        schema.check(file, document, problems);
        if (!problems.isEmpty()) {
            return null;
        }
        String filledWith = defaults == null ? ofFile(document.fields()).ofRoutes() : defaults.ofRoutes();
        return new FilePart(digest, withoutRoutes(document), filledWith, routes, sources);
    }

    @Override
    public boolean take(Map<String, Yaml.Fields.Field> before, Yaml route) {
        if (defaults == null) {
            defaults = ofFile(before);
        }
        String name = route instanceof Yaml.Fields fields ? fields.text("name") : null;
        if (name == null || !names.add(name) || !problems.isEmpty() || !schema.isSound(route)) {
            return false;
        }
        Declared declared = defaults.fill(new Declared(file, "routes", name, (Yaml.Fields) route));
        Route read = reader.read(declared);
        if (read == null || !problems.isEmpty()) {
            return false;
        }
        routes.add(read);
        sources.add(RuleReader.source(declared));
        return true;
    }

    private Defaults ofFile(Map<String, Yaml.Fields.Field> keys) {
        Yaml.Fields.Field own = keys.get("defaults");
        return own == null ? usual : Defaults.of(file, own.value());
    }

    private static Yaml.Fields withoutRoutes(Yaml.Fields document) {
        Map<String, Yaml.Fields.Field> head = new LinkedHashMap<>(document.fields());
        head.computeIfPresent(
                "routes",
                (_, all) -> new Yaml.Fields.Field(
                        all.key(), new Yaml.Items(all.value().place(), List.of())));
        return new Yaml.Fields(document.place(), head);
    }
}
