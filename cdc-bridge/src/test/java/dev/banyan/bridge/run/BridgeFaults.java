package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.servers.LocalKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A bridge between a database and a hub in a network of its own, in which everything fails, often together: a program of its own.
 * Arguments: seed, seconds ({@code 0}: each fault once), folder, database. It ends with 0 when nothing was wrong.
 */
final class BridgeFaults implements AutoCloseable {

    private enum Fault {
        BRIDGE_KILLED,
        DATABASE_KILLED,
        DATABASE_STOPPED,
        HUB_REFUSES,
        HUB_CUT,
        DATABASE_CUT,
        /** Only the connection that the log comes through. */
        LOG_CUT
    }

    private static final List<Fault> TOGETHER = List.copyOf(EnumSet.range(Fault.BRIDGE_KILLED, Fault.DATABASE_CUT));

    /** The bridge comes to the database under one address, writers under the other. */
    private static final String BRIDGE_SIDE = "127.0.0.2";

    private static final String WRITERS_SIDE = "127.0.0.1";

    private static final String TOPIC = "t.faults";
    private static final Duration WELL_WITHIN = Duration.ofMinutes(3);

    private final Path folder;
    private final Random random;

    /** Its tables have REPLICA IDENTITY DEFAULT: those of an even seed over PostgreSQL. */
    private final boolean isByKeys;

    private final MortalDatabase database;
    private final LocalKafka kafka;
    private final Path config;
    private final Journal journal;
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final List<Long> millisUntilSeen = new ArrayList<>();
    private final List<Long> millisUntilWell = new ArrayList<>();
    private BridgeProcess bridge;
    private int endedByItself;
    private long delivered;
    private long startsBefore;

    private BridgeFaults(long seed, Path folder, Dbms dbms) throws Exception {
        this.folder = folder;
        random = new Random(seed);
        isByKeys = dbms == Dbms.POSTGRESQL && seed % 2 == 0;
        OwnNetwork.open();
        var addresses = WRITERS_SIDE + "," + BRIDGE_SIDE;
        database = switch (dbms) {
            case POSTGRESQL -> new MortalPostgres(folder.resolve("pgdata"), addresses);
            case MARIADB -> new MortalMariaDb(addresses);
        };
        kafka = LocalKafka.start(folder.resolve("kafka"), 0);
        kafka.createTopic(TOPIC, 1);
        var url = database.createDatabase("faults");
        journal = new Journal(url, seed);
        journal.create();
        config = config(url.replace(WRITERS_SIDE, BRIDGE_SIDE), dbms == Dbms.MARIADB ? "faults" : "public");
        bridge = new BridgeProcess(folder, config);
    }

    public static void main(String[] args) {
        var exit = 2;
        try (var run = new BridgeFaults(Long.parseLong(args[0]), Path.of(args[2]), Dbms.valueOf(args[3]))) {
            System.out.println("seed " + args[0] + ": " + run.run(Integer.parseInt(args[1])));
            exit = 0;
        } catch (Throwable e) { // whatever it is, it is reported, and every process ends
            e.printStackTrace(System.out);
        }
        Runtime.getRuntime().halt(exit);
    }

    private String run(int seconds) throws Exception {
        bridge.awaitStreaming();
        var writers = journal.startWriters();
        if (seconds == 0) {
            fail(EnumSet.of(Fault.HUB_CUT, Fault.DATABASE_KILLED, Fault.BRIDGE_KILLED), 500);
            failSeen(Fault.LOG_CUT);
        }
        for (var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds); System.nanoTime() < end; ) {
            if (random.nextInt(8) == 0) {
                failSeen(random.nextBoolean() ? Fault.DATABASE_CUT : Fault.LOG_CUT);
            } else {
                fail(some(), 200 + random.nextInt(6_000));
            }
        }
        journal.stop(writers);
        journal.writeLast();
        Journal.awaitLast(kafka.bootstrapServers(), TOPIC);
        bridge.close();
        var events = TopicReader.eventsOf(kafka.bootstrapServers(), TOPIC);
        var transactions = journal.check(events, folder.resolve("lake"));
        return events.size() + " events of " + transactions + " transactions, faults " + faults
                + ", silence seen after ms " + millisUntilSeen + ", well again after ms " + millisUntilWell
                + ", ended by itself " + endedByItself + (isByKeys ? ", identity keys" : "");
    }

    private Set<Fault> some() {
        var some = EnumSet.noneOf(Fault.class);
        for (var count = 1 + random.nextInt(3); some.size() < count; ) {
            some.add(TOGETHER.get(random.nextInt(TOGETHER.size())));
        }
        if (some.contains(Fault.DATABASE_KILLED)) {
            some.remove(Fault.DATABASE_STOPPED);
        }
        return some;
    }

    private void fail(Set<Fault> together, long millis) throws Exception {
        for (var fault : together) {
            begin(fault);
        }
        TimeUnit.MILLISECONDS.sleep(millis); // how long they last
        end(together);
    }

    /** A connection on which nothing comes any more, and nothing says so: only that our own heartbeats do not come back shows it. */
    private void failSeen(Fault cut) throws Exception {
        begin(cut);
        var since = System.nanoTime();
        Await.until(
                "the silence is seen",
                WELL_WITHIN,
                () -> !bridge.isAlive() || bridge.tells("\"state\":\"restarting\""));
        millisUntilSeen.add((System.nanoTime() - since) / 1_000_000);
        end(EnumSet.of(cut));
    }

    private void begin(Fault fault) throws Exception {
        faults.merge(fault, 1, Integer::sum);
        var hub = "tcp dport " + kafka.bootstrapServers().substring("127.0.0.1:".length());
        switch (fault) {
            case BRIDGE_KILLED -> bridge.kill();
            case DATABASE_KILLED -> database.kill();
            case DATABASE_STOPPED -> database.stop();
            case HUB_REFUSES -> OwnNetwork.cut(hub + " reject with tcp reset");
            case HUB_CUT -> OwnNetwork.cut(hub + " drop");
            case DATABASE_CUT -> {
                OwnNetwork.cut("ip daddr " + BRIDGE_SIDE + " drop");
                OwnNetwork.cut("ip saddr " + BRIDGE_SIDE + " drop");
            }
            case LOG_CUT -> {
                var port = database.readersPort();
                OwnNetwork.cut("tcp sport " + port + " drop");
                OwnNetwork.cut("tcp dport " + port + " drop");
            }
        }
    }

    private void end(Set<Fault> together) throws Exception {
        if (together.contains(Fault.DATABASE_KILLED) || together.contains(Fault.DATABASE_STOPPED)) {
            database.start();
        }
        OwnNetwork.restore();
        if (together.contains(Fault.BRIDGE_KILLED)) {
            bridge = new BridgeProcess(folder, config);
        }
        var since = System.nanoTime();
        delivered = -1;
        startsBefore = -1;
        Await.until("it is well again after " + together, WELL_WITHIN, this::isWell);
        millisUntilWell.add((System.nanoTime() - since) / 1_000_000);
        if (together.contains(Fault.DATABASE_KILLED) || together.contains(Fault.DATABASE_STOPPED)) {
            assertThat(number("engineStarts") - startsBefore)
                    .as("attempts")
                    .isLessThanOrEqualTo(RestartPauseTest.ATTEMPTS_MAX);
        }
    }

    private long number(String field) throws Exception {
        return Long.parseLong(TestBridge.field(bridge.status(), field));
    }

    /** True when it streams and has delivered since it was asked first; one that ended by itself, because its engine could not be stopped, is started again. */
    private boolean isWell() throws Exception {
        if (!bridge.isAlive()) {
            var end = bridge.end();
            if (!end.startsWith("exit 70\n")) {
                throw new AssertionError(end);
            }
            endedByItself++;
            bridge = new BridgeProcess(folder, config);
            delivered = -1;
            startsBefore = -1;
        }
        if (!bridge.tells("\"engineStarts\":")) {
            return false;
        }
        if (startsBefore < 0) {
            startsBefore = number("engineStarts");
        }
        if (!bridge.tells("\"state\":\"streaming\"")) {
            return false;
        }
        if (delivered < 0) {
            delivered = bridge.transactions();
        }
        return bridge.transactions() > delivered;
    }

    private Path config(String url, String schema) throws Exception {
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("mapping.yaml"), Journal.mapping(schema, TOPIC));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: faults
                mapping: mapping.yaml
                source: {jdbcUrl: "%1$s", user: %2$s, password: %2$s, manage: true%5$s}
                store: {jdbcUrl: "jdbc:h2:file:%3$s"}
                hub: {kafka: {bootstrapServers: "%4$s", partitions: 1}}
                lake: {folder: lake, segmentMegabytes: 1}
                faultKeyFile: fault.key
                spool: {folder: spool, afterSeconds: 1}
                """.formatted(
                        url,
                        journal.user(),
                        folder.resolve("store"),
                        kafka.bootstrapServers(),
                        isByKeys ? ", identity: keys" : ""));
    }

    @Override
    public void close() {
        bridge.close();
        database.close();
        kafka.close();
    }
}
