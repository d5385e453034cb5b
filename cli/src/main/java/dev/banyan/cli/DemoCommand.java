package dev.banyan.cli;

import dev.banyan.cli.demo.Demo;
import dev.banyan.cli.demo.Settings;
import dev.banyan.cli.demo.Size;
import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.RunFolder;
import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code banyan demo}: a whole migration on this machine. */
@Command(
        name = "demo",
        description =
                "Run a whole migration on this machine: a shop, its database, Kafka, the bridge, two new services, the"
                        + " gateway, people who never stop, and things that are killed. Needs no Docker and no account.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Option(names = "--unattended", description = "Do not wait for Enter between the steps.")
    private boolean unattended;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what was measured as JSON.")
    private @Nullable Path report;

    @Option(
            names = "--size",
            defaultValue = "small",
            description =
                    "How much data legacy has, and how many people come: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Size size;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The run folder, a new or an empty one; a new one in .banyan/runs when not given.")
    private @Nullable Path folder;

    @Option(
            names = "--seed",
            defaultValue = "42",
            description = "The same seed gives the same data (${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--keep", description = "Keep the data of PostgreSQL and Kafka in the run folder too.")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException {
        if (report != null) {
            requireWritable(report.toAbsolutePath());
        }
        var root = Toolkit.ofThisProgram().root();
        var runFolder = folder == null ? newFolder(root.resolve(".banyan/runs")) : emptyFolder(folder);
        var pauses = !unattended
                && Optional.ofNullable(System.console())
                        .map(Console::isTerminal)
                        .orElse(false);
        var settings = new Settings(root, runFolder, size, seed, pauses, keep, Optional.ofNullable(report));
        var left = Demo.leftBehind(settings);
        if (!left.isEmpty()) {
            var err = spec.commandLine().getErr();
            err.println("banyan: an earlier run left processes behind (or runs in another window): " + left);
            err.flush();
        }
        return new Demo(settings, System.out).run().held() ? 0 : 1;
    }

    /** Makes the folder of {@code file} and asks now what would else fail when everything was measured. */
    private void requireWritable(Path file) {
        try {
            var parent = Files.createDirectories(Objects.requireNonNull(file.getParent(), "a file has a folder"));
            if (Files.isDirectory(file) || !Files.isWritable(Files.exists(file) ? file : parent)) {
                throw wrong("--report: " + file + " (expected: a file that can be written)");
            }
        } catch (IOException e) {
            throw wrong("--report: " + file + ": " + e + " (expected: a file that can be written)");
        }
    }

    private RunFolder newFolder(Path runs) {
        try {
            return RunFolder.create(runs, Instant.now());
        } catch (UncheckedIOException e) {
            throw wrong(e.getMessage() + " (expected: --dir DIR, a new or an empty folder)");
        }
    }

    /** The demo deletes and overwrites in its run folder, so that it takes none in which something lies. */
    private RunFolder emptyFolder(Path path) {
        try (var there = Files.list(Files.createDirectories(path))) {
            if (there.findAny().isPresent()) {
                throw wrong("--dir: " + path + " is not empty (expected: a new or an empty folder)");
            }
            return RunFolder.at(path);
        } catch (IOException | UncheckedIOException e) {
            throw wrong("--dir: " + path + ": " + e + " (expected: a new or an empty folder)");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
