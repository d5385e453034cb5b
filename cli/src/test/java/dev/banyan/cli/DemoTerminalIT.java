package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo with somebody in front of it: Enter between the steps, Ctrl-C, and the demo itself killed with -9. */
class DemoTerminalIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final String ENTER = "\n";
    private static final String CTRL_C = "\u0003";
    private static final String PROMPT = "[Enter] goes on";

    @TempDir
    private Path folder;

    @BeforeEach
    void needsAProgramThatMakesTerminals() {
        assumeTrue(Files.isExecutable(SCRIPT), "no " + SCRIPT + " (util-linux), which gives a program a terminal");
    }

    @Test
    void enterGoesOnAndADemoThatIsKilledLeavesNothingBehind() throws Exception {
        try (var demo = new Terminal(folder, "--keep")) {
            demo.await("first prompt", () -> demo.shown().contains(PROMPT));
            assertThat(demo.shown()).contains("[1/17]").doesNotContain("[2/17]");
            demo.type(ENTER);
            demo.await("second step", () -> demo.shown().contains("[2/17]"));
            var programs = demo.programs();
            assertThat(programs).hasSizeGreaterThanOrEqualTo(6).allMatch(ProcessHandle::isAlive);
            demo.commandItself().destroyForcibly();
            demo.await("end of every program", () -> programs.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(folder.resolve("run/logs/legacy.log")).isNotEmptyFile();
            assertThat(folder.resolve("run/postgres")).as("kept").isDirectory();
        }
    }

    @Test
    void ctrlCWhileProgramsAreStartingStopsWhatWasStarted() throws Exception {
        try (var demo = new Terminal(folder)) {
            demo.await("a program that runs", () -> !demo.programs().isEmpty());
            var programs = demo.programs();
            demo.type(CTRL_C);
            demo.await("end", () -> !demo.process.isAlive());
            assertThat(demo.process.exitValue()).as(demo.shown()).isEqualTo(130);
            assertThat(programs).noneMatch(ProcessHandle::isAlive);
            assertThat(demo.shown()).contains("stopping everything; logs: ");
            assertThat(folder.resolve("run/pids")).doesNotExist();
            assertThat(folder.resolve("run/logs/postgres.log")).exists();
            assertThat(folder.resolve("run/postgres")).as("not kept").doesNotExist();
        }
    }

    /** A demo that believes a person sits in front of it. */
    private static final class Terminal implements AutoCloseable {

        private static final Duration PATIENCE = Duration.ofMinutes(2);

        private final Path folder;
        private final Path output;
        private final Process process;

        Terminal(Path folder, String... options) throws IOException {
            this.folder = folder;
            this.output = folder.resolve("output");
            // Whoever runs these tests in the background of a shell has SIGINT ignored, and children inherit that.
            var command = "env --default-signal=INT '" + ROOT.resolve("banyan") + "' demo --dir '"
                    + folder.resolve("run") + "' " + String.join(" ", options);
            process = new ProcessBuilder(SCRIPT.toString(), "-qefc", command, "/dev/null")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        }

        void type(String keys) throws IOException {
            process.getOutputStream().write(keys.getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        }

        String shown() throws IOException {
            return Files.readString(output);
        }

        /** Returns the programs that the demo has noted as running. */
        List<ProcessHandle> programs() throws IOException {
            var pids = folder.resolve("run/pids");
            if (!Files.exists(pids)) {
                return List.of();
            }
            return Files.readAllLines(pids).stream()
                    .map(line -> ProcessHandle.of(Long.parseLong(line.split(" ", 2)[0])))
                    .flatMap(java.util.Optional::stream)
                    .toList();
        }

        /** Returns the demo's own process. */
        ProcessHandle commandItself() {
            return process.descendants()
                    .filter(each -> each.info().commandLine().orElse("").contains("cli.jar"))
                    .findFirst()
                    .orElseThrow();
        }

        void await(String what, Callable<Boolean> condition) throws Exception {
            var end = System.nanoTime() + PATIENCE.toNanos();
            while (!condition.call()) {
                assertThat(System.nanoTime())
                        .as("no " + what + " in\n" + shown())
                        .isLessThan(end);
                Thread.sleep(20);
            }
        }

        @Override
        public void close() {
            var all = process.descendants().toList();
            process.destroy();
            process.onExit()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .exceptionally(_ -> process)
                    .join();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
