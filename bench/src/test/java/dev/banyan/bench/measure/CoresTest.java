package dev.banyan.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoresTest {

    @Test
    void aListOfTheKernelsIsRead() {
        assertThat(Cores.parse("0-3,8").numbers()).containsExactly(0, 1, 2, 3, 8);
        assertThat(Cores.parse("5")).hasToString("5");
        assertThat(Cores.parse("0-1").first()).hasToString("0");
        assertThat(Cores.parse("0-2").rest()).hasToString("1,2");
    }

    @Test
    void aProcessIsBoundAndStartsBound() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs Linux");
        var all = Cores.ofThisProcess();
        var sleep = new ProcessBuilder("sleep", "60").start();
        try {
            var tree = ProcessTree.of(sleep.pid());
            all.first().bind(tree);
            assertThat(allowed(sleep.pid())).isEqualTo(all.first());
            all.bind(tree);
            assertThat(allowed(sleep.pid())).isEqualTo(all);
        } finally {
            sleep.destroyForcibly().waitFor();
        }
        var command = new java.util.ArrayList<>(all.first().before());
        command.addAll(List.of("grep", "Cpus_allowed_list:", "/proc/self/status"));
        var grep = new ProcessBuilder(command).start();
        var said = new String(grep.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(said.trim()).endsWith("\t" + all.first());
    }

    @Test
    void aMachineWithoutTasksetBindsNothing(@TempDir Path bare) throws Exception {
        assertThat(Cores.canBind("/nonexistent:" + bare)).isFalse();
        assertThat(Files.createFile(bare.resolve("taskset")).toFile().setExecutable(true))
                .isTrue();
        assertThat(Cores.canBind("/nonexistent:" + bare)).isTrue();
    }

    @Test
    void aCoreThatDoesNotExistIsRefused() {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs Linux");
        var self = ProcessTree.self();
        assertThatThrownBy(() -> new Cores(List.of(100_000)).bind(self))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("binding process " + self.pids().getFirst() + " to cores 100000: ");
    }

    private static Cores allowed(long pid) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> Cores.parse(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElseThrow();
    }
}
