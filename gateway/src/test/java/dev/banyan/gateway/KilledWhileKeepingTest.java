package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway that is killed with -9 while it keeps a copy of its newest rules. The next one, which finds rules it cannot use, serves by the copy
 * from before or by the new one, and either is whole.
 */
class KilledWhileKeepingTest {

    private static final int FILES = 8;
    private static final int DELAY_MICROS_MAX = 30_000;
    private static final Pattern IN_FORCE = Pattern.compile("rules ([0-9a-f]+) in force");

    @TempDir
    Path folder;

    private int old;

    @Test
    void theCopyIsTheOldOneOrTheNewOne() throws Exception {
        run(20_261_126, 2, Long.MAX_VALUE);
    }

    @Test
    @Tag("soak")
    void theCopyIsTheOldOneOrTheNewOneForLong() throws Exception {
        run(
                Long.getLong("soak.seed", System.nanoTime()),
                Integer.MAX_VALUE,
                Long.getLong("soak.seconds", 600) * 1_000_000_000L);
    }

    private void run(long seed, int kills, long nanos) throws Exception {
        var random = new Random(seed);
        long began = System.nanoTime();
        String before = save(0);
        String next = before;
        int done = 0;
        while (done <= kills && System.nanoTime() - began < nanos) {
            try (var gateway =
                    GatewayProcess.start(folder, List.of(), List.of(), List.of("--rules", rules().toString()))) {
                String serves = inForce(gateway.said());
                assertThat(serves).as("seed %d, after %d kills", seed, done).isIn(before, next);
                assertThat(gateway.said().contains("CANNOT BE USED")).isEqualTo(done > 0);
                old += serves.equals(before) && done > 0 ? 1 : 0;
                before = serves;
                next = save(++done);
                awaitCopyOf(next);
                LockSupport.parkNanos(random.nextInt(DELAY_MICROS_MAX) * 1_000L);
            }
            Files.writeString(rules().resolve("1.yaml"), "routes: [");
        }
        System.out.printf("seed %d: killed %d times, %d of them before the new copy was whole%n", seed, done - 1, old);
    }

    private Path rules() {
        return folder.resolve("rules");
    }

    /** Writes a rule set that is valid only whole, since each file names what another one has, and returns its hash. */
    private String save(int version) throws Exception {
        Files.createDirectories(rules());
        Files.writeString(rules().resolve("0.yaml"), """
                backends:
                  - {name: legacy, url: "http://127.0.0.1:1", baseline: true}
                  - {name: v%d, url: "http://127.0.0.1:1"}
                """.formatted(version));
        for (int i = 1; i < FILES; i++) {
            Files.writeString(rules().resolve(i + ".yaml"), """
                    routes:
                      - {name: r%1$d, matches: [{path: {value: /%1$d}}], candidate: v%2$d, stage: complete}
                    """.formatted(i, version));
        }
        return RulesFolder.read(rules()).hash();
    }

    private void awaitCopyOf(String rules) throws Exception {
        TestGateway.await("a copy is begun", () -> {
            try (var copies = Files.newDirectoryStream(folder.resolve("run/last-good-rules"), rules + "-*")) {
                return copies.iterator().hasNext();
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static String inForce(String said) {
        Matcher found = IN_FORCE.matcher(said);
        assertThat(found.find()).as(said).isTrue();
        return found.group(1);
    }
}
