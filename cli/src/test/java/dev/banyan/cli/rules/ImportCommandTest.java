package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what docs/how-to/import-your-rules.md tells people to run. */
class ImportCommandTest {

    private static final Path PAGE = Path.of("../docs/how-to/import-your-rules.md");

    @TempDir
    private Path root;

    private Path source;
    private Path rules;
    private Path document;
    private Path spaces;

    @BeforeEach
    void writeTheSourceOfThePage() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("```text\n") + "```text\n".length();
        source = Files.writeString(
                root.resolve("application.yaml"), page.substring(begin, page.indexOf("```\n", begin)));
        rules = root.resolve("routing-rules");
        document = Files.writeString(root.resolve("orders.yaml"), block(page, "yaml\nopenapi"));
        spaces = Files.writeString(root.resolve("spaces.json"), block(page, "json\n"));
    }

    /** The text of a block of the page. */
    private static String block(String page, String beginning) {
        int begin = page.indexOf("```" + beginning);
        int text = page.indexOf('\n', begin) + 1;
        return page.substring(text, page.indexOf("```\n", text));
    }

    @Test
    void thePagesCommandsDoWhatItSays() throws Exception {
        List<Ran> ran = new ArrayList<>();
        for (String each : commands()) {
            ran.add(Ran.rules((Object[]) each.split(" ")));
        }
        assertThat(ran).hasSize(4);
        assertThat(ran)
                .allSatisfy(each -> assertThat(each.exitCode()).as(each.err()).isZero());
        String reported = Files.readAllLines(PAGE).stream()
                .filter(each -> each.startsWith("    application.yaml:"))
                .collect(Collectors.joining());
        assertThat(root + "/" + reported.strip()).isEqualTo(ran.getFirst().err().strip());
        assertThat(ran.getFirst().out()).contains("2 routes from spring-cloud-gateway, 1 thing not carried over");
        var read = RulesFolder.read(rules);
        assertThat(read.routes()).extracting("name").containsExactlyInAnyOrder("orders", "search");
        assertThat(Files.readString(rules.resolve("rules.yaml"))).contains("RemoteAddr=10.0.0.0/8");
        assertThat(rules.resolve("routing-rules.schema.json")).isNotEmptyFile();
        assertThat(Ran.rules("format", "--check", rules).exitCode()).isZero();
        assertThat(RulesFolder.read(root.resolve("orders-rules")).routes())
                .extracting("name")
                .containsExactlyInAnyOrder("orders-reads", "orders-writes");
        assertThat(RulesFolder.read(root.resolve("spaces-rules")).routes())
                .extracting("name")
                .containsExactly("orders-get");
    }

    @Test
    void answersInSeveralFilesAreOneSource() throws Exception {
        String[] answers = Files.readString(spaces).split("(?m)^(?=\\{\"Route)", -1);
        Path services = Files.writeString(root.resolve("services.json"), answers[0]);
        Path routes = Files.writeString(root.resolve("routes.json"), answers[1]);
        var ran = Ran.rules("import", routes, services, "-o", rules);
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("1 route from refactor-spaces, 0 things not carried over");
    }

    @Test
    void strictMindsWhatIsNotCarriedOver() {
        var ran = Ran.rules("import", source, "--candidate", "search=http://localhost:8090", "-o", rules, "--strict");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(rules.resolve("rules.yaml")).exists();
    }

    @Test
    void nothingIsWrittenOfWhatCannotBeRead() throws IOException {
        Files.writeString(source, "a: [1");
        var ran = Ran.rules("import", source, "--from", "spring-cloud-gateway", "-o", rules);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("application.yaml:1:6");
        assertThat(rules).doesNotExist();
    }

    @Test
    void whatIsWrongUsageIsSaid() {
        assertThat(Ran.rules("import", source, "--from", "nginx", "-o", rules).exitCode())
                .isEqualTo(2);
        assertThat(Ran.rules("import", source, "--legacy", "legacy:80", "-o", rules)
                        .exitCode())
                .isEqualTo(2);
        assertThat(rules).doesNotExist();
    }

    @Test
    void rulesThatAreThereStay() throws IOException {
        Files.createDirectories(rules);
        Files.writeString(rules.resolve("mine.yaml"), "mine");
        assertThat(Ran.rules("import", source, "-o", rules).exitCode()).isEqualTo(1);
        assertThat(rules.resolve("rules.yaml")).doesNotExist();
    }

    /** The page's commands after {@code ./banyan rules}, with this test's folder. */
    private List<String> commands() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(each -> each.startsWith("    ./banyan rules "))
                .map(each -> each.strip().substring("./banyan rules ".length()))
                .map(each ->
                        each.replace("application.yaml", source.toString()).replace("-o routing-rules", "-o " + rules))
                .map(each -> each.replace("orders.yaml", document.toString()).replace("spaces.json", spaces.toString()))
                .map(each -> each.replace("-o orders-rules", "-o " + root.resolve("orders-rules")))
                .map(each -> each.replace("-o spaces-rules", "-o " + root.resolve("spaces-rules")))
                .map(each -> each.replace("validate routing-rules", "validate " + rules))
                .toList();
    }
}
