package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.KilledBridge;
import dev.banyan.bridge.change.Dbms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bridge with a database, a topic and a lake of its own that is killed again and again, each time with a successor that waits to take over,
 * while writers go on and the hub is often down. A journal written in the same transactions says what must have arrived.
 */
final class KillRound implements AutoCloseable {

    /** Where a process ends: the nth time it passes a point; without a point it is killed after so many milliseconds. */
    record Place(@Nullable Point point, int n) {}

    /**
     * What a round does; with {@code pauses} backfills are paused now and then. A point that does not come by within {@code pointMax} is not
     * waited for: the process is killed from outside.
     */
    record Plan(
            Dbms dbms,
            String name,
            long seed,
            List<Place> places,
            int databaseKills,
            Duration pointMax,
            boolean pauses) {}

    private static final Duration START_MAX = Duration.ofMinutes(5);

    private final Plan plan;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final MortalDatabase database;
    private int fromOutside;
    private int fenced;

    KillRound(Plan plan, Path folder) throws IOException {
        this.plan = plan;
        this.folder = Files.createDirectories(folder);
        this.database = switch (plan.dbms) {
            case POSTGRESQL -> new MortalPostgres(folder.resolve("pgdata"), "127.0.0.1");
            case MARIADB -> new MortalMariaDb("127.0.0.1");
        };
    }

    /** Returns what it did, in words; fails when anything was lost, invented, torn, repeated or reordered. */
    String run() throws Exception {
        Servers.postgres().createDatabase(plan.name + "_store");
        Servers.kafka().createTopic("t." + plan.name, 1);
        var url = database.createDatabase(plan.name);
        var journal = new Journal(url, plan.seed);
        journal.create();
        var config = config(url, journal.user());
        var random = new Random(plan.seed);
        var waiting = start(config, place(0));
        awaitBegun(journal);
        var writers = journal.startWriters();
        for (var kill = 0; kill < plan.places.size(); kill++) {
            var active = waiting;
            awaitAtWork(active, kill); // then only one waits
            if (random.nextInt(4) == 0) {
                askForBackfill();
            }
            wish(plan.pauses && kill % 3 == 1 ? "pause" : "go");
            waiting = start(config, place(kill + 1));
            if (plan.databaseKills > 0 && kill % (plan.places.size() / plan.databaseKills) == 1) {
                database.kill();
                database.start();
            }
            awaitEnd(active, place(kill), kill);
        }
        wish("go");
        journal.stop(writers);
        journal.writeLast();
        Journal.awaitLast(Servers.kafka().bootstrapServers(), "t." + plan.name);
        waiting.destroy();
        assertThat(waiting.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(waiting.exitValue()).as(log(plan.places.size())).isZero(); // so the lake lacks nothing of the hub
        var events = TestBridge.eventsOf(Servers.kafka().bootstrapServers(), "t." + plan.name);
        journal.check(events, folder.resolve("lake"));
        return "seed " + plan.seed + ": " + plan.places.size() + " kills, " + fromOutside + " of them from outside, "
                + fenced + " fenced, " + plan.databaseKills + " of the database, " + events.size() + " events, "
                + journal.transactions()
                + " transactions";
    }

    /** What is written before is not sent. */
    private void awaitBegun(Journal journal) throws Exception {
        switch (plan.dbms) {
            case POSTGRESQL -> journal.awaitSlot();
            case MARIADB -> Await.until("the first streams", () -> log(0).contains(" STREAMING "));
        }
    }

    /** Where process {@code number} ends; the one after the last kill lives on. */
    private Place place(int number) {
        return number < plan.places.size() ? plan.places.get(number) : new Place(null, 0);
    }

    private void awaitAtWork(Process active, int number) throws Exception {
        Await.until(
                "process " + number + " is at work",
                START_MAX,
                () -> !active.isAlive() || log(number).contains(KilledBridge.ACTIVE));
    }

    private void awaitEnd(Process active, Place place, int number) throws Exception {
        var most = place.point == null ? place.n : plan.pointMax.toMillis();
        if (!active.waitFor(most, TimeUnit.MILLISECONDS)) {
            fromOutside++;
            active.destroyForcibly();
            active.waitFor(60, TimeUnit.SECONDS);
        }
        if (active.exitValue() == 1 && log(number).contains("another bridge has taken over")) {
            fenced++; // it could not renew its lease in time
            return;
        }
        assertThat(active.exitValue()).as(log(number)).isEqualTo(KilledBridge.EXIT_KILLED);
    }

    private Process start(Path config, Place place) throws IOException {
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

    private String log(int number) throws IOException {
        return Files.readString(folder.resolve("bridge" + number + ".log"));
    }

    /** The next process that takes over reads the table while it goes on. */
    private void askForBackfill() {
        Servers.postgres()
                .execute(
                        plan.name + "_store",
                        "INSERT INTO bridge_backfill (id, tables, state, rows_read, requested_ms) SELECT '"
                                + UUID.randomUUID() + "', '" + schema() + ".item', 'requested', 0, "
                                + processes.size());
    }

    /** What is wanted of every backfill under way. */
    private void wish(String wish) {
        Servers.postgres().execute(plan.name + "_store", "UPDATE bridge_backfill SET wish = '" + wish + "'");
    }

    private Path config(String url, String user) throws IOException {
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("mapping.yaml"), Journal.mapping(schema(), "t." + plan.name));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: %1$s
                mapping: mapping.yaml
                source: {jdbcUrl: "%2$s", user: %5$s, password: %5$s, manage: true}
                store: {jdbcUrl: "%3$s", user: postgres, password: postgres}
                hub: {kafka: {bootstrapServers: "%4$s", partitions: 1}}
                lake: {folder: lake, segmentMegabytes: 1}
                """.formatted(
                        plan.name,
                        url,
                        Servers.postgres().jdbcUrl(plan.name + "_store"),
                        Servers.kafka().bootstrapServers(),
                        user));
    }

    private String schema() {
        return plan.dbms == Dbms.MARIADB ? plan.name : "public";
    }

    /** Whatever became of it. */
    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        database.close();
    }
}
