package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs over every golden file of the reader, so that each of its errors is seen in each form. */
class ValidateCommandTest {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));
    private static final Path CASES = ROOT.resolve("routing-rules/src/test/resources/golden");
    static final Schema SARIF = sarifSchema();

    @TempDir
    private Path folder;

    static Stream<String> cases() throws IOException {
        try (var files = Files.list(CASES)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyErrorIsInEveryForm(String name) throws IOException {
        var expected = write(Files.readString(CASES.resolve(name)));
        var first = expected.getFirst();
        boolean valid = first.startsWith("Backend[") || first.startsWith("Network[");

        var text = Ran.rules("validate", folder);
        assertThat(text.exitCode()).isEqualTo(valid ? 0 : 1);
        var lines =
                text.err().lines().map(each -> each.replace(folder + "/", "")).toList();
        assertThat(lines).containsAll(valid ? List.of() : expected);

        var json = JsonMapper.shared()
                .readTree(Ran.rules("validate", folder, "--json").out());
        assertThat(json.path("valid").asBoolean()).isEqualTo(valid);
        assertThat(json.path("problems")).hasSize(valid ? 0 : expected.size());
        json.path("problems").forEach(each -> assertCaret(each, text.err()));

        var sarif = Ran.rules("validate", folder, "--format", "sarif").out();
        var log = JsonMapper.shared().readTree(sarif);
        assertThat(SARIF.validate(log)).isEmpty();
        assertThat(log.path("runs").path(0).path("results")).hasSize(valid ? 0 : expected.size());
        for (int i = 0; !valid && i < expected.size(); i++) {
            var result = log.path("runs").path(0).path("results").path(i);
            var message = result.path("message").path("text").asString();
            assertThat(expected.get(i)).endsWith(message.replace(folder + "/", ""));
            var rule = result.path("ruleId").asString();
            assertThat(rule)
                    .isEqualTo(json.path("problems").path(i).path("kind").asString());
            assertThat(log.at("/runs/0/tool/driver/rules"))
                    .extracting(each -> each.path("id").asString())
                    .contains(rule);
        }
    }

    /** The mark stands under the character at the problem's column. */
    private void assertCaret(JsonNode problem, String err) {
        int line = problem.path("line").asInt();
        var file = Path.of(problem.path("file").asString());
        if (line == 0 || !Files.isRegularFile(file)) {
            return;
        }
        var shown = err.lines().toList();
        int at = 0;
        var start = file + ":" + line + ":" + problem.path("column").asInt() + ":";
        while (!shown.get(at).startsWith(start)) {
            at++;
        }
        if (at + 2 < shown.size() && shown.get(at + 1).startsWith("    ")) {
            var mark = shown.get(at + 2);
            int column = mark.codePointCount(0, mark.indexOf('^')) - 3;
            assertThat(column).isEqualTo(problem.path("column").asInt());
        }
    }

    @Test
    void theSchemaOfSarifRefusesWhatIsNone() {
        assertThat(SARIF.validate(JsonMapper.shared().readTree("{\"version\": \"2.1.0\", \"runs\": [{}]}")))
                .isNotEmpty();
    }

    @Test
    void ofAVeryLongLineOnlyThePlaceIsShown() throws IOException {
        Files.writeString(
                folder.resolve("a.yaml"),
                "{x: \"" + "a".repeat(5_000) + "\", routes: 7, y: " + "b".repeat(5_000) + "}");
        var lines = Ran.rules("validate", folder).err().lines().toList();
        int at = 0;
        while (!lines.get(at).contains("a.yaml:1:5017: routes")) {
            at++;
        }
        assertThat(lines.get(at + 1))
                .hasSizeLessThan(500)
                .startsWith("    ...aaa")
                .endsWith("bbb...");
        assertThat(lines.get(at + 1).charAt(lines.get(at + 2).indexOf('^'))).isEqualTo('7');
    }

    @Test
    void severalFoldersAreRuleSetsOfTheirOwn() throws IOException {
        var good = Files.createDirectory(folder.resolve("good"));
        Files.copy(ROOT.resolve("routing-rules/shop.yaml"), good.resolve("shop.yaml"));
        var bad = Files.createDirectory(folder.resolve("bad"));
        Files.writeString(bad.resolve("shop.yaml"), "rutes: []\n");
        assertThat(Ran.rules("validate", good, ROOT.resolve("routing-rules"))
                        .out()
                        .lines())
                .hasSize(2);
        var ran = Ran.rules("validate", good, bad, folder.resolve("none"));
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).contains("good: valid, 3 routes");
        assertThat(ran.err()).contains("bad/shop.yaml:1:1", "did you mean routes?", "none: folder: unreadable");
    }

    @Test
    void anUnknownFormIsWrongUsage() {
        var ran = Ran.rules("validate", folder, "--format", "xml");
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("xml");
    }

    /** Writes the rules of a golden file; returns what it expects, line by line. */
    private List<String> write(String golden) throws IOException {
        int line = golden.indexOf("----------\n");
        for (String part : ("### rules.yaml\n" + golden.substring(0, line)).split("(?m)^### ", -1)) {
            int end = part.indexOf('\n');
            if (end > 0 && !part.substring(end + 1).isEmpty()) {
                Files.writeString(folder.resolve(part.substring(0, end)), part.substring(end + 1));
            }
        }
        return golden.substring(line).lines().skip(1).toList();
    }

    private static Schema sarifSchema() {
        try (var in = ValidateCommandTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(JsonMapper.shared().readTree(Objects.requireNonNull(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
