package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class TestCommandTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRules() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), """
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: orders, url: "http://localhost:8083"}
                routes:
                  - {name: orders, matches: [{path: {value: /orders}}, {path: {value: /api/orders}}], candidate: orders, stage: complete}
                """);
        Files.createDirectory(folder.resolve("tests"));
    }

    private void writeTest(String backend) throws IOException {
        Files.writeString(
                folder.resolve("tests/orders.yaml"),
                "- {request: {url: /orders/1}, expect: {route: orders, backend: " + backend + "}}\n");
    }

    @Test
    void whatIsAsExpectedPassesUnlessTooLittleIsMet() throws IOException {
        writeTest("orders");
        var ran = Ran.rules("test", folder);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("1 test, 0 failed; routes 1/1, matches 1/2 (50%)", "not met: routes[orders].matches[1]");
        assertThat(Ran.rules("test", folder, "--fail-under", "50").exitCode()).isZero();
        assertThat(Ran.rules("test", folder, "--fail-under", "51").exitCode()).isEqualTo(1);
    }

    @Test
    void aFailureSaysWhatWasFoundAndWhy() throws IOException {
        writeTest("legacy");
        var report = folder.resolve("report.xml");
        var ran = Ran.rules("test", folder, "--junit", report);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out())
                .contains(folder.resolve("tests/orders.yaml") + ":1:3: GET /orders/1")
                .contains("backend: orders (expected: legacy)", "routes[orders].matches[0]", "wins");
        assertThat(Files.readString(report))
                .contains("failures=\"1\"", "<failure message=\"backend: orders (expected: legacy)\"");
        var json =
                JsonMapper.shared().readTree(Ran.rules("test", folder, "--json").out());
        assertThat(json.at("/tests/0/mismatches/0/found").asString()).isEqualTo("orders");
        assertThat(json.at("/tests/0/explanation/decision/backend").asString()).isEqualTo("orders");
    }

    @Test
    void brokenTestsAndNoTestsFail() throws IOException {
        Files.writeString(folder.resolve("tests/orders.yaml"), "- {request: {url: /}}\n");
        var ran = Ran.rules("test", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("orders.yaml:1:3", "no \"expect\"");
        Files.delete(folder.resolve("tests/orders.yaml"));
        Files.delete(folder.resolve("tests"));
        assertThat(Ran.rules("test", folder).err()).contains("no such folder");
    }

    @Test
    void aShareThatIsNoneIsWrongUsage() {
        assertThat(Ran.rules("test", folder, "--fail-under", "200").exitCode()).isEqualTo(2);
    }
}
