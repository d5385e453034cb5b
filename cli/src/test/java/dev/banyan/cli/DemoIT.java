package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole project in one test: a migration on real parts, from the built jars, as a person would start it. */
class DemoIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    @Test
    void aWholeMigrationLosesNothingAndNobodyNotices(@TempDir Path folder) throws Exception {
        var report = folder.resolve("report.json");
        var runFolder = folder.resolve("run");
        var output = folder.resolve("output");
        var command = new ArrayList<>(tutorialsCommand());
        command.set(0, ROOT.resolve("banyan").toString());
        command.set(command.indexOf("report.json"), report.toString());
        command.addAll(List.of("--dir", runFolder.toString()));
        var demo = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!demo.waitFor(12, TimeUnit.MINUTES)) {
            demo.destroy();
            demo.waitFor(30, TimeUnit.SECONDS);
        }
        var printed = Files.readString(output);
        assertThat(report).as(printed).exists();
        var json = JsonMapper.shared().readTree(Files.readString(report));

        assertThat(broken(json)).as(printed).isEmpty();
        assertThat(demo.exitValue()).as(printed).isZero();
        assertThat(json.path("held").asBoolean(false)).isTrue();
        assertThat(json.path("steps")).hasSize(17);
        var run = json.path("run");
        for (var zero : new String[] {"requestsFailed", "flipBacks", "productsDiffering"}) {
            assertThat(run.path(zero).asInt(-1)).as(zero).isZero();
        }
        for (var zero : new String[] {"lost", "missing", "reordered"}) {
            assertThat(run.path("events").path(zero).asInt(-1))
                    .as("events." + zero)
                    .isZero();
        }
        for (var some : new String[] {"requestsSent", "splitRepliesWatched", "rowsChanged", "productsCompared"}) {
            assertThat(run.path(some).asInt(-1)).as(some).isPositive();
        }
        var writes = run.path("writes");
        assertThat(writes.path("exactlyOnce").asInt(-1))
                .isEqualTo(writes.path("acknowledged").asInt(-2))
                .isPositive();
        assertThat(run.path("commitToVisible").path("samples").asInt(0)).isGreaterThan(20);
        assertThat(runFolder.resolve("pids")).as("processes left behind").doesNotExist();
    }

    /** The tutorial's own words for a run without a person, so that the page cannot go stale. */
    private static List<String> tutorialsCommand() throws IOException {
        try (var lines = Files.lines(ROOT.resolve("docs/tutorial.md"))) {
            var line = lines.filter(text -> text.startsWith("./banyan demo --unattended"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("docs/tutorial.md: no ./banyan demo --unattended"));
            return List.of(line.split(" +"));
        }
    }

    private static List<String> broken(JsonNode report) {
        var broken = new ArrayList<String>();
        for (var step : report.path("steps")) {
            step.path("broken")
                    .forEach(claim -> broken.add(step.path("name").asString("") + ": " + claim.asString("")));
        }
        return broken;
    }
}
