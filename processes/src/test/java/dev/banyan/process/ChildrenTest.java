package dev.banyan.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> SLEEPS = List.of("/bin/sh", "-c", "echo READY port=7; exec sleep 600");

    @TempDir
    private Path runs;

    @Test
    void aKilledChildIsSeenAndCanBeStartedAgain() throws InterruptedException {
        var folder = RunFolder.create(runs, Instant.EPOCH);
        try (var children = new Children(folder)) {
            var first = children.start(Children.Role.APPLICATION, "sleeper", SLEEPS);
            first.awaitLine(Pattern.compile("READY port=(\\d)"), PATIENCE);
            assertThat(children.running()).containsExactly("sleeper");
            first.kill();
            assertThat(children.running()).isEmpty();
            var second = children.start(Children.Role.APPLICATION, "sleeper", SLEEPS);
            assertThat(second.pid()).isNotEqualTo(first.pid());
            assertThat(second.awaitLine(Pattern.compile("port=(\\d)"), PATIENCE).group(1))
                    .isEqualTo("7");
        }
    }

    @Test
    void closingStopsEverythingAndLeavesNoProcessIds() throws InterruptedException {
        var folder = RunFolder.create(runs, Instant.EPOCH);
        var children = new Children(folder);
        var child = children.start(Children.Role.SERVER, "sleeper", SLEEPS);
        assertThat(folder.processIds()).content().contains("sleeper");
        assertThat(Children.leftBehind(runs)).containsExactly(child.pid() + " sleeper");
        children.close();
        assertThat(child.isAlive()).isFalse();
        assertThat(folder.processIds()).doesNotExist();
        assertThat(Children.leftBehind(runs)).isEmpty();
    }

    @Test
    void whoeverClosesFindsEverythingStopped() throws InterruptedException {
        var children = new Children(RunFolder.create(runs, Instant.EPOCH));
        var slow = "trap 'sleep 0.5; exit' TERM; echo READY; while :; do sleep 0.05; done";
        var child = children.start(Children.Role.SERVER, "slow", List.of("/bin/sh", "-c", slow));
        child.awaitLine(Pattern.compile("READY"), PATIENCE);
        var left = new ConcurrentLinkedQueue<Boolean>();
        Runnable close = () -> {
            children.close();
            left.add(child.isAlive());
        };
        var other = Thread.ofVirtual().start(close);
        close.run();
        other.join();
        assertThat(left).containsExactly(false, false);
    }

    @Test
    void aChildThatEndsBeforeItIsReadyIsReportedWithWhatItSaid() {
        var folder = RunFolder.create(runs, Instant.EPOCH);
        try (var children = new Children(folder)) {
            var child = children.start(
                    Children.Role.SERVER, "broken", List.of("/bin/sh", "-c", "echo no such database; exit 3"));
            assertThatThrownBy(() -> child.awaitLine(Pattern.compile("READY"), PATIENCE))
                    .isInstanceOf(ChildFailed.class)
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("no such database");
        }
    }

    @Test
    void theGuardOutlivesWhatATerminalSendsAndEndsChildrenWhenTheirParentIsKilled() throws Exception {
        var pids = runs.resolve("pids");
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledParent.class.getName(),
                pids.toString());
        var parent = new ProcessBuilder(command).inheritIO().start();
        await(() -> read(pids).endsWith("\n"));
        var guardAndChild = read(pids).strip().split(" ", 2);
        var child = ProcessHandle.of(Long.parseLong(guardAndChild[1])).orElseThrow();
        assertThat(child.isAlive()).isTrue();
        for (var signal : List.of("INT", "HUP", "TERM", "QUIT")) {
            assertThat(new ProcessBuilder("kill", "-" + signal, guardAndChild[0])
                            .start()
                            .waitFor())
                    .isZero();
        }
        parent.destroyForcibly().waitFor();
        // where nobody asks for the end of an orphan, as in some containers, it stays, but without a program
        await(() -> !child.isAlive() || child.info().command().isEmpty());
    }

    /** A program that starts a guarded child, says which, and waits to be killed. */
    static final class KilledParent {

        private static final long SIGTERM = 1L << (15 - 1);

        public static void main(String[] args) throws IOException, InterruptedException {
            var guard = Guard.start();
            var child = guard.start(new ProcessBuilder("sleep", "600"));
            awaitTraps(guard);
            Files.writeString(Path.of(args[0]), guard.pid() + " " + child.pid() + "\n");
            child.waitFor();
        }

        /** Until the shell has read that it ignores the signal TERM, where the system says so. */
        private static void awaitTraps(Guard guard) throws IOException, InterruptedException {
            var status = Path.of("/proc", Long.toString(guard.pid()), "status");
            while (Files.exists(status) && (ignored(Files.readString(status)) & SIGTERM) == 0) {
                Thread.sleep(1);
            }
        }

        private static long ignored(String status) {
            var line = status.lines().filter(each -> each.startsWith("SigIgn:")).findFirst();
            return Long.parseUnsignedLong(line.orElseThrow().split("\\s+", 2)[1], 16);
        }
    }

    @Test
    void whatTheGuardCannotWatchIsNotLeftRunning() throws InterruptedException {
        var guard = Guard.start();
        var shell = ProcessHandle.of(guard.pid()).orElseThrow();
        shell.destroyForcibly();
        shell.onExit().join();
        var before = ProcessHandle.current().children().toList();
        assertThatThrownBy(() -> guard.start(new ProcessBuilder("sleep", "600")))
                .hasMessageContaining("telling the guard");
        await(() -> before.containsAll(ProcessHandle.current().children().toList()));
    }

    @Test
    void aServerThatOutlivesItsStarterIsNamedAndStopped() throws InterruptedException {
        ProcessHandle server;
        try (var children = new Children(RunFolder.create(runs, Instant.EPOCH))) {
            var starter = children.start(
                    Children.Role.SERVER,
                    "database",
                    List.of("/bin/sh", "-c", "sleep 600 & echo READY database port=7 pid=$!; wait"));
            assertThat(children.awaitPort(starter, PATIENCE)).isEqualTo(7);
            var left = Children.leftBehind(runs);
            assertThat(left).hasSize(2).first().isEqualTo(starter.pid() + " database");
            server = ProcessHandle.of(Long.parseLong(left.getLast().split(" ", 2)[0]))
                    .orElseThrow();
            starter.kill();
            await(() -> Children.leftBehind(runs).equals(List.of(server.pid() + " database")));
        }
        assertThat(server.isAlive() && server.info().command().isPresent()).isFalse();
        assertThat(Children.leftBehind(runs)).isEmpty();
    }

    @Test
    void aDamagedFileOfProcessIdsIsPassedOver() throws IOException {
        for (var damaged : List.of("", "\n\n", "12", "12 x", "a b c", "9".repeat(30) + " x y", "\u0000\u0000")) {
            Files.writeString(RunFolder.create(runs, Instant.EPOCH).processIds(), damaged);
        }
        Files.write(RunFolder.create(runs, Instant.EPOCH).processIds(), new byte[] {(byte) 0xff, 10});
        Files.createDirectory(RunFolder.create(runs, Instant.EPOCH).processIds());
        try (var children = new Children(RunFolder.create(runs, Instant.EPOCH))) {
            var child = children.start(Children.Role.SERVER, "sleeper", SLEEPS);
            assertThat(Children.leftBehind(runs)).containsExactly(child.pid() + " sleeper");
        }
        assertThat(Children.leftBehind(runs.resolve("none"))).isEmpty();
    }

    @Test
    void twoRunsInOneSecondHaveFoldersOfTheirOwn() {
        var one = RunFolder.create(runs, Instant.EPOCH);
        var two = RunFolder.create(runs, Instant.EPOCH);
        assertThat(one.path()).isNotEqualTo(two.path());
        assertThat(one.log("x").getParent()).isDirectory();
        two.folder("postgres");
        two.delete("postgres");
        assertThat(two.path().resolve("postgres")).doesNotExist();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(BooleanSupplier holds) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
