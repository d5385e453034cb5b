package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a folder of rule files again and again, and remembers what came of each file, so that only those are parsed and
 * checked whose content has changed. What one file means for another is looked at each time. For one thread at a time.
 */
public final class KnownFiles {

    /*
     * A file is remembered under its name by the hash of its content, whatever its size and time say. What is remembered
     * are the routes, which the rule set shares, and a tree of everything else: nothing of the text. A file is taken as
     * remembered only if it is sound by itself and beside the others: its routes name backends and cohorts that there are,
     * no other file has a route of such a name, and the defaults are those that it was read with. Any other is read whole,
     * as if nobody had known it, so that messages are the same.
     */

    private static final byte[] DEFAULTS = {'d', 'e', 'f', 'a', 'u', 'l', 't', 's'};

    private Map<Path, FilePart> parts = Map.of();
    private final Set<Path> filesRead = new LinkedHashSet<>();

    /** Reads and checks all rules of a folder, or says everything that is wrong, as {@link RulesFolder#read(Path)} does. */
    public RuleSet read(Path folder) throws RulesException {
        return read(folder, Map.of());
    }

    RuleSet read(Path folder, Map<Path, byte[]> instead) throws RulesException {
        List<Problem> wrongFolder = new ArrayList<>();
        List<Path> files = RulesFolder.files(folder, wrongFolder);
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        Map<Path, List<Problem>> unreadable = new HashMap<>();
        long bytes = 0;
        for (Path file : files) {
            List<Problem> problems = new ArrayList<>();
            byte[] other = instead.get(file);
            byte[] content = other == null ? RulesFolder.content(file, RulesFolder.BYTES_MAX - bytes, problems) : other;
            bytes += content == null ? 0 : content.length;
            contents.put(file, content == null ? new byte[0] : content);
            if (content == null) {
                unreadable.put(file, problems);
            }
        }
        return read(contents, unreadable, wrongFolder);
    }

    /** Which files were parsed at the last read, since nothing was known of them or it no longer held. */
    public Set<Path> filesRead() {
        return Set.copyOf(filesRead);
    }

    /** Reads contents by file; of those that are {@code unreadable} only what is wrong with them counts. */
    RuleSet read(Map<Path, byte[]> contents, Map<Path, List<Problem>> unreadable, List<Problem> wrongFolder)
            throws RulesException {
        filesRead.clear();
        Map<Path, String> digests = new LinkedHashMap<>();
        contents.forEach((file, content) -> {
            if (!unreadable.containsKey(file)) {
                digests.put(file, digest(content));
            }
        });
        parts = parts(contents, digests);
        List<Problem> problems = new ArrayList<>(wrongFolder);
        Map<Path, Yaml> documents = new LinkedHashMap<>();
        for (Path file : contents.keySet()) {
            problems.addAll(unreadable.getOrDefault(file, List.of()));
            FilePart part = parts.get(file);
            Yaml document =
                    part != null ? part.head() : digests.containsKey(file) ? whole(file, contents, problems) : null;
            if (document != null) {
                documents.put(file, document);
            }
        }
        boolean complete = !contents.isEmpty()
                && documents.size() == contents.size()
                && documents.values().stream()
                        .allMatch(each ->
                                each instanceof Yaml.Fields top && !top.fields().isEmpty());
        Map<Path, FilePart> fitting = new HashMap<>(parts);
        for (Path file : misfits(documents, complete)) {
            fitting.remove(file);
            Yaml document = whole(file, contents, problems);
            if (document != null) {
                documents.put(file, document);
            }
        }
        RuleSet rules = new RuleReader(problems, complete).read(documents, fitting);
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems.subList(0, Math.min(problems.size(), RulesFolder.PROBLEMS_MAX)));
        }
        return rules.readFrom(hash(digests));
    }

    private @Nullable Yaml whole(Path file, Map<Path, byte[]> contents, List<Problem> problems) {
        filesRead.add(file);
        Yaml document = YamlParser.parse(file, contents.getOrDefault(file, new byte[0]), problems);
        if (document != null) {
            RulesFolder.SCHEMA.check(file, document, problems);
        }
        return document;
    }

    /** What is known of the files by now. Those that may have the defaults are read first, since others need them. */
    private Map<Path, FilePart> parts(Map<Path, byte[]> contents, Map<Path, String> digests) {
        Map<Path, FilePart> now = new HashMap<>();
        List<Path> first = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        Yaml defaults = null;
        for (Map.Entry<Path, String> each : digests.entrySet()) {
            Path file = each.getKey();
            FilePart known = parts.get(file);
            if (known != null && known.digest().equals(each.getValue())) {
                now.put(file, known);
                defaults = defaults == null ? known.head().get("defaults") : defaults;
            } else {
                (mayHaveDefaults(contents.getOrDefault(file, new byte[0])) ? first : others).add(file);
            }
        }
        first.addAll(others);
        for (Path file : first) {
            FilePart part = part(file, contents, digests, Defaults.of(file, defaults));
            if (part != null) {
                now.put(file, part);
                defaults = defaults == null ? part.head().get("defaults") : defaults;
            }
        }
        return now.size() == digests.size() ? withDefaults(now, contents, digests) : now;
    }

    /** The same, with those read again that were filled with other defaults than there are. */
    private Map<Path, FilePart> withDefaults(
            Map<Path, FilePart> now, Map<Path, byte[]> contents, Map<Path, String> digests) {
        Map<Path, Yaml> heads = new LinkedHashMap<>();
        digests.keySet()
                .forEach(file ->
                        heads.put(file, Objects.requireNonNull(now.get(file)).head()));
        Defaults defaults = Defaults.of(heads, new ArrayList<>());
        Map<Path, FilePart> filled = new HashMap<>(now);
        now.forEach((file, part) -> {
            FilePart again =
                    part.defaults().equals(defaults.ofRoutes()) ? part : part(file, contents, digests, defaults);
            if (again != null) {
                filled.put(file, again);
            }
        });
        return filled;
    }

    private @Nullable FilePart part(
            Path file, Map<Path, byte[]> contents, Map<Path, String> digests, Defaults defaults) {
        filesRead.add(file);
        byte[] content = contents.getOrDefault(file, new byte[0]);
        return FilePartReader.read(file, content, digests.getOrDefault(file, ""), defaults, RulesFolder.SCHEMA);
    }

    /** The files whose routes do not fit what all files say together, or may not. */
    private Set<Path> misfits(Map<Path, Yaml> documents, boolean complete) {
        Set<Path> misfits = new LinkedHashSet<>();
        Defaults defaults = Defaults.of(documents, new ArrayList<>());
        Set<String> backends = names("backends", documents);
        Set<String> cohorts = names("cohorts", documents);
        Set<String> baselines = baselines(documents, defaults);
        Predicate<Route> declared =
                route -> isDeclared(route.candidate(), backends) && isDeclared(route.cohort(), cohorts);
        Predicate<Route> fits = route -> !baselines.contains(route.candidate()) && (!complete || declared.test(route));
        Map<String, Path> files = new HashMap<>();
        documents.forEach((file, document) -> {
            FilePart part = parts.get(file);
            if (part != null
                    && (!part.defaults().equals(defaults.ofRoutes())
                            || !part.routes().stream().allMatch(fits))) {
                misfits.add(file);
            }
            for (String name : part == null ? names("routes", Map.of(file, document)) : part.names()) {
                Path other = files.putIfAbsent(name, file);
                if (other != null) {
                    misfits.add(file);
                    misfits.add(other);
                }
            }
        });
        misfits.retainAll(parts.keySet());
        return misfits;
    }

    private static boolean isDeclared(@Nullable String name, Set<String> declared) {
        return name == null || declared.contains(name);
    }

    private static Set<String> names(String kind, Map<Path, Yaml> documents) {
        Set<String> names = new HashSet<>();
        for (Yaml.Fields each : entries(kind, documents)) {
            String name = each.text("name");
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    private static Set<String> baselines(Map<Path, Yaml> documents, Defaults defaults) {
        Set<String> names = new HashSet<>();
        for (Yaml.Fields each : entries("backends", documents)) {
            String name = each.text("name");
            if (name != null
                    && defaults.fill(new Declared(Path.of(""), "backends", name, each))
                            .fields()
                            .isTrue("baseline")) {
                names.add(name);
            }
        }
        return names;
    }

    private static List<Yaml.Fields> entries(String kind, Map<Path, Yaml> documents) {
        List<Yaml.Fields> entries = new ArrayList<>();
        for (Yaml document : documents.values()) {
            List<Yaml> list = document instanceof Yaml.Fields top ? top.list(kind) : List.of();
            for (Yaml each : list) {
                if (each instanceof Yaml.Fields fields) {
                    entries.add(fields);
                }
            }
        }
        return entries;
    }

    private static boolean mayHaveDefaults(byte[] content) {
        for (int at = 0; at + DEFAULTS.length <= content.length; at++) {
            if (content[at] == DEFAULTS[0]
                    && Arrays.equals(content, at, at + DEFAULTS.length, DEFAULTS, 0, DEFAULTS.length)) {
                return true;
            }
        }
        return false;
    }

    /** Of the names and bytes of all rule files of a folder. */
    static String hash(Path folder) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        Map<Path, String> digests = new LinkedHashMap<>();
        for (Path file : RulesFolder.files(folder, problems)) {
            byte[] content = RulesFolder.content(file, RulesFolder.BYTES_MAX, problems);
            digests.put(file, content == null ? "" : digest(content));
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems);
        }
        return hash(digests);
    }

    private static String hash(Map<Path, String> digests) {
        var text = new StringBuilder();
        digests.forEach((file, digest) ->
                text.append(file.getFileName()).append('\0').append(digest).append('\n'));
        return digest(text.toString().getBytes(UTF_8));
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: every JDK has it", e);
        }
    }
}
