package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.yaml.Problem;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Yaml;
import dev.banyan.bridge.yaml.YamlFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the tests of a mapping: those under {@code tests} in its own file, and those of the file beside it. */
public final class MappingTests {

    private MappingTests() {}

    /** The file beside {@code mapping} that may hold tests: {@code shop.tests.yaml} beside {@code shop.yaml}. */
    public static Path beside(Path mapping) {
        var name = String.valueOf(mapping.getFileName());
        return mapping.resolveSibling(name.replaceFirst("\\.[^.]*$", "") + ".tests.yaml");
    }

    /** All tests of {@code mapping}, in the order of the files. Reports everything that is wrong with them at once. */
    public static List<MappingTest> read(Mapping mapping) throws MappingException {
        var tests = new ArrayList<MappingTest>();
        var found = new ArrayList<Problem>();
        for (var file : List.of(mapping.file(), beside(mapping.file()))) {
            if (!Files.exists(file)) {
                continue;
            }
            var problems = new Problems(file);
            YamlFile.read(file, problems).ifPresent(yaml -> tests.addAll(tests(mapping, file, yaml, problems)));
            found.addAll(problems.inOrder());
        }
        if (!found.isEmpty()) {
            throw new MappingException(found);
        }
        return tests;
    }

    private static List<MappingTest> tests(Mapping mapping, Path file, Yaml yaml, Problems problems) {
        var top = Section.of(yaml, "tests", problems);
        var list = top.find("tests");
        if (!file.equals(mapping.file())) {
            top.end(); // the mapping's own keys are not ours to judge
        }
        if (list.isEmpty()) {
            return List.of();
        }
        if (!(list.get() instanceof Yaml.Items items)) {
            problems.add(list.get().at(), "tests", list.get().kind(), "a list of {name: ..., when: ..., then: ...}");
            return List.of();
        }
        var tests = new ArrayList<MappingTest>();
        for (int i = 0; i < items.items().size(); i++) {
            tests.add(new TestReader(mapping, file, problems).read(items.items().get(i), "tests[" + i + "]"));
        }
        return tests;
    }
}
