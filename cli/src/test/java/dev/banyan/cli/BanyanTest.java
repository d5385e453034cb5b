package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BanyanTest {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    private record Ran(int exitCode, String out, String err) {}

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var commandLine = Banyan.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ran(commandLine.execute(args), out.toString(), err.toString());
    }

    @Test
    void helpListsEveryCommand() {
        var ran = run("--help");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("gateway", "bridge", "rules", "status", "diff", "demo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "bridge", "bench", "events"})
    void aProgramOfItsOwnIsGivenItsArgumentsAsTheyCame(String command, @TempDir Path folder) throws IOException {
        var file = "@" + Files.writeString(folder.resolve("arguments"), "--of-a-file");
        var parsed = Banyan.commandLine().parseArgs(command, "--any", file, "--", "--why", "@x");
        assertThat(parsed.subcommand().matchedPositionals().getFirst().originalStringValues())
                .containsExactly("--any", file, "--", "--why", "@x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "",
                "demo --size huge",
                "rules",
                "rules validate",
                "rules format",
                "status --port 1",
                "diff"
            })
    void wrongUsageIsExitCodeTwoAndOneMessage(String line) {
        var ran = run(line.isEmpty() ? new String[0] : line.split(" ", -1));
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).startsWith("banyan").hasLineCount(2);
    }

    @Test
    void theDemoTakesNoFolderWithSomethingInItAndNoReportItCannotWrite(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("mine"), "mine");
        for (var dir : List.of(folder, file)) {
            var ran = run("demo", "--dir", dir.toString());
            assertThat(ran.exitCode()).isEqualTo(2);
            assertThat(ran.err()).startsWith("banyan demo: --dir: " + dir).contains("a new or an empty folder");
        }
        for (var report : List.of(folder, file.resolve("report.json"))) {
            var ran = run("demo", "--report", report.toString());
            assertThat(ran.exitCode()).isEqualTo(2);
            assertThat(ran.err()).startsWith("banyan demo: --report: " + report);
        }
        assertThat(folder).isDirectoryContaining(file::equals);
        assertThat(file).hasContent("mine");
    }

    @Test
    void anInstallationThatCannotBeWrittenAsksForAFolder(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(".banyan"), "no folder");
        System.setProperty("banyan.root", folder.toString());
        try {
            var ran = run("demo");
            assertThat(ran.exitCode()).isEqualTo(2);
            assertThat(ran.err())
                    .startsWith("banyan demo: " + folder.resolve(".banyan/runs") + ": no run folder can be made there")
                    .contains("(expected: --dir DIR, a new or an empty folder)");
        } finally {
            System.setProperty("banyan.root", ROOT.toString());
        }
    }

    @Test
    void theRulesOfTheDemoAreValid() {
        var ran = run("rules", "validate", ROOT.resolve("routing-rules").toString());
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("valid, 3 routes, 4 backends, 2 cohorts");
    }

    @Test
    void aProblemIsShownWithItsLineAndAMarkAtItsColumn(@TempDir Path folder) throws IOException {
        var rules = Files.readString(ROOT.resolve("routing-rules/shop.yaml")).replace("weight: 0%", "weight: 120%");
        Files.writeString(folder.resolve("shop.yaml"), rules);
        var ran = run("rules", "validate", folder.toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("shop.yaml:").contains("\"120%\"");
        var lines = ran.err().lines().toList();
        assertThat(lines.get(1).indexOf("120%")).isEqualTo(lines.get(2).indexOf('^'));
        var json = run("rules", "validate", folder.toString(), "--json");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(json.out()).contains("\"valid\":false").contains("\"column\":");
    }

    @Test
    void statusWithoutAGatewaySaysWhereItLooked(@TempDir Path folder) {
        var ran = run("status", "--run-dir", folder.toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).startsWith("banyan: no gateway runs").contains("gateway.json");
    }

    @Test
    void bridgeWithOptionsOnlyMeansRun() {
        assertThat(BridgeCommand.withCommand(List.of("--config", "x.yaml")))
                .containsExactly("run", "--config", "x.yaml");
        assertThat(BridgeCommand.withCommand(List.of("plan", "--config", "x.yaml")))
                .startsWith("plan");
        assertThat(BridgeCommand.withCommand(List.of("--help"))).containsExactly("--help");
    }

    @Test
    void optionsOfTheGatewayAreLeftToTheGateway() {
        var parsed = Banyan.commandLine().parseArgs("gateway", "--legacy", "http://x", "--port=1", "-h");
        assertThat(parsed.subcommand().matchedArgs().getFirst().originalStringValues())
                .containsExactly("--legacy", "http://x", "--port=1", "-h");
    }

    @Test
    void basisPointsReadAsPercent() {
        assertThat(StatusCommand.percent(1000)).isEqualTo("10%");
        assertThat(StatusCommand.percent(1)).isEqualTo("0.01%");
        assertThat(StatusCommand.percent(10_000)).isEqualTo("100%");
    }
}
