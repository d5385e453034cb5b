package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.KilledBridge;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bridges over MariaDB that end at named points, one after the other, while writers go on, the hub is often down, and the server is killed, too. */
class MariaDbKillTest {

    /** The nth time a point is passed; without a point the process lives on. */
    private record Place(@Nullable Point point, int n) {}

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();

    @Test
    void nothingIsLostRepeatedOrTornInAFewKills() throws Exception {
        killed(List.of(new Place(Point.SPOOLED, 2), new Place(Point.PUBLISHED, 3), new Place(Point.STORED, 2)));
    }

    /** {@code -Dbanyan.kills=100 -Dbanyan.seed=N} */
    @Test
    @Tag("soak")
    void nothingIsLostRepeatedOrTornInManyMoreKills() throws Exception {
        var random = new Random(Long.getLong("banyan.seed", 1));
        var points = Point.values();
        killed(IntStream.range(0, Integer.getInteger("banyan.kills", 40))
                .mapToObj(_ -> new Place(points[random.nextInt(points.length)], 1 + random.nextInt(6)))
                .toList());
    }

    private void killed(List<Place> places) throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "killed" + places.size(), folder, "account", "ledger")) {
            var config = bridge.config();
            Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
            var writing = new AtomicBoolean(true);
            var written = new AtomicLong();
            var writers = new ArrayList<Thread>();
            for (var i = 0; i < places.size(); i++) {
                var process = start(config, places.get(i));
                if (i == 0) {
                    awaitStreaming(process);
                    bridge.sql("INSERT INTO account SELECT g, '0' FROM " + bridge.series(1, KillTest.ACCOUNTS));
                    writers.add(KillTest.writer(bridge, 1, writing, written));
                    writers.add(KillTest.writer(bridge, 2, writing, written));
                }
                if (i % 10 == 1) {
                    awaitStreaming(process);
                    Servers.mariadb().kill();
                    Servers.mariadb().launch();
                }
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly(); // its point does not come by: killed from outside
                    process.waitFor(20, TimeUnit.SECONDS);
                }
                assertThat(process.exitValue()).as(log()).isEqualTo(KilledBridge.EXIT_KILLED);
            }
            writing.set(false);
            for (var writer : writers) {
                writer.join();
            }
            var last = start(config, new Place(null, 1));
            bridge.sql("INSERT INTO ledger VALUES (0, 'the last')");
            Await.until("the last row is in the hub", PATIENCE, () -> bridge.data().stream()
                    .anyMatch(data -> data.contains("the last")));
            last.destroy();
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(written.get()).as("the writers wrote throughout").isGreaterThan(places.size() * 20L);
            assertThat(KillTest.folded(bridge)).isEqualTo(bridge.table());
            assertThat(bridge.repeatedIds()).isEmpty();
            KillTest.assertOrderPerSubject(bridge);
            KillTest.assertWholeTransactions(bridge);
            System.out.println(places.size() + " kills, " + written + " transactions");
        }
    }

    private Process start(Path config, Place place) throws Exception {
        var command = ChildJava.command();
        command.addAll(List.of(
                KilledBridge.class.getName(), config.toString(), String.valueOf(place.point), String.valueOf(place.n)));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        folder.resolve("bridge" + processes.size() + ".log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private void awaitStreaming(Process process) throws Exception {
        Await.until("it streams", PATIENCE, () -> !process.isAlive() || log().contains(" STREAMING "));
    }

    /** What the newest process wrote. */
    private String log() throws Exception {
        return Files.readString(folder.resolve("bridge" + (processes.size() - 1) + ".log"));
    }

    /** Whatever became of the test. */
    @AfterEach
    void stopAll() {
        processes.forEach(Process::destroyForcibly);
    }
}
