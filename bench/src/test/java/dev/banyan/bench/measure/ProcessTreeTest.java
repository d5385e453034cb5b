package dev.banyan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @BeforeEach
    void onlyOnLinux() {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "needs Linux");
    }

    @Test
    void aTreeCountsWhatItsChildrenSpend() throws Exception {
        var shell = new ProcessBuilder("/bin/sh", "-c", "(while :; do :; done) & echo up; wait").start();
        try {
            assertThat(shell.inputReader().readLine()).isEqualTo("up");
            var tree = ProcessTree.of(shell.pid());
            assertThat(tree.pids()).hasSize(2);
            assertThat(tree.residentBytes()).isPositive();
            assertThat(tree.jvm()).isEmpty();
            var before = tree.cpuNanos();
            var deadline = System.nanoTime() + PATIENCE_NANOS;
            while (tree.cpuNanos() < before + 5 * ProcessTree.TICK_NANOS && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
            assertThat(tree.cpuNanos() - before).isGreaterThanOrEqualTo(5 * ProcessTree.TICK_NANOS);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
        }
        assertThat(new ProcessTree(java.util.List.of(shell.pid())).cpuNanos()).isZero();
    }

    @Test
    void itKnowsWhichFilesAreInItsMemory() {
        assertThat(ProcessTree.self().maps("/libjvm.so")).isTrue();
        assertThat(ProcessTree.self().maps("/no-such-library.so")).isFalse();
    }

    @Test
    void theMachineWasBusyForAtLeastAsLongAsThisProcess() {
        var own = ProcessTree.self().cpuNanos();
        assertThat(own).isPositive();
        assertThat(Machine.busyNanos()).isGreaterThanOrEqualTo(own);
        assertThat(Machine.here().cores()).isPositive();
    }
}
