package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that is back is read again within 10 s: no pause is longer than 5 s, and few attempts are enough. {@link BridgeFaults} has the same of PostgreSQL. */
class ReconnectTest {

    /** Attempts after the database takes connections: one may have begun before that without hope, and the next one is on time. */
    static final int ATTEMPTS_MAX = 3;

    @TempDir
    Path folder;

    @Test
    void pausesGrowToFiveSecondsAndBeginAnewAfterARunThatLasted() {
        var soon = Duration.ofSeconds(30);
        var pauses = Stream.iterate(RestartPause.NONE.next(soon), pause -> pause.next(soon))
                .limit(6)
                .map(pause -> pause.length().toSeconds());
        assertThat(pauses).isEqualTo(List.of(1L, 2L, 4L, 5L, 5L, 5L));
        assertThat(new RestartPause(Duration.ofSeconds(5)).next(Duration.ofSeconds(31)))
                .isEqualTo(RestartPause.NONE.next(soon));
    }

    @Test
    void aMariaDbThatIsBackIsReadAtOneOfTheNextAttempts() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "reconnected", folder, "one").start()) {
            Servers.mariadb().kill();
            Await.until("it has tried in vain", () -> bridge.progress().engineStarts() >= 3);
            Servers.mariadb().launch();
            var before = bridge.progress().engineStarts();
            var since = System.nanoTime();
            bridge.sql("INSERT INTO one VALUES (1, 'back')");
            bridge.awaitEqual();
            var attempts = bridge.progress().engineStarts() - before;
            System.out.printf(
                    "read again %d ms after MariaDB was back, %d attempts%n",
                    (System.nanoTime() - since) / 1_000_000, attempts);
            assertThat(attempts).isLessThanOrEqualTo(ATTEMPTS_MAX);
        }
    }
}
