package dev.banyan.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Transactions and time in either database, and a store that comes, goes and hangs. */
class ControlStoreTest {

    @TempDir
    static Path folder;

    static Stream<StoreLocation> databases() {
        return Stream.of(
                StoreLocation.inFolder(folder.resolve("run")),
                SharedPostgres.at(SharedPostgres.port(), SharedPostgres.newDatabase()));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("databases")
    void aTransactionIsKeptWholeOrNotAtAll(StoreLocation location) throws Exception {
        try (var store = started(location)) {
            store.transaction("making a table", c -> run(c, "CREATE TABLE note (text VARCHAR(20))"));
            store.transaction("writing", c -> run(c, "INSERT INTO note VALUES ('kept')"));
            assertThatThrownBy(() -> store.transaction("writing and failing", connection -> {
                        run(connection, "INSERT INTO note VALUES ('dropped')");
                        throw new IllegalStateException("a mistake of ours");
                    }))
                    .hasMessage("a mistake of ours");
            assertThatThrownBy(() -> store.transaction("writing nonsense", connection -> {
                        run(connection, "INSERT INTO note VALUES ('dropped')");
                        return run(connection, "INSERT INTO nowhere VALUES (1)");
                    }))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageStartingWith("writing nonsense: ")
                    .hasMessageContainingAll("nowhere");
        }
        try (var again = started(location)) {
            assertThat(again.<String>transaction("reading", ControlStoreTest::notes))
                    .isEqualTo("kept ");
            assertThat(Duration.between(Instant.now(), again.clock().instant()).abs())
                    .isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aStoreThatIsDownIsWaitedForInTheBackgroundAndFailsAtOnceForTheOthers() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var relay = new Relay(SharedPostgres.port());
                var store = new ControlStore(SharedPostgres.at(relay.port(), database))) {
            assertThat(store.isStarted()).isFalse();
            store.start();
            assertThat(store.awaitFirstAnswer(Duration.ofSeconds(20))).isFalse();
            assertThatThrownBy(() -> store.transaction("writing", c -> run(c, "SELECT 1")))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageStartingWith("writing: the control store is down: ");

            relay.open();
            Await.until("up", store::isUp);
            relay.cut();
            Await.until("down", () -> !store.isUp());
            relay.open();
            Await.until("up again", store::isUp);

            // Nothing comes back any more, and no connection breaks: what hangs is given up, by itself.
            relay.stopUp();
            assertThatThrownBy(() -> store.transaction("asking", c -> run(c, "SELECT pg_sleep(0)")))
                    .isInstanceOf(StoreUnavailable.class);
            Await.until("seen to hang", () -> !store.isUp());
            relay.cut();
            relay.open();
            Await.until("up for the third time", store::isUp);
            store.transaction("making a table", c -> run(c, "CREATE TABLE note (text VARCHAR(20))"));
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aPasswordThatIsChangedIsReadAgain() throws Exception {
        var database = SharedPostgres.newDatabase();
        var secret = Files.writeString(folder.resolve("secret"), "wrong\n");
        var user = "gate_" + database;
        try (var admin = started(SharedPostgres.at(SharedPostgres.port(), database))) {
            // Loopback is trusted here, so that a user who may not log in stands for one with a wrong password.
            admin.transaction("making a user", c -> run(c, "CREATE USER " + user + " SUPERUSER NOLOGIN"));
            var location =
                    StoreLocation.postgresql(SharedPostgres.url(SharedPostgres.port(), database), user, secret, null);
            try (var store = new ControlStore(location)) {
                store.start();
                assertThat(store.awaitFirstAnswer(Duration.ofSeconds(20))).isFalse();
                assertThat(store.problem()).contains(user);
                admin.transaction("letting it in", c -> run(c, "ALTER USER " + user + " LOGIN"));
                Await.until("let in", store::isUp);
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void transactionsThatAreOnlySlowAreNotCutOff() throws Exception {
        var enough = new Semaphore(0);
        try (var store = started(StoreLocation.inFolder(folder.resolve("slow")));
                var slow = Executors.newVirtualThreadPerTaskExecutor()) {
            store.transaction("making a table", c -> run(c, "CREATE TABLE note (text VARCHAR(20))"));
            var all = Stream.generate(() -> slow.submit(() -> store.transaction("writing slowly", connection -> {
                        run(connection, "INSERT INTO note VALUES ('slow')");
                        enough.acquireUninterruptibly();
                        return true;
                    })))
                    .limit(StorePool.CONNECTIONS_MAX)
                    .toList();
            Await.until("nothing left to ask by", () -> !store.isUp());
            enough.release(StorePool.CONNECTIONS_MAX);
            for (var each : all) {
                assertThat(each.get()).isTrue();
            }
            Await.until("up", store::isUp);
        } finally {
            enough.release(StorePool.CONNECTIONS_MAX);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anErrorIsNotTheEndOfLooking() throws Exception {
        var failing = new AtomicBoolean(true);
        try (var store = new ControlStore(StoreLocation.inFolder(folder.resolve("error")), location -> {
            if (failing.get()) {
                throw new NoClassDefFoundError("org/h2/Driver");
            }
            return StorePool.open(location);
        })) {
            store.start();
            Await.until("the error is told", () -> String.valueOf(store.problem())
                    .contains("NoClassDefFoundError: org/h2/Driver"));
            failing.set(false);
            Await.until("up", store::isUp);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatOpensOnlyAfterCloseHasGivenUpIsClosedToo() throws Exception {
        var opening = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var opened = new AtomicReference<HikariDataSource>();
        var store = new ControlStore(StoreLocation.inFolder(folder.resolve("late")), location -> {
            opening.countDown();
            while (go.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
                Thread.interrupted(); // hears none, as a driver that connects
            }
            opened.set(StorePool.open(location));
            return opened.get();
        });
        try {
            store.start();
            opening.await();
            store.close();
        } finally {
            go.countDown();
        }
        Await.until(
                "opened and closed", () -> opened.get() != null && opened.get().isClosed());
        assertThat(store.isUp()).isFalse();
    }

    private static ControlStore started(StoreLocation location) throws InterruptedException {
        var store = new ControlStore(location);
        store.start();
        assertThat(store.awaitFirstAnswer(Duration.ofMinutes(2)))
                .as(store.problem())
                .isTrue();
        return store;
    }

    private static boolean run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static String notes(Connection connection) throws SQLException {
        var text = new StringBuilder();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT text FROM note")) {
            while (rows.next()) {
                text.append(rows.getString(1)).append(' ');
            }
        }
        return text.toString();
    }
}
