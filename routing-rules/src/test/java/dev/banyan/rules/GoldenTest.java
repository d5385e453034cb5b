package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each case is a file: rules, a line of dashes, and what comes of them: the rule set as text, or every problem. A line
 * {@code ### name.yaml} begins another file. Run with {@code -Dgolden.write=true} to write what comes out now; read the
 * difference before keeping it. What no text file can hold (too many bytes, bytes that are no UTF-8) is in {@link RulesFolderTest}.
 */
final class GoldenTest {

    private static final Path CASES = Path.of("src/test/resources/golden");
    private static final String LINE = "----------\n";

    @TempDir
    Path folder;

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.map(each -> each.getFileName().toString().replace(".golden", "")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rulesComeOutAsTheirGoldenFileSays(String name) throws IOException {
        Path golden = CASES.resolve(name + ".golden");
        String text = Files.readString(golden);
        int line = text.indexOf(LINE);
        String input = line < 0 ? text : text.substring(0, line);
        write(input);
        String actual = outcome();
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, input + LINE + actual);
        }
        assertThat(actual).isEqualTo(line < 0 ? "" : text.substring(line + LINE.length()));
    }

    @Test
    void everyKindOfProblemHasAGoldenFile() throws IOException {
        Set<ProblemKind> missing = EnumSet.allOf(ProblemKind.class);
        for (String name : cases().toList()) {
            try (Stream<Path> before = Files.list(folder)) {
                for (Path each : before.toList()) {
                    Files.delete(each);
                }
            }
            write(Files.readString(CASES.resolve(name + ".golden")).split(LINE, 2)[0]);
            problems().forEach(each -> missing.remove(each.kind()));
        }
        assertThat(missing).as("kinds that no file of %s has", CASES).isEmpty();
    }

    private List<Problem> problems() {
        try {
            RulesFolder.read(folder);
            return List.of();
        } catch (RulesException e) {
            return e.problems();
        }
    }

    private void write(String input) throws IOException {
        String[] parts = ("### rules.yaml\n" + input).split("(?m)^### ", -1);
        for (String part : parts) {
            int end = part.indexOf('\n');
            if (end > 0 && !part.substring(end + 1).isEmpty()) {
                Files.writeString(folder.resolve(part.substring(0, end)), part.substring(end + 1));
            }
        }
    }

    private String outcome() {
        try {
            return RulesFolder.read(folder).toString();
        } catch (RulesException e) {
            return e.problems().stream()
                            .map(Problem::toString)
                            .collect(Collectors.joining("\n"))
                            .replace(folder + "/", "")
                    + "\n";
        }
    }
}
