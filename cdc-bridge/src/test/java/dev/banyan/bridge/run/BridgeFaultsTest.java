package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bridge, database, hub and the network between them fail together, and nothing is lost, invented, torn, repeated or reordered. */
class BridgeFaultsTest {

    @TempDir
    Path folder;

    @Test
    void nothingIsLostWhenEverythingFailsTogether() throws Exception {
        run(1, 0, Dbms.POSTGRESQL);
    }

    /** {@code -Dsoak.seconds=600 -Dsoak.seed=N} */
    @Test
    @Tag("soak")
    void nothingIsLostWhenEverythingFailsTogetherForLong() throws Exception {
        run(Long.getLong("soak.seed", System.nanoTime()), Integer.getInteger("soak.seconds", 600), Dbms.POSTGRESQL);
    }

    /** {@code -Dsoak.seconds=600 -Dsoak.seed=N} */
    @Test
    @Tag("soak")
    void nothingIsLostWhenEverythingFailsTogetherForLongWithMariaDb() throws Exception {
        run(Long.getLong("soak.seed", System.nanoTime()), Integer.getInteger("soak.seconds", 600), Dbms.MARIADB);
    }

    private void run(long seed, int seconds, Dbms dbms) throws Exception {
        if (!OwnNetwork.isPossible()) {
            var reason = "no network namespace with ip and nft here";
            var required = System.getenv().getOrDefault("BANYAN_REQUIRE", "");
            if (Arrays.asList(required.split(",", -1)).contains("nft")) {
                Assertions.fail(reason + ", and BANYAN_REQUIRE asks for it");
            }
            Assumptions.abort(reason);
        }
        var command = new ArrayList<>(OwnNetwork.COMMAND);
        command.addAll(ChildJava.command());
        command.addAll(List.of(
                BridgeFaults.class.getName(),
                Long.toString(seed),
                Integer.toString(seconds),
                folder.toString(),
                dbms.name()));
        var output = folder.resolve("output");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit;
        try {
            exit = process.waitFor();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        var said = Files.readString(output);
        System.out.println(said.lines().filter(line -> line.startsWith("seed ")).toList());
        assertThat(exit).as(said).isZero();
    }
}
