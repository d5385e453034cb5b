package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.ChildJava;
import dev.banyan.gateway.faults.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever fails around a gateway, no request is doubled, misled, mixed up or left without an answer, and what is well goes on being served. */
class FaultRunTest {

    private static final int PATIENCE_SECONDS = 180;
    private static final List<Way> WAYS = List.of(Way.LEAN, Way.CHAIN, Way.HTTP2);

    @TempDir
    Path folder;

    /** Each build another way; in the long run they take turns. */
    @Test
    void nothingIsDoubledMisledOrMixedUp() throws Exception {
        run(WAYS.get((int) Math.floorMod(System.nanoTime(), 3L)), 20_261_125, 6);
    }

    @Test
    @Tag("soak")
    void nothingIsDoubledMisledOrMixedUpForLong() throws Exception {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        long end = System.nanoTime() + Long.getLong("soak.seconds", 600) * 1_000_000_000L;
        while (System.nanoTime() < end) {
            run(WAYS.get((int) Math.floorMod(seed, 3L)), seed++, 30);
        }
    }

    private void run(Way way, long seed, int seconds) throws Exception {
        Path here = Files.createDirectory(folder.resolve(way + "-" + seed));
        boolean namespace = hasNamespace();
        List<String> java =
                ChildJava.command("-Xmx512m", "-Dio.netty.leakDetection.level=paranoid", "-Dfaults.way=" + way);
        java.addAll(List.of(FaultRun.class.getName(), Long.toString(seed), Integer.toString(seconds), here.toString()));
        var command = new ArrayList<String>();
        if (namespace) {
            // The run folder is a file system of its own too, so that it can be full.
            command.addAll(List.of("unshare", "-rnm", "sh", "-c"));
            command.add(
                    "mkdir -p \"$0\"/run && mount -t tmpfs -o size=3m,mode=700 none \"$0\"/run && exec \"$@\" namespace");
            command.add(here.toString());
        }
        command.addAll(java);
        Path output = here.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended;
        try {
            ended = process.waitFor(seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        System.out.println(said.lines().filter(line -> line.startsWith("seed ")).toList());
        assertThat(ended).as("it ends: " + said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).doesNotContain("LEAK:");
    }

    /** Whether this machine lets us have a network of our own; else the faults of the network are left out, with a word. */
    private static boolean hasNamespace() throws InterruptedException {
        boolean has = Faults.works("unshare", "-rnm", "true")
                && Faults.works("unshare", "-rn", "sh", "-c", "ip link set lo up && nft add table inet try");
        if (!has) {
            String reason = "no network namespace with ip and nft here: the faults of the network are left out";
            String required = System.getenv().getOrDefault("BANYAN_REQUIRE", "");
            if (Arrays.asList(required.split(",")).contains("nft")) {
                Assertions.fail(reason + ", and BANYAN_REQUIRE asks for it");
            }
            System.out.println(reason);
        }
        return has;
    }
}
