package dev.banyan.rules;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A folder of rule files. All {@code *.yaml} directly in it are one rule set; whatever else lies there is not looked at. */
public final class RulesFolder {

    /** The most rule files in one folder. */
    public static final int FILES_MAX = 1_000;

    /** The most bytes of all rule files together; one file alone may have as many. */
    public static final long BYTES_MAX = YamlParser.FILE_BYTES_MAX;

    static final int PROBLEMS_MAX = 1_000;

    static final RulesSchema SCHEMA = RulesSchema.load();

    private RulesFolder() {}

    /**
     * Reads and checks all rules of a folder, or says everything that is wrong with them: the text, the shape, the
     * meaning, and how the rules fit together.
     */
    public static RuleSet read(Path folder) throws RulesException {
        return read(folder, Map.of());
    }

    /**
     * Reads the rules of a folder as {@link #read(Path)} does, as they would be with other contents in some of its files.
     *
     * @param instead contents by file, named as {@link RuleSet#placeOf(Route)} names it
     */
    public static RuleSet read(Path folder, Map<Path, byte[]> instead) throws RulesException {
        return new KnownFiles().read(folder, instead);
    }

    /** The rule tests of all {@code *.yaml} directly in a folder, or everything that is wrong with them. */
    public static List<RuleTest> tests(Path folder) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        List<RuleTest> tests = new ArrayList<>();
        long bytes = 0;
        for (Path file : files(folder, problems)) {
            byte[] content = content(file, BYTES_MAX - bytes, problems);
            if (content != null) {
                bytes += content.length;
                tests.addAll(RuleTestReader.read(file, content, problems));
            }
        }
        if (!problems.isEmpty()) {
            throw new RulesException(problems.subList(0, Math.min(problems.size(), PROBLEMS_MAX)));
        }
        return tests;
    }

    /**
     * Reads and checks the rules of one file that is a whole rule set by itself, as {@link #read} does those of a folder.
     *
     * @param file for messages only
     */
    public static RuleSet parse(Path file, byte[] content) throws RulesException {
        List<Problem> problems = new ArrayList<>();
        Yaml document = YamlParser.parse(file, content, problems);
        if (document == null) {
            throw new RulesException(problems);
        }
        SCHEMA.check(file, document, problems);
        RuleSet rules = new RuleReader(problems, true).read(Map.of(file, document));
        problems.addAll(RoutingTable.problems(rules));
        if (!problems.isEmpty()) {
            throw new RulesException(problems.subList(0, Math.min(problems.size(), PROBLEMS_MAX)));
        }
        return rules;
    }

    /** What is wrong with the text and the shape of one file, looked at by itself; empty when nothing is. */
    public static List<Problem> problems(Path file, byte[] content) {
        List<Problem> problems = new ArrayList<>();
        Yaml document = YamlParser.parse(file, content, problems);
        if (document != null) {
            SCHEMA.check(file, document, problems);
        }
        return problems;
    }

    static List<Path> files(Path folder, List<Problem> problems) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> yaml = Files.newDirectoryStream(folder, "*.yaml")) {
            for (Path file : yaml) {
                // An editor's swap files and half-written copies begin with a dot.
                if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".")) {
                    files.add(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            problems.add(new Problem(
                    folder, 0, 0, "folder", "unreadable: " + e, "a folder of *.yaml files", ProblemKind.FILE));
            return List.of();
        }
        if (files.isEmpty() || files.size() > FILES_MAX) {
            problems.add(new Problem(
                    folder,
                    0,
                    0,
                    "folder",
                    files.size() + " files *.yaml",
                    "1 to " + FILES_MAX + " of them",
                    ProblemKind.FILE));
            return List.of();
        }
        Collections.sort(files);
        return files;
    }

    static byte @Nullable [] content(Path file, long bytesLeft, List<Problem> problems) {
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes((int) bytesLeft + 1);
            if (content.length <= bytesLeft) {
                return content;
            }
            problems.add(new Problem(
                    file,
                    0,
                    0,
                    "file",
                    "too large",
                    "at most " + BYTES_MAX + " bytes in all files together",
                    ProblemKind.LIMIT));
        } catch (IOException e) {
            problems.add(new Problem(file, 0, 0, "file", "unreadable: " + e, "a readable file", ProblemKind.FILE));
        }
        return null;
    }
}
