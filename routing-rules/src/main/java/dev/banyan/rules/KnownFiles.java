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
     * no other file has a route of such a name, and the defaults are those that it was read with. Any other is read anew, and
     * the trees of its routes that are not sound are kept, so that messages are the same as of files read whole.
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
        Map<Path, List<Problem>> problemsByFile = new HashMap<>(unreadable);
        Map<Path, FilePart> fitting = new HashMap<>(parts);
        for (Path file : digests.keySet()) {
            if (!parts.containsKey(file)) {
                readWrong(file, contents, defaults(fitting), Set.of(), fitting, problemsByFile);
            }
        }
        boolean complete = !contents.isEmpty()
                && fitting.size() == contents.size()
                && fitting.values().stream()
                        .allMatch(each -> each.head() instanceof Yaml.Fields top
                                && !top.fields().isEmpty());
        Map<Path, Yaml> heads = heads(contents.keySet(), fitting);
        Defaults defaults = Defaults.of(heads, new ArrayList<>());
        misfits(heads, fitting, defaults, complete)
                .forEach((file, routes) -> readWrong(file, contents, defaults, routes, fitting, problemsByFile));
        List<Problem> problems = new ArrayList<>(wrongFolder);
        contents.keySet().forEach(file -> problems.addAll(problemsByFile.getOrDefault(file, List.of())));
        RuleSet rules = new RuleReader(problems, complete).read(heads(contents.keySet(), fitting), fitting);
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems.subList(0, Math.min(problems.size(), RulesFolder.PROBLEMS_MAX)));
        }
        return rules.readFrom(hash(digests));
    }

    /** Reads a file that is not remembered, or not as it is; {@code suspects} are routes of which something has to be said. */
    private void readWrong(
            Path file,
            Map<Path, byte[]> contents,
            Defaults defaults,
            Set<String> suspects,
            Map<Path, FilePart> fitting,
            Map<Path, List<Problem>> problemsByFile) {
        filesRead.add(file);
        List<Problem> problems = new ArrayList<>();
        byte[] content = contents.getOrDefault(file, new byte[0]);
        FilePart part = FilePartReader.readWrong(file, content, defaults, RulesFolder.SCHEMA, suspects, problems);
        if (part != null) {
            fitting.put(file, part);
        }
        problemsByFile.put(file, problems);
    }

    /** The defaults of one of these, to begin with. */
    private static Defaults defaults(Map<Path, FilePart> parts) {
        for (Map.Entry<Path, FilePart> each : parts.entrySet()) {
            if (each.getValue().head() instanceof Yaml.Fields top && top.get("defaults") != null) {
                return Defaults.of(each.getKey(), top.get("defaults"));
            }
        }
        return Defaults.of(Path.of(""), (Yaml) null);
    }

    private static Map<Path, Yaml> heads(Set<Path> files, Map<Path, FilePart> parts) {
        Map<Path, Yaml> heads = new LinkedHashMap<>();
        for (Path file : files) {
            FilePart part = parts.get(file);
            if (part != null) {
                heads.put(file, part.head());
            }
        }
        return heads;
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
                defaults = defaults == null ? own(known) : defaults;
            } else {
                (mayHaveDefaults(contents.getOrDefault(file, new byte[0])) ? first : others).add(file);
            }
        }
        first.addAll(others);
        for (Path file : first) {
            FilePart part = part(file, contents, digests, Defaults.of(file, defaults));
            if (part != null) {
                now.put(file, part);
                defaults = defaults == null ? own(part) : defaults;
            }
        }
        return now.size() == digests.size() ? withDefaults(now, contents, digests) : now;
    }

    private static @Nullable Yaml own(FilePart part) {
        return part.head() instanceof Yaml.Fields top ? top.get("defaults") : null;
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

    /** The routes that do not fit what all files say together, or may not, by file; none of a file with other defaults. */
    private static Map<Path, Set<String>> misfits(
            Map<Path, Yaml> heads, Map<Path, FilePart> parts, Defaults defaults, boolean complete) {
        Map<Path, Set<String>> misfits = new LinkedHashMap<>();
        Set<String> backends = names("backends", heads);
        Set<String> cohorts = names("cohorts", heads);
        Set<String> baselines = baselines(heads, defaults);
        Predicate<Route> declared =
                route -> isDeclared(route.candidate(), backends) && isDeclared(route.cohort(), cohorts);
        Predicate<Route> fits = route -> !baselines.contains(route.candidate()) && (!complete || declared.test(route));
        Map<String, Path> files = new HashMap<>();
        heads.forEach((file, head) -> {
            FilePart part = Objects.requireNonNull(parts.get(file));
            if (!part.defaults().equals(defaults.ofRoutes())) {
                misfits.computeIfAbsent(file, _ -> new HashSet<>());
            }
            for (Route each : part.routes()) {
                if (!fits.test(each)) {
                    misfits.computeIfAbsent(file, _ -> new HashSet<>()).add(each.name());
                }
            }
            Set<String> names = new HashSet<>(part.names());
            names.addAll(part.letGo()); // with other defaults they may be sound
            names.addAll(names("routes", Map.of(file, head)));
            for (String name : names) {
                Path other = files.putIfAbsent(name, file);
                if (other != null) {
                    misfits.computeIfAbsent(file, _ -> new HashSet<>()).add(name);
                    misfits.computeIfAbsent(other, _ -> new HashSet<>()).add(name);
                }
            }
        });
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
