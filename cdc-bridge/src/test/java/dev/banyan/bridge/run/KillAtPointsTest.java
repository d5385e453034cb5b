package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.KilledBridge;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.servers.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bridges that end at named points, each with a successor that waits to take over, while writers go on with COPY, multi-row inserts,
 * roll-backs and savepoints, the hub is often down, and the database is killed, too. A journal written in the same transactions says what
 * must have arrived.
 */
class KillAtPointsTest {

    /** The nth time a point is passed; without a point the process lives on. */
    private record Place(@Nullable Point point, int n) {}

    /** The first ten run in each build. */
    private static final List<Place> PLACES = List.of(
            new Place(Point.PUBLISHED, 3),
            new Place(Point.SPOOLED, 2),
            new Place(Point.STORED, 3),
            new Place(Point.SPOOL_FORGOTTEN, 1),
            new Place(Point.MARKED, 1),
            new Place(Point.MAPPED, 2),
            new Place(Point.KEPT_IN_LAKE, 4),
            new Place(Point.SPOOL_BEGUN, 1),
            new Place(Point.SPOOL_ENDED, 1),
            new Place(Point.CONFIRMED, 2),
            new Place(Point.READ, 3),
            new Place(Point.HANDED, 2),
            new Place(Point.FORCED, 1),
            new Place(Point.HUB_OPENED, 2),
            new Place(Point.LEASED, 1),
            new Place(Point.CHECKED, 1));

    @TempDir
    Path folder;

    private @Nullable LocalPostgres postgres;
    private int port;

    @Test
    void nothingIsLostInventedTornOrReorderedWhereverTheProcessEnds() throws Exception {
        killed(10, PLACES.subList(0, 10), 2, 6, new Random(1));
    }

    /** {@code -Dbanyan.kills=2000 -Dbanyan.seed=N} */
    @Test
    @Tag("soak")
    void nothingIsLostInventedTornOrReorderedInManyMoreKills() throws Exception {
        var kills = Integer.getInteger("banyan.kills", 2_000);
        killed(kills, PLACES, Math.max(1, kills / 40), 20, new Random(Long.getLong("banyan.seed", 1)));
    }

    private LocalPostgres postgres() {
        var running = postgres;
        if (running == null) {
            throw new IllegalStateException("the database is not running");
        }
        return running;
    }

    /** {@code seconds} is how long a point is waited for before the process is killed from outside. */
    private void killed(int kills, List<Place> places, int databaseKills, int seconds, Random random) throws Exception {
        postgres = LocalPostgres.start(folder.resolve("pgdata"), 0);
        port = postgres().port();
        var name = "points" + kills;
        Servers.postgres().createDatabase(name + "_store");
        Servers.kafka().createTopic("t." + name, 1);
        var url = postgres().createDatabase(name);
        var journal = new Journal(url);
        journal.create();
        var config = config(name, url);
        var waiting = start(config, place(places, 0, random));
        journal.awaitSlot();
        var writers = journal.startWriters();
        for (var kill = 0; kill < kills; kill++) {
            var active = waiting;
            waiting = start(config, kill + 1 < kills ? place(places, kill + 1, random) : new Place(null, 1));
            if (databaseKills > 0 && kill % (kills / databaseKills) == 1) {
                killDatabase();
            }
            if (!active.waitFor(seconds, TimeUnit.SECONDS)) {
                active.destroyForcibly(); // its point does not come by: killed from outside
                active.waitFor(20, TimeUnit.SECONDS);
            }
            assertThat(active.exitValue()).as(log(kill)).isEqualTo(KilledBridge.EXIT_KILLED);
        }
        journal.stop(writers);
        journal.writeLast();
        Await.until(
                "the last one is there",
                Duration.ofMinutes(3),
                () -> TestBridge.eventsOf(Servers.kafka().bootstrapServers(), "t." + name).stream()
                        .anyMatch(event -> event.key().equals("item/" + Journal.LAST)));
        waiting.destroy();
        assertThat(waiting.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var events = TestBridge.eventsOf(Servers.kafka().bootstrapServers(), "t." + name);
        journal.check(events);
        var inLake = new ArrayList<String>();
        new LakeReader(folder.resolve("lake"))
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().id()));
        assertThat(inLake)
                .as("the lake holds what the hub holds")
                .isEqualTo(events.stream()
                        .map(event -> TestBridge.header(event, "ce_id"))
                        .toList());
        System.out.println(kills + " kills, " + databaseKills + " of the database, " + events.size() + " events, "
                + journal.transactions() + " transactions");
    }

    private static Place place(List<Place> places, int kill, Random random) {
        return kill < places.size()
                ? places.get(kill)
                : new Place(places.get(random.nextInt(places.size())).point, 1 + random.nextInt(8));
    }

    private int started;
    private final List<Process> processes = new ArrayList<>();

    /** Whatever became of the test. */
    @AfterEach
    void stopAll() {
        processes.forEach(Process::destroyForcibly);
        if (postgres != null) {
            postgres.close();
            postgres = null;
        }
    }

    private Process start(Path config, Place place) throws Exception {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                KilledBridge.class.getName(),
                config.toString(),
                String.valueOf(place.point),
                String.valueOf(place.n));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("bridge" + started++ + ".log").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String log(int number) throws Exception {
        var text = Files.readString(folder.resolve("bridge" + number + ".log"));
        return text.substring(Math.max(0, text.length() - 2_000));
    }

    private void killDatabase() throws Exception {
        var running = postgres();
        var pid = Long.parseLong(
                Files.readAllLines(folder.resolve("pgdata/postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().get(20, TimeUnit.SECONDS);
        running.close();
        postgres = LocalPostgres.start(folder.resolve("pgdata"), port);
    }

    private Path config(String name, String url) throws Exception {
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                schema: public
                aggregates:
                  item:
                    topic: t.%s
                    subject: item/{id}
                    type: t.{event}.v1
                    table: item
                    key: [id]
                    fields:
                      id: {column: id, as: integer}
                      v: v
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(name));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: %1$s
                mapping: mapping.yaml
                source: {jdbcUrl: "%2$s", user: postgres, password: postgres, manage: true}
                store: {jdbcUrl: "%3$s", user: postgres, password: postgres}
                hub: {kafka: {bootstrapServers: "%4$s", partitions: 1}}
                lake: {folder: lake, segmentMegabytes: 1}
                """.formatted(
                        name,
                        url,
                        Servers.postgres().jdbcUrl(name + "_store"),
                        Servers.kafka().bootstrapServers()));
    }
}
