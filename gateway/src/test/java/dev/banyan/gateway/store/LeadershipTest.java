package dev.banyan.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.banyan.gateway.faults.ChildJava;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** One leads; what becomes of it when it is killed, stopped for a while, or cut off. */
class LeadershipTest {

    private static final Duration LEASE = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private static ControlStore started(StoreLocation location) throws InterruptedException {
        var store = new ControlStore(location);
        store.start();
        assertThat(store.awaitFirstAnswer(Duration.ofMinutes(2)))
                .as(store.problem())
                .isTrue();
        return store;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whoeverOpensAFileLeadsAtOnceWithAHigherEpoch() throws Exception {
        var location = StoreLocation.inFolder(folder);
        for (long epoch = 1; epoch <= 2; epoch++) {
            try (var store = started(location);
                    var leadership = new Leadership(store, Duration.ofHours(1))) {
                leadership.start();
                Await.until("leads", () -> leadership.epoch().isPresent());
                assertThat(leadership.epoch()).hasValue(epoch);
                assertThat(leadership.leader()).isEqualTo(leadership.name());
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void oneThatStopsHandsOverAndOneThatIsCutOffKnowsThatItMayBeDeposed() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var relay = new Relay(SharedPostgres.port());
                var store = new ControlStore(SharedPostgres.at(relay.port(), database));
                var leadership = new Leadership(store, LEASE);
                var otherStore = started(SharedPostgres.at(SharedPostgres.port(), database));
                var other = new Leadership(otherStore, LEASE)) {
            try (var first = new Leadership(otherStore, Duration.ofHours(1))) {
                first.start();
                Await.until("first", () -> first.epoch().isPresent());
                relay.open();
                store.start();
                leadership.start();
                Await.until("seen", () -> leadership.leader().equals(first.name()));
                assertThatThrownBy(() -> leadership.transaction("writing", _ -> 1))
                        .isInstanceOf(NotLeader.class)
                        .hasMessageContaining(first.name());
            }
            Await.until("second", () -> leadership.epoch().isPresent());

            relay.cut();
            Await.until("unsure", () -> leadership.epoch().isEmpty());
            other.start();
            Await.until("third", () -> other.epoch().isPresent());
            assertThat(other.epoch()).hasValue(3);
            relay.open();
            Await.until("told", () -> leadership.leader().equals(other.name()));
            assertThatThrownBy(() -> leadership.transaction("writing", _ -> 1)).isInstanceOf(NotLeader.class);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aDeposedLeaderWritesNothingMoreThoughItWasStoppedInTheMiddleOfIt() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var store = started(SharedPostgres.at(SharedPostgres.port(), database))) {
            store.transaction("making a table", connection -> execute(connection, """
                    CREATE TABLE written (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, epoch BIGINT NOT NULL)"""));
            List<Process> processes = new ArrayList<>();
            try {
                var stopped = leader(processes, database);
                Await.until("epoch 1", () -> written(store).contains(1L));
                var killed = leader(processes, database);
                Await.until("up", () -> killed.inputReader().ready());

                signal("STOP", stopped);
                Await.until("epoch 2", () -> written(store).contains(2L));
                signal("CONT", stopped);
                assertThat(stopped.inputReader().readLine()).isEqualTo("up");
                int before = written(store).size();
                Await.until("both go on", () -> written(store).size() > before + 20);

                killed.destroyForcibly();
                Await.until("epoch 3", () -> written(store).contains(3L));
            } finally {
                processes.forEach(Process::destroyForcibly);
            }
            assertThat(written(store)).isSorted().contains(1L, 2L, 3L);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aStoreWhoseClockIsSetBackDoesNotKeepADeadLeader() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var store = started(SharedPostgres.at(SharedPostgres.port(), database));
                var leadership = new Leadership(store, LEASE)) {
            // As a leader's lease stands when it dies as the clock goes back.
            store.transaction("leading", connection -> execute(connection, """
                    UPDATE control_leader SET epoch = 7, holder = 'dead', lease_until = CURRENT_TIMESTAMP + INTERVAL '5' HOUR"""));
            leadership.start();
            Await.until("seen", () -> leadership.leader().equals("dead"));
            Await.until("taken over", () -> leadership.epoch().isPresent());
            assertThat(leadership.epoch()).hasValue(8);
        }
    }

    /** As a store that was set back gives it, and has another holder by then. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anEpochThatWasGivenTwiceIsTheLastHolders() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var store = started(SharedPostgres.at(SharedPostgres.port(), database));
                var leadership = new Leadership(store, LEASE)) {
            leadership.start();
            Await.until("leads", () -> leadership.epoch().isPresent());
            store.transaction("leading", connection -> execute(connection, """
                    UPDATE control_leader SET holder = 'another', lease_until = CURRENT_TIMESTAMP + INTERVAL '5' HOUR"""));
            assertThatThrownBy(() -> leadership.transaction("writing", _ -> 1)).isInstanceOf(NotLeader.class);
            Await.until("told", () -> leadership.epoch().isEmpty());
            assertThat(leadership.leader()).isEqualTo("another");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anErrorDoesNotEndTheAskingForTheLead() throws Exception {
        var fails = new AtomicBoolean(true);
        var location = new StoreLocation("jdbc:h2:mem:error;DB_CLOSE_DELAY=-1", "banyan", null, null);
        try (var real = StorePool.open(location);
                var store = new ControlStore(location, _ -> failing(real, fails));
                var leadership = new Leadership(store, Duration.ofMillis(300))) {
            store.start();
            leadership.start();
            Await.until("leads", () -> leadership.epoch().isPresent());
            assertThat(fails).isFalse();
        }
    }

    private static HikariDataSource failing(HikariDataSource real, AtomicBoolean fails) {
        return new HikariDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                if (Thread.currentThread().getName().equals("leadership") && fails.getAndSet(false)) {
                    throw new OutOfMemoryError("of a test");
                }
                return real.getConnection();
            }
        };
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aFileThatAnotherProcessHasOpenIsSaidToBe() throws Exception {
        List<Process> processes = new ArrayList<>();
        try (var store = started(StoreLocation.inFolder(folder))) {
            var other = process(processes, store.location().jdbcUrl(), "banyan");
            assertThat(other.inputReader().readLine()).contains("down: another process has it open");
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    private static Process leader(List<Process> processes, String database) throws IOException {
        return process(processes, SharedPostgres.url(SharedPostgres.port(), database), SharedPostgres.user());
    }

    private static Process process(List<Process> processes, String url, String user) throws IOException {
        var command = ChildJava.command("-Dlogback.configurationFile=store-process-logback.xml");
        command.addAll(List.of(LeaderProcess.class.getName(), url, user, Long.toString(LEASE.toMillis())));
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static void signal(String signal, Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static List<Long> written(ControlStore store) throws StoreUnavailable {
        return store.<List<Long>>transaction("reading", connection -> {
            List<Long> epochs = new ArrayList<>();
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT epoch FROM written ORDER BY id")) {
                while (rows.next()) {
                    epochs.add(rows.getLong(1));
                }
            }
            return epochs;
        });
    }
}
