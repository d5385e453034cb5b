package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.store.Backfill;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row that was removed just before a backfill was asked for, by a transaction that the log has and nobody sees, does not come back. */
class GhostRowTest {

    @TempDir
    Path folder;

    private record Writer(int process, Thread thread) {}

    /** Removes row 3 over a connection of its own, and does not wait until that is over. */
    private static Writer removing(TestBridge bridge) throws Exception {
        var connection = bridge.connect();
        var process = process(connection);
        var thread = Thread.ofPlatform().start(() -> {
            try (connection;
                    var statement = connection.createStatement()) {
                statement.execute("DELETE FROM a WHERE id = 3");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        return new Writer(process, thread);
    }

    private static int process(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT pg_backend_pid()")) {
            assertThat(result.next()).isTrue();
            return result.getInt(1);
        }
    }

    /** Asks for a backfill, and returns when it waits for {@code writer}, or has not done so. */
    private static void awaitBackfill(TestBridge bridge, Writer writer) throws Exception {
        bridge.run()
                .desk(BackfillDesk.Kind.BACKFILL)
                .orElseThrow()
                .answer(new BackfillDesk.Request(Ask.START, List.of()));
        Await.until("it waits, or has read", () -> backfill(bridge).failure() != null || isDone(bridge));
        assertThat(writer.thread.isAlive())
                .as("nobody sees that the row is gone")
                .isTrue();
        var waits = backfill(bridge).failure();
        if (waits != null) {
            assertThat(waits.why()).endsWith("have not ended: process " + writer.process);
        }
    }

    private static Backfill backfill(TestBridge bridge) {
        return bridge.run().backfills().getFirst();
    }

    private static boolean isDone(TestBridge bridge) {
        return backfill(bridge).state() == Backfill.State.DONE;
    }

    private static void assertNoGhost(TestBridge bridge) throws Exception {
        Await.until("the backfill is done", () -> isDone(bridge));
        assertThat(bridge.data().stream().filter(each -> each.contains("|a|3|")))
                .as("events of the row that is no more")
                .extracting(each -> each.substring(0, 1))
                .containsExactly("c", "d");
        bridge.awaitEqual();
        assertThat(backfill(bridge).failure()).isNull();
    }

    private static TestBridge started(TestBridge bridge) throws Exception {
        bridge.start();
        bridge.sql("INSERT INTO a SELECT g, 'x' FROM " + bridge.series(1, 4));
        bridge.awaitEqual();
        return bridge;
    }

    @Test
    void whereTheBridgesRoleDoesNotWaitForAStandbyThatTheWriterWaitsFor() throws Exception {
        try (var bridge = new TestBridge("ghost_local", folder, "a")) {
            bridge.sql("CREATE ROLE ghost SUPERUSER LOGIN PASSWORD 'ghost'");
            bridge.sql("ALTER ROLE ghost SET synchronous_commit = 'local'");
            bridge.user = "ghost";
            started(bridge);
            try (var _ = Standby.missing()) {
                var writer = removing(bridge);
                Await.until("the log has the removal", () -> !bridge.fold().containsKey("a/3"));
                awaitBackfill(bridge, writer);
            }
            assertNoGhost(bridge);
        }
    }

    @Test
    void whereTheWritersProcessIsNotServedThoughItsStandbyHasAnswered() throws Exception {
        try (var bridge = started(new TestBridge("ghost_stopped", folder, "a"))) {
            Writer writer;
            try (var _ = Standby.missing()) {
                writer = removing(bridge);
                Await.until("the log has the removal", () -> !bridge.fold().containsKey("a/3"));
                signal("STOP", writer);
            }
            try {
                awaitBackfill(bridge, writer);
                bridge.sql("INSERT INTO a VALUES (5, 'later')"); // nobody waits for the backfill
            } finally {
                signal("CONT", writer);
            }
            assertNoGhost(bridge);
        }
    }

    private static void signal(String name, Writer writer) throws Exception {
        var kill = new ProcessBuilder("kill", "-" + name, Integer.toString(writer.process)).start();
        assertThat(kill.waitFor()).isZero();
    }
}
