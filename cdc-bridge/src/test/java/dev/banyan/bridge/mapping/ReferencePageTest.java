package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.cel.CelConditions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page that explains the mapping language is true and complete. */
class ReferencePageTest {

    private static final Path PAGE = Path.of("../docs/reference/mapping.md");
    private static final Pattern SNIPPET = Pattern.compile("```yaml\n(# mapping\n.*?)```", Pattern.DOTALL);

    private static final Pattern TESTS = Pattern.compile("```yaml\n# tests\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void everySnippetIsAMapping() throws Exception {
        var snippets = new ArrayList<String>();
        var matcher = SNIPPET.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            snippets.add(matcher.group(1));
        }
        assertThat(snippets).hasSizeGreaterThanOrEqualTo(2);
        for (var snippet : snippets) {
            MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), snippet), new CelConditions());
        }
    }

    @Test
    void theTestsOfThePageAreTestsOfItsFirstMapping() throws Exception {
        var page = Files.readString(PAGE);
        var mapping = SNIPPET.matcher(page);
        assertThat(mapping.find()).isTrue();
        var tests = TESTS.matcher(page);
        assertThat(tests.find()).isTrue();
        var file = Files.writeString(folder.resolve("mapping.yaml"), mapping.group(1) + tests.group(1));

        var ran = Printed.of("test", file.toString());

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out()).contains("2 tests, 0 failed");
    }

    @ParameterizedTest
    @CsvSource({"expressions, 4", "transactions, 2", "lists in lists, 2", "events about rows, 3"})
    void testsOfAChapterAreTestsOfTheMappingBeforeThem(String chapter, int count) throws Exception {
        var page = Files.readString(PAGE);
        var expressions = Pattern.compile(
                        "```yaml\n(# mapping\n[^`]*)```\n\n```yaml\n# tests of " + chapter + "\n([^`]*)```")
                .matcher(page);
        assertThat(expressions.find()).isTrue();
        var file = Files.writeString(folder.resolve("mapping.yaml"), expressions.group(1) + expressions.group(2));

        var ran = Printed.of("test", file.toString());

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out()).contains(count + " tests, 0 failed");
    }

    @Test
    void theBulkRuleOfThePageIsOne() throws Exception {
        var rule = Pattern.compile("```yaml\n# rule\n(- .*)\n```").matcher(Files.readString(PAGE));
        assertThat(rule.find()).isTrue();
        var shop = Files.readString(Path.of("examples/shop/mapping.yaml"))
                .replace("- {event: PriceChanged, when: {changed: prices}}", rule.group(1));
        var mapping = MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), shop));

        assertThat(mapping.aggregates().getFirst().rules())
                .filteredOn(each -> each.bulk() != null)
                .extracting(EventRule::event)
                .containsExactly("PriceChanged");
    }

    @Test
    void everyKeyAndWordOfTheSchemaIsExplained() throws Exception {
        var page = Files.readString(PAGE);
        try (var in = MappingFile.class.getResourceAsStream("mapping.schema.json")) {
            var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            var words = new TreeSet<String>();
            collect(JsonMapper.shared().readTree(text), words);
            assertThat(words).hasSizeGreaterThan(40).allSatisfy(word -> assertThat(page)
                    .contains("`" + word + "`"));
        }
    }

    private static void collect(JsonNode schema, Set<String> words) {
        words.addAll(schema.path("properties").propertyNames());
        schema.path("enum").forEach(each -> words.add(each.asString()));
        schema.forEach(each -> collect(each, words));
    }
}
