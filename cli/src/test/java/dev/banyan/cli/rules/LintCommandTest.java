package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class LintCommandTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            routes:
              - {name: orders, matches: [{path: {value: /orders}}], candidate: orders, stage: retired}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRules() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), RULES);
    }

    @Test
    void aWarningFailsOnlyWhenAskedTo() {
        var ran = Ran.rules("lint", folder);
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("warning [BYN0153] " + folder.resolve("rules.yaml") + ":5:5", "1 finding");
        assertThat(Ran.rules("lint", folder, "--fail-on", "warning").exitCode()).isEqualTo(1);
    }

    @Test
    void anErrorFails() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), RULES + """
              - {name: all, matches: [{path: {value: /}}], candidate: orders, stage: off}
              - {name: never, matches: [{path: {type: RegularExpression, value: "/x[0-9]"}}], candidate: orders, stage: off}
            """);
        var ran = Ran.rules("lint", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).contains("error [BYN0130]");
    }

    @Test
    void theSameIsThereForPrograms() {
        var json = JsonMapper.shared()
                .readTree(Ran.rules("lint", folder, "--format", "json").out());
        assertThat(json.at("/findings/0/code").asString()).isEqualTo("BYN0153");
        assertThat(json.at("/findings/0/line").asInt()).isEqualTo(5);
        var sarif = JsonMapper.shared()
                .readTree(Ran.rules("lint", folder, "--format", "sarif").out());
        assertThat(ValidateCommandTest.SARIF.validate(sarif)).isEmpty();
        assertThat(sarif.at("/runs/0/results/0/ruleId").asString()).isEqualTo("BYN0153");
    }

    @Test
    void rulesThatAreNotValidFail() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), "routes: 1\n");
        assertThat(Ran.rules("lint", folder).exitCode()).isEqualTo(1);
    }
}
