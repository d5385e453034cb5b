package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.servers.LocalKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** While the hub is down the legacy database forgets its log all the same, and nothing is lost: not by a kill, not by a take-over. */
class SpoolTest {

    @TempDir
    Path folder;

    /** A hub that does not answer while it is told so. */
    record Down(Hub hub, AtomicBoolean isDown) implements Hub {
        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            check();
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            check();
            hub.publish(events, position);
        }

        private void check() throws HubUnavailable {
            if (isDown.get()) {
                throw new HubUnavailable("down", new IllegalStateException());
            }
        }

        @Override
        public void close() {
            hub.close();
        }
    }

    /** A spool in {@code folder}, to be begun as soon as the hub has failed for 300 ms. */
    static RunSettings.Spooling spooling(Path folder, String name, long bytesMax) throws IOException {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return new RunSettings.Spooling(
                new DiskSpool.Settings(folder.resolve(name), FaultSeal.of(key), bytesMax, 20_000),
                Duration.ofMillis(300),
                50);
    }

    /** Up to where the slot of {@code bridge} has been confirmed. */
    static long confirmed(TestBridge bridge) throws SQLException {
        return Long.parseLong(bridge.text("SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots"
                + " WHERE slot_name = 'slot_" + bridge.name + "'"));
    }

    static void awaitConfirmed(TestBridge bridge) throws Exception {
        var now = Long.parseLong(bridge.text("SELECT pg_current_wal_lsn() - '0/0'"));
        Await.until("the database may forget its log", () -> confirmed(bridge) >= now);
    }

    private static void letGo(Socket bound) throws IOException {
        bound.close();
    }

    private static void assertInOrder(TestBridge bridge) {
        var last = new HashMap<String, String>();
        for (var event : bridge.events()) {
            var before = last.put(event.key(), event.value());
            assertThat(number(event.value()))
                    .as(event.key())
                    .isGreaterThanOrEqualTo(before == null ? -1 : number(before));
        }
    }

    private static int number(String data) {
        return Integer.parseInt(TestBridge.field(data, "v"));
    }

    private static Thread writer(TestBridge bridge, AtomicBoolean writing) {
        return Thread.ofPlatform().name("writer").start(() -> {
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                for (var i = 1; writing.get(); i++) {
                    statement.execute(
                            "UPDATE one SET v = '" + i + "' WHERE id BETWEEN " + i % 50 + " AND " + (i % 50 + 10));
                    LockSupport.parkNanos(10_000_000); // leaves the processors to the bridge
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whileAProcessThatWasSucceededStillHasTheSpoolsOrTheirDiskIsAwayItsSuccessorWaits() throws Exception {
        try (var bridge = new TestBridge("spooled_shared", folder, "one")) {
            var spooling = spooling(folder, "spool", 1 << 20);
            bridge.spool = spooling;
            try (var _ = DiskSpool.lock(spooling.disk())) {
                bridge.launch();
                Await.until("it says why", () -> bridge.progress().reason().contains("another process writes to it"));
                assertThat(bridge.progress().state()).isEqualTo(Progress.State.RESTARTING);
                Files.move(folder.resolve("spool"), folder.resolve("aside"));
                Files.createFile(folder.resolve("spool"));
            }
            Await.until("the folder is away", () -> bridge.progress().reason().contains("spool: locking"));
            assertThat(bridge.progress().state()).isEqualTo(Progress.State.RESTARTING);
            Files.delete(folder.resolve("spool"));
            Await.until("it streams", () -> bridge.progress().state() == Progress.State.STREAMING);
        }
    }

    @Test
    void killedWhileTheHubIsDownItLosesNothingAndTheLogOfTheDatabaseDoesNotGrow() throws Exception {
        try (var nobody = new Socket(); // bound, so that nobody else is given its port, and not listening
                var bridge = new TestBridge("spooled", folder, "one")) {
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var port = nobody.getLocalPort();
            bridge.bootstrapServers = "127.0.0.1:" + port;
            bridge.sql("INSERT INTO one SELECT g, '0' FROM generate_series(0, 60) g");
            spooling(folder, "spool", 0);
            var config = bridge.config();
            Files.writeString(
                    config,
                    Files.readString(config)
                                    .replace(
                                            Servers.kafka().bootstrapServers() + "\"",
                                            bridge.bootstrapServers + "\", partitions: 1")
                            + "faultKeyFile: fault.key\nspool: {folder: spool, afterSeconds: 1}\n");
            var writing = new AtomicBoolean(true);
            var writer = writer(bridge, writing);
            try (var process = new BridgeProcess(folder, config)) {
                Await.until("it spools", () -> process.tells("\"state\":\"spooling\""));
                awaitConfirmed(bridge);
                var before = confirmed(bridge);
                awaitConfirmed(bridge);
                assertThat(confirmed(bridge)).isGreaterThan(before);
                process.kill();
            }
            try (var process = new BridgeThread(folder, config)) {
                Await.until("it goes on spooling", () -> process.tells("\"state\":\"spooling\""));
                awaitConfirmed(bridge);
                var from = System.nanoTime();
                letGo(nobody);
                try (var kafka = LocalKafka.start(folder.resolve("kafka"), port)) {
                    assertThat(kafka.bootstrapServers()).isEqualTo(bridge.bootstrapServers);
                    Await.until("it catches up while writes go on", () -> process.tells("\"state\":\"streaming\""));
                    var rows = Long.parseLong(TestBridge.field(process.status(), "rows"));
                    var millis = (System.nanoTime() - from) / 1_000_000;
                    System.out.printf(
                            "caught up %d rows in %d ms, %d rows/s, the start of Kafka and the writer beside it included%n",
                            rows, millis, rows * 1_000 / Math.max(1, millis));
                    writing.set(false);
                    writer.join();
                    bridge.sql("UPDATE one SET v = '1000000' WHERE id = 1");
                    Await.until("the last one arrives", () -> bridge.data().stream()
                            .anyMatch(data -> data.contains("1000000")));
                    Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
                    check(bridge);
                }
            }
        }
    }

    private void check(TestBridge bridge) throws Exception {
        var folded = new HashMap<String, String>();
        bridge.events().forEach(event -> folded.put(event.key(), TestBridge.field(event.value(), "v")));
        assertThat(folded).isEqualTo(bridge.table());
        assertInOrder(bridge);
        assertThat(bridge.repeatedIds()).isEmpty();
        try (var left = Files.walk(folder.resolve("spool"))) {
            assertThat(left).allSatisfy(each -> assertThat(each.getFileName().toString())
                    .isIn("spool", bridge.name, "writer.lock")); // of the spools themselves nothing
        }
    }

    private void awaitLargeFiles(int count) throws Exception {
        Await.until("each large transaction is in a file", () -> {
            try (var files = Files.walk(folder.resolve("spool"))) {
                return files.filter(file -> file.toString().endsWith(".large")).count() == count;
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionLargerThanMemoryWaitsForTheHubInTheSpoolToo(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "spooled_large", folder, "one")) {
            var of = RunSettings.Limits.DEFAULT;
            bridge.limits = new RunSettings.Limits(of.transaction(), of.queueBytesMax(), of.unitRowsMax(), 100);
            bridge.config();
            bridge.mapper =
                    new Mapper(MappingFile.read(folder.resolve("mapping.yaml")), bridge.name, null); // maps in parts
            var isDown = new AtomicBoolean();
            bridge.hub = hub -> new Down(hub, isDown);
            bridge.spool = spooling(folder, "spool", 1 << 20);
            bridge.start();
            isDown.set(true);
            bridge.sql("INSERT INTO one SELECT g, '1' FROM " + bridge.series(1, 500));
            Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
            bridge.sql("INSERT INTO one SELECT g, '2' FROM " + bridge.series(501, 900));
            awaitLargeFiles(2);
            bridge.stop();
            bridge.launch();
            bridge.sql("UPDATE one SET v = '3' WHERE id > 300");
            Await.until("it goes on spooling", () -> bridge.progress().state() == Progress.State.SPOOLING);
            awaitLargeFiles(3);
            isDown.set(false);
            Await.until("it streams", () -> bridge.progress().state() == Progress.State.STREAMING);
            check(bridge);
        }
    }

    @Test
    void nobodyTakesOverWhileAnotherHostsSpoolIsNotEmpty() throws Exception {
        try (var bridge = new TestBridge("spooled_pair", folder, "one")) {
            Servers.postgres().createDatabase("spooled_pair_store");
            bridge.store =
                    new BridgeStore.Settings(Servers.postgres().jdbcUrl("spooled_pair_store"), "postgres", "postgres");
            var isDown = new AtomicBoolean();
            bridge.hub = hub -> new Down(hub, isDown);
            bridge.spool = spooling(folder, "first", 1 << 20);
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            bridge.awaitEqual();
            isDown.set(true);
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
            awaitConfirmed(bridge);
            awaitWhileTheSpoolIsNotThere(bridge);
            bridge.stop();

            var settings = bridge.settings(bridge.tables);
            var epoch = epoch(bridge);
            bridge.spool = spooling(folder, "second", 1 << 20);
            var second = new BridgeRun(bridge.settings(bridge.tables), InstantSource.system());
            var running = Thread.ofPlatform().name("second").start(() -> {
                try {
                    second.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until(
                    "the second says why it waits",
                    () -> second.progress().state() == Progress.State.STANDBY
                            && second.progress().reason().contains("/first holds what the hub does not have"));
            assertThat(epoch(bridge)).as("it shuts nobody out").isEqualTo(epoch);
            isDown.set(false);
            assertThat(bridge.fold()).containsOnlyKeys("one/1");
            bridge.spool = settings.spool();
            bridge.launch();
            bridge.awaitEqual();
            bridge.stop();
            Await.until("then it takes over", () -> second.progress().state() == Progress.State.STREAMING);
            bridge.sql("INSERT INTO one VALUES (3, 'c')");
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
            second.stop();
            running.join();
        }
    }

    /** As if the spool's disk were not mounted when the engine starts anew: what lies there is not passed over, and nobody has to start it again. */
    private void awaitWhileTheSpoolIsNotThere(TestBridge bridge) throws Exception {
        Path spool;
        try (var found = Files.list(folder.resolve("first"))) {
            spool = found.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        var aside = Files.move(spool, folder.resolve("aside"));
        bridge.text("SELECT pg_terminate_backend(active_pid)::text FROM pg_replication_slots WHERE slot_name = 'slot_"
                + bridge.name + "'");
        Await.until("it says why", () -> bridge.progress().reason().contains("not there"));
        assertThat(bridge.progress().state()).isEqualTo(Progress.State.RESTARTING);
        Files.move(aside, spool);
        Await.until("it goes on", () -> bridge.progress().state() == Progress.State.SPOOLING);
    }

    private static long epoch(TestBridge bridge) throws SQLException {
        try (var connection = DriverManager.getConnection(
                        bridge.store.jdbcUrl(), bridge.store.user(), bridge.store.password());
                var rows = connection.createStatement().executeQuery("SELECT epoch FROM bridge_state")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFullSpoolPausesReadingAndABackfillThroughItEnds(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "spool_full", folder, "one")) {
            bridge.sql("INSERT INTO one SELECT g, repeat('x', 100) FROM " + bridge.series(1, 3000));
            bridge.backfill = true;
            var isDown = new AtomicBoolean(true);
            bridge.hub = hub -> new Down(hub, isDown);
            bridge.spool = spooling(folder, "spool", 60_000);
            bridge.launch();
            Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
            bridge.sql("UPDATE one SET v = 'new' WHERE id < 500");
            bridge.sql("UPDATE one SET v = 'newer' WHERE id < 500");
            Await.until(
                    "it is full",
                    () -> bridge.progress().state() == Progress.State.HUB_UNAVAILABLE
                            && bridge.progress().reason().contains("spool.megabytes"));
            bridge.sql("DELETE FROM one WHERE id % 7 = 0");
            isDown.set(false);
            Await.until("it streams", () -> bridge.progress().state() == Progress.State.STREAMING);
            Await.until("the backfill ends", () -> bridge.run().backfills().stream()
                    .allMatch(each -> each.state() == dev.banyan.bridge.store.Backfill.State.DONE));
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }
}
