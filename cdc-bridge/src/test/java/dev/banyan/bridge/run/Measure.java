package dev.banyan.bridge.run;

import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Measures the bridge with a mapping on real servers, all on this machine. See docs/measurements/bridge.md for how it is started. */
final class Measure {

    private static final int ROWS_PER_TRANSACTION = 10;

    private final TestBridge bridge;

    private Measure(Path folder) {
        bridge = new TestBridge("measured", folder, "item");
    }

    public static void main(String[] arguments) throws Exception {
        var transactions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60_000;
        var seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        var folder = Files.createTempDirectory("banyan-measure");
        var measure = new Measure(folder);
        if (arguments.length > 2) {
            Servers.postgres().createDatabase("measured_store");
            measure.bridge.store =
                    new BridgeStore.Settings(Servers.postgres().jdbcUrl("measured_store"), "postgres", "postgres");
        }
        measure.throughput(transactions);
        measure.catchUp(transactions);
        measure.spool(transactions, folder);
        measure.latency(500, seconds);
        System.exit(0);
    }

    private BridgeRun newRun() throws Exception {
        var config = bridge.config();
        var mapping = MappingFile.read(config.resolveSibling("mapping.yaml"));
        var own = bridge.settings(bridge.tables);
        return new BridgeRun(
                new RunSettings(
                        own.name(),
                        own.source(),
                        bridge.store,
                        () -> new Mapper(mapping, own.name(), null),
                        own.hub(),
                        own.limits(),
                        false,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Preflight.Accepted.NONE,
                        null,
                        own.spool()),
                InstantSource.system());
    }

    /** Starts a run that the caller stops. */
    private static Thread start(BridgeRun run) throws Exception {
        var thread = Thread.ofPlatform().name("bridge").start(() -> {
            try {
                run.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("it streams", () -> run.progress().state() == Progress.State.STREAMING);
        return thread;
    }

    private void write(int transactions, long firstId) throws SQLException {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off"); // only the writer: it is not what is measured
            statement.execute("DO $$ BEGIN FOR i IN 0.." + (transactions - 1) + " LOOP"
                    + " INSERT INTO item SELECT " + firstId + " + i * " + ROWS_PER_TRANSACTION
                    + " + g, 'value ' || i FROM generate_series(1, " + ROWS_PER_TRANSACTION + ") g;"
                    + " COMMIT; END LOOP; END $$");
        }
    }

    /** The writers finish first, so that the whole machine is the bridge's, PostgreSQL's sender's and Kafka's. */
    private void throughput(int transactions) throws Exception {
        var first = newRun();
        var thread = start(first);
        first.stop();
        thread.join();
        var warm = transactions / 3;
        write(warm, 0);
        write(transactions, 1_000_000_000L);
        var run = newRun();
        thread = start(run);
        Await.until("it is warm", Duration.ofMinutes(5), () -> run.progress().transactions() >= warm);
        var before = run.progress().rows();
        var since = System.nanoTime();
        var all = (long) (warm + transactions) * ROWS_PER_TRANSACTION;
        Await.until(
                "all are in Kafka", Duration.ofMinutes(5), () -> run.progress().rows() >= all);
        var nanos = System.nanoTime() - since;
        System.out.printf(
                "throughput: %,d rows in transactions of %d, mapped: %,.0f rows/s%n",
                all - before, ROWS_PER_TRANSACTION, (all - before) * 1e9 / nanos);
        run.stop();
        thread.join();
    }

    /** All rows are changed once while no bridge runs; then one starts, whose memory of them is in its store alone. */
    private void catchUp(int transactions) throws Exception {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
            statement.execute("DO $$ BEGIN FOR i IN 0.." + (transactions - 1) + " LOOP"
                    + " UPDATE item SET v = 'changed ' || i WHERE id BETWEEN 1000000001 + i * " + ROWS_PER_TRANSACTION
                    + " AND 1000000000 + (i + 1) * " + ROWS_PER_TRANSACTION + "; COMMIT; END LOOP; END $$");
        }
        var run = newRun();
        var all = (long) transactions * ROWS_PER_TRANSACTION;
        var thread = start(run);
        var before = run.progress().rows();
        var since = System.nanoTime();
        Await.until(
                "all are in Kafka", Duration.ofMinutes(5), () -> run.progress().rows() >= all);
        System.out.printf(
                "catching up: %,d changed rows: %,.0f rows/s%n",
                all - before, (all - before) * 1e9 / (System.nanoTime() - since));
        run.stop();
        thread.join();
    }

    /** The hub is down until everything is in the spool; then it is back, and 3,000 rows/s go on coming meanwhile. */
    private void spool(int transactions, Path folder) throws Exception {
        var isDown = new AtomicBoolean();
        bridge.hub = hub -> new SpoolTest.Down(hub, isDown);
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        bridge.spool = new RunSettings.Spooling(
                new DiskSpool.Settings(folder.resolve("spool"), FaultSeal.of(key), 1L << 30, 16 << 20),
                Duration.ofMillis(300),
                50);
        var run = newRun();
        var progress = run.progress();
        var thread = start(run);
        isDown.set(true);
        write(transactions, 2_000_000_000L);
        Await.until(
                "all are in the spool",
                Duration.ofMinutes(5),
                () -> progress.spooledTransactions.get() >= transactions);
        var writing = new AtomicBoolean(true);
        var writer = Thread.ofPlatform().name("writer").start(() -> writeAt(300, writing));
        isDown.set(false);
        var before = progress.rows();
        Await.until("the hub is back", () -> progress.rows() > before);
        var first = progress.rows();
        var since = System.nanoTime();
        Await.until("the spool is empty", Duration.ofMinutes(5), () -> progress.state() == Progress.State.STREAMING);
        System.out.printf(
                "from the spool, with 3,000 rows/s of new ones: %,d rows: %,.0f rows/s%n",
                progress.rows() - first, (progress.rows() - first) * 1e9 / (System.nanoTime() - since));
        writing.set(false);
        writer.join();
        run.stop();
        thread.join();
        bridge.hub = hub -> hub;
        bridge.spool = null;
    }

    /** So many transactions of ten rows a second, by the clock. */
    private void writeAt(int perSecond, AtomicBoolean writing) {
        var period = TimeUnit.SECONDS.toNanos(1) / perSecond;
        try (var connection = bridge.connect();
                var statement = connection.prepareStatement(
                        "INSERT INTO item SELECT ? + g, 'meanwhile' FROM generate_series(1, 10) g")) {
            var next = System.nanoTime();
            for (var id = 3_000_000_000L; writing.get(); id += ROWS_PER_TRANSACTION) {
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                next += period;
                statement.setLong(1, id);
                statement.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From the writer's COMMIT having returned until a consumer of committed events has the event. One writer, open loop. */
    private void latency(int perSecond, int seconds) throws Exception {
        var run = newRun();
        var thread = start(run);
        var committed = new long[perSecond * seconds];
        var seen = new long[committed.length];
        var reading = new AtomicBoolean(true);
        var reader = Thread.ofPlatform().name("reader").start(() -> read(seen, reading));
        var period = TimeUnit.SECONDS.toNanos(1) / perSecond;
        try (var connection = bridge.connect();
                var statement = connection.prepareStatement("INSERT INTO item VALUES (?, 'timed')")) {
            var next = System.nanoTime();
            for (var i = 0; i < committed.length; i++) {
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
                next += period;
                statement.setLong(1, 5_000_000_000L + i);
                statement.execute();
                committed[i] = System.nanoTime();
            }
        }
        Await.until("the last has arrived", () -> seen[seen.length - 1] != 0);
        reading.set(false);
        reader.join();
        run.stop();
        thread.join();
        var warm = committed.length / 4;
        var micros = new long[committed.length - warm];
        for (var i = warm; i < committed.length; i++) {
            micros[i - warm] = Math.max(0, seen[i] - committed[i]) / 1000;
        }
        Arrays.sort(micros);
        System.out.printf(
                "commit to consumer at %d tx/s (%.0f/s reached): p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                perSecond,
                (committed.length - warm) * 1e9 / (committed[committed.length - 1] - committed[warm]),
                micros[micros.length / 2] / 1e3,
                micros[micros.length * 99 / 100] / 1e3,
                micros[micros.length - 1] / 1e3);
    }

    private void read(long[] seen, AtomicBoolean reading) {
        var partition = new TopicPartition(bridge.topic(), 0);
        var properties = new HashMap<String, Object>();
        properties.put("bootstrap.servers", bridge.bootstrapServers);
        properties.put("isolation.level", "read_committed");
        properties.put("fetch.max.wait.ms", "20");
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            while (reading.get()) {
                for (var event : consumer.poll(Duration.ofMillis(20))) {
                    var now = System.nanoTime();
                    if (new String(event.value(), StandardCharsets.UTF_8).contains("timed")) {
                        var id = Long.parseLong(event.key().substring("item/".length()));
                        seen[(int) (id - 5_000_000_000L)] = now;
                    }
                }
            }
        }
    }
}
