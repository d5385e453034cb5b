package dev.banyan.rules.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each case in {@code format/} is a file, a line of dashes, and its layout. Run with {@code -Dgolden.write=true} to write
 * what comes out now; read the difference before keeping it.
 */
final class RulesFormatTest {

    private static final Path CASES = Path.of("src/test/resources/format");
    private static final String LINE = "----------\n";
    private static final Path FILE = Path.of("rules.yaml");
    private static final Pattern COMMENT = Pattern.compile("#c[0-9]+;");

    @TempDir
    Path folder;

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void filesComeOutAsTheirGoldenFileSays(String name) throws Exception {
        Path golden = CASES.resolve(name);
        String text = Files.readString(golden);
        int line = text.indexOf(LINE);
        String input = line < 0 ? text : text.substring(0, line);
        String actual = RulesFormat.format(FILE, input);
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(golden, input + LINE + actual);
        }
        assertThat(actual).isEqualTo(line < 0 ? "" : text.substring(line + LINE.length()));
        assertThat(RulesFormat.format(FILE, actual)).isEqualTo(actual);
    }

    @Test
    void theRulesOfThisRepositoryAreLaidOut() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(""))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                assertThat(RulesFormat.format(file, Files.readString(file))).isEqualTo(Files.readString(file));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyRulesKeepTheirMeaningAndTheirCommentsAndStayAsTheyAreLaidOut(long seed) throws Exception {
        var random = new Random(seed);
        int placed = 0;
        for (int i = 0; i < 100; i++) {
            String text = new RandomFile(random).text();
            try {
                String formatted = RulesFormat.format(FILE, text);
                assertThat(rules(formatted)).isEqualTo(rules(text));
                assertThat(comments(formatted)).containsExactlyInAnyOrderElementsOf(comments(text));
                assertThat(RulesFormat.format(FILE, formatted)).isEqualTo(formatted);
                placed += comments(text).size();
                assertThat(formatted).doesNotContain("\t", " \n", "\n\n\n").endsWith("\n");
            } catch (RulesException | RuntimeException | AssertionError e) {
                throw new AssertionError("for seed " + seed + ", file " + i + "\n" + text, e);
            }
        }
        assertThat(placed).isGreaterThan(500);
    }

    @Test
    void aCommentStaysWithWhatItSpeaksAbout() throws Exception {
        String formatted = RulesFormat.format(FILE, """
                routes: # all of them
                - weight: 5% # so few
                  # why live
                  stage: live
                  cohort: c
                  # of the name
                  name: browse
                  matches: [ # two
                    {path: {value: /a}}, # the old one
                    # the new one
                    {path: {value: /b}}
                    ]
                  candidate: n
                """);
        assertThat(formatted).isEqualTo("""
                routes: # all of them
                  # of the name
                  - name: browse
                    matches:
                      # two
                      - {path: {value: /a}} # the old one
                      # the new one
                      - {path: {value: /b}}
                    candidate: n
                    cohort: c
                    # why live
                    stage: live
                    weight: 5% # so few
                """);
    }

    @Test
    void aFileWithAMistakeIsRefused() {
        assertThatThrownBy(() -> RulesFormat.format(FILE, "rotes: []\n"))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("did you mean routes?");
    }

    private RuleSet rules(String text) throws IOException, RulesException {
        Files.writeString(folder.resolve("rules.yaml"), text);
        return RulesFolder.read(folder);
    }

    private static List<String> comments(String text) {
        return COMMENT.matcher(text).results().map(each -> each.group()).toList();
    }
}
