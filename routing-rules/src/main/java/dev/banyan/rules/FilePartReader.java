package dev.banyan.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a file route by route, with one of them in memory at a time, but for those of which something has to be said. */
final class FilePartReader implements YamlParser.Routes {

    /*
     * What is wrong is said by RuleReader, which is given the trees of the routes that are not sound: there is one place for
     * messages. Nor is it known here which names other files declare, and perhaps not what the defaults are: that is looked
     * at when all files have been read.
     */

    private final Path file;
    private final Defaults usual;
    private final RulesSchema schema;

    /** Names of routes that are kept as trees, whatever they are like; null gives up at the first that is not sound. */
    private final @Nullable Set<String> suspects;

    private final List<Problem> problems;
    private final List<Problem> ofRoute = new ArrayList<>();
    private final RouteReader reader = new RouteReader(ofRoute, Map.of(), Map.of(), false);
    private final Set<String> names = new HashSet<>();
    private final Set<String> repeated = new HashSet<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<RouteSource> sources = new ArrayList<>();
    private final List<Yaml> kept = new ArrayList<>();
    private final List<Integer> keptNumbers = new ArrayList<>();
    private final Set<String> letGo = new HashSet<>();
    private @Nullable Defaults defaults;

    /** Said of the first route that is let go without a word: a file with one is not sound, whatever is found in the rest. */
    private @Nullable Problem limit;

    private int number;

    private FilePartReader(
            Path file, Defaults usual, RulesSchema schema, @Nullable Set<String> suspects, List<Problem> problems) {
        this.file = file;
        this.usual = usual;
        this.schema = schema;
        this.suspects = suspects;
        this.problems = problems;
    }

    /**
     * The part, or null when something is or may be wrong.
     *
     * @param usual the defaults, if the file has none of its own
     */
    static @Nullable FilePart read(Path file, byte[] content, String digest, Defaults usual, RulesSchema schema) {
        List<Problem> problems = new ArrayList<>();
        var reader = new FilePartReader(file, usual, schema, null, problems);
        if (!(YamlParser.parse(file, content, problems, reader) instanceof Yaml.Fields document)) {
            return null;
        }
        schema.check(file, document, problems);
        return problems.isEmpty() ? reader.part(digest, document) : null;
    }

    /**
     * The same of a file with which something is wrong: its head has the trees of those routes that are not sound or are
     * {@code suspects}, and of so many only as come to more problems than anybody is told. Null when the file has no document that
     * can be checked. What its text and the schema say is added to {@code problems}.
     */
    static @Nullable FilePart readWrong(
            Path file,
            byte[] content,
            Defaults usual,
            RulesSchema schema,
            Set<String> suspects,
            List<Problem> problems) {
        List<Problem> own = new ArrayList<>();
        var reader = new FilePartReader(file, usual, schema, suspects, own);
        Yaml document = YamlParser.parse(file, content, own, reader);
        if (!reader.repeated.isEmpty() && !suspects.containsAll(reader.repeated)) {
            reader.repeated.addAll(suspects);
            return readWrong(file, content, usual, schema, reader.repeated, problems);
        }
        problems.addAll(own);
        if (document == null) {
            return null;
        }
        Yaml head = document instanceof Yaml.Fields fields ? withRoutes(fields, reader.kept) : document;
        schema.check(file, head, reader.keptNumbers, problems);
        if (reader.limit != null) {
            problems.add(reader.limit);
        }
        return reader.part("", head);
    }

    private FilePart part(String digest, Yaml document) {
        Yaml head =
                suspects == null && document instanceof Yaml.Fields fields ? withRoutes(fields, List.of()) : document;
        String filledWith = defaults == null ? ofFile(keys(document)).ofRoutes() : defaults.ofRoutes();
        return new FilePart(digest, head, filledWith, routes, sources, letGo);
    }

    private static Map<String, Yaml.Fields.Field> keys(Yaml document) {
        return document instanceof Yaml.Fields fields ? fields.fields() : Map.of();
    }

    @Override
    public boolean take(Map<String, Yaml.Fields.Field> before, Yaml route) {
        if (before.containsKey("routes")) {
            return suspects != null; // a second list under this key, of which only that is said
        }
        if (defaults == null) {
            defaults = ofFile(before);
        }
        int at = number++;
        String name = route instanceof Yaml.Fields fields ? fields.text("name") : null;
        boolean fits = name != null && !isSuspect(at, name) && schema.isSound(route);
        if (fits && name != null && add(new Declared(file, "routes", name, (Yaml.Fields) route))) {
            return suspects != null || problems.isEmpty();
        }
        if (suspects == null) {
            return false;
        }
        if (kept.size() < RulesFolder.PROBLEMS_MAX) {
            kept.add(route);
            keptNumbers.add(at);
            return true;
        }
        if (name != null) {
            letGo.add(name);
        }
        if (limit == null) {
            limit = tooMany(route.place(), at);
        }
        return true;
    }

    private Problem tooMany(Yaml.Place place, int at) {
        return new Problem(
                file,
                place.line(),
                place.column(),
                "routes[" + at + "]",
                "the first after " + RulesFolder.PROBLEMS_MAX + " routes that are wrong or given twice",
                "fewer of them",
                ProblemKind.LIMIT);
    }

    /** Whether to keep a route as a tree whatever it is like: the schema has to see a list that is not empty. */
    private boolean isSuspect(int at, String name) {
        boolean again = !names.add(name);
        if (again) {
            repeated.add(name);
        }
        return again || (suspects != null && (at == 0 || suspects.contains(name)));
    }

    private boolean add(Declared given) {
        Declared declared = Objects.requireNonNull(defaults).fill(given);
        Route read = reader.read(declared);
        boolean sound = read != null && ofRoute.isEmpty();
        ofRoute.clear();
        if (sound) {
            routes.add(read);
            sources.add(RuleReader.source(declared));
        }
        return sound;
    }

    private Defaults ofFile(Map<String, Yaml.Fields.Field> keys) {
        Yaml.Fields.Field own = keys.get("defaults");
        return own == null ? usual : Defaults.of(file, own.value());
    }

    private static Yaml.Fields withRoutes(Yaml.Fields document, List<Yaml> routes) {
        Map<String, Yaml.Fields.Field> head = new LinkedHashMap<>(document.fields());
        head.computeIfPresent(
                "routes",
                (_, all) -> all.value() instanceof Yaml.Items list
                        ? new Yaml.Fields.Field(all.key(), new Yaml.Items(list.place(), routes))
                        : all);
        return new Yaml.Fields(document.place(), head);
    }
}
