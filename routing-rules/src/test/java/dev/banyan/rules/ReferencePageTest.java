package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page that explains the language is true. */
final class ReferencePageTest {

    private static final Path PAGE = Path.of("../docs/reference/routing-rules.md");
    private static final Path SCHEMA = Path.of("routing-rules.schema.json");
    private static final Pattern SNIPPET = Pattern.compile("```yaml\n(# routing-rules\n.*?)```", Pattern.DOTALL);

    @Test
    void everySnippetIsARuleSet() throws Exception {
        List<String> snippets = snippets();
        assertThat(snippets).hasSizeGreaterThanOrEqualTo(4);
        for (String snippet : snippets) {
            RoutingTable.compile(Rules.parse(snippet));
        }
    }

    private static List<String> snippets() throws IOException {
        List<String> snippets = new ArrayList<>();
        var matcher = SNIPPET.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            snippets.add(matcher.group(1));
        }
        return snippets;
    }

    @Test
    void everyKeyAndEveryWordOfTheSchemaIsExplained() throws Exception {
        String page = Files.readString(PAGE);
        Set<String> words = new TreeSet<>();
        collect(JsonMapper.shared().readTree(Files.readString(SCHEMA)), words);
        assertThat(words).hasSizeGreaterThan(40).allSatisfy(word -> assertThat(page)
                .contains(word));
    }

    @Test
    void everyKeyThatDefaultsMayHoldIsListedAmongThem() throws Exception {
        String page = Files.readString(PAGE);
        int from = page.indexOf("## Defaults");
        String section = page.substring(from, page.indexOf("\n## ", from));
        JsonNode defaults =
                JsonMapper.shared().readTree(Files.readString(SCHEMA)).at("/properties/defaults/properties");
        assertThat(section.substring(0, section.indexOf("`defaults.route`")))
                .contains(quoted(defaults.at("/backend/properties")));
        assertThat(section.substring(section.indexOf("`defaults.route`")))
                .contains(quoted(defaults.at("/route/properties")));
    }

    private static List<String> quoted(JsonNode properties) {
        return properties.propertyNames().stream().map(each -> "`" + each + "`").toList();
    }

    @Test
    void everyFilterIsListedWithItsArguments() throws Exception {
        String page = Files.readString(PAGE);
        assertThat(FilterCatalog.entries().values()).hasSizeGreaterThan(10).allSatisfy(filter -> {
            String row = page.lines()
                    .filter(line -> line.startsWith("| `" + filter.name() + "` |"))
                    .findFirst()
                    .orElse("");
            assertThat(row).contains(filter.description());
            assertThat(filter.arguments()).allSatisfy(each -> assertThat(row).contains("`" + each.name() + "`"));
        });
    }

    @Test
    void everyKeyOfTheSchemaHasADescription() throws Exception {
        List<String> bare = new ArrayList<>();
        requireDescriptions(JsonMapper.shared().readTree(Files.readString(SCHEMA)), bare);
        assertThat(bare).isEmpty();
    }

    private static void collect(JsonNode schema, Set<String> words) {
        words.addAll(schema.path("properties").propertyNames());
        schema.path("enum").forEach(each -> words.add(each.asString()));
        schema.forEach(each -> collect(each, words));
    }

    private static void requireDescriptions(JsonNode schema, List<String> bare) {
        schema.path("properties").properties().forEach(each -> {
            if (each.getValue().path("description").asString("").isBlank()) {
                bare.add(each.getKey());
            }
        });
        schema.forEach(each -> requireDescriptions(each, bare));
    }
}
