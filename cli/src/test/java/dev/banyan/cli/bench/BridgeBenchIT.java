package dev.banyan.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The bench of the bridge fills a log, starts the bridge on it and counts what arrives; nothing here looks at a speed. */
class BridgeBenchIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));

    @TempDir
    private Path folder;

    @Test
    void theBridgeBringsEveryRowInEveryCase() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "the bench needs Linux");
        var output = folder.resolve("output");
        var builder = new ProcessBuilder(
                        ROOT.resolve("banyan").toString(),
                        "bench",
                        "bridge",
                        "--quick",
                        "--rounds=1",
                        "--carriers=banyan",
                        "--report=" + folder.resolve("speed.md"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        var bench = builder.start();
        assertThat(bench.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(bench.exitValue()).as(Files.readString(output)).isZero();

        var figures = new JsonMapper()
                .readTree(Files.readString(folder.resolve("speed.json")))
                .get("figures");
        assertThat(figures.findValuesAsString("case"))
                .contains("catch-up-items", "catch-up-orders", "steady-1000", "steady-3000");
        assertThat(folder.resolve("speed.md"))
                .content()
                .contains("./banyan bench bridge --quick", "A quick run", "## steady-3000: 3,000 rows/s");
    }
}
