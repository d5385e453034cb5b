package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.KilledBridge;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.Identity;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.PeekedStore;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bridge with a topic and a lake of its own that is killed again and again, each time with a successor that waits to take over,
 * while writers go on and the hub is often down. A journal written in the same transactions says what must have arrived.
 */
final class KillRound implements AutoCloseable {

    /** Where a process ends: the nth time it passes a point; without a point it is killed after so many milliseconds. */
    record Place(@Nullable Point point, int n) {
        @Override
        public String toString() {
            return point == null ? "by chance" : point + " " + n;
        }
    }

    /**
     * What a round does; with {@code pauses} backfills are paused now and then. A process whose point does not come by within {@code pointMax}
     * is killed from outside.
     */
    record Plan(
            Dbms dbms,
            Identity identity,
            String name,
            long seed,
            List<Place> places,
            int databaseKills,
            Duration pointMax,
            boolean pauses) {}

    private static final Duration START_MAX = Duration.ofMinutes(5);

    /** A point that comes by only when the bridge is asked to read a table. */
    private static final Set<Point> OF_BACKFILLS = EnumSet.of(Point.BACKFILL_ASKED, Point.BACKFILL_ENDED);

    private final Plan plan;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final MortalDatabase database;
    private final Random random;
    private int atPoints;
    private int fromOutside;
    private int fenced;

    /** A round over {@code database}, which the caller closes. */
    KillRound(Plan plan, Path folder, MortalDatabase database) throws IOException {
        this.plan = plan;
        this.folder = Files.createDirectories(folder);
        this.database = database;
        this.random = new Random(plan.seed);
    }

    /** Returns what it did, in words; fails when anything was lost, invented, torn, repeated or reordered, or less than a third of the processes ended at their points. */
    String run() throws Exception {
        Servers.postgres().createDatabase(store());
        Servers.kafka().createTopic(topic(), 1);
        var url = database.createDatabase(plan.name);
        var journal = new Journal(url, plan.seed);
        journal.create();
        var config = config(url, journal.user());
        var writers = begin(config, journal);
        var since = System.nanoTime();
        var active = start(config, 1);
        for (var kill = 1; kill <= plan.places.size(); kill++) {
            active = kill(active, kill, config);
        }
        var seconds = (System.nanoTime() - since) / 1_000_000_000;
        ask(BackfillDesk.Ask.RESUME);
        journal.stop(writers);
        var backfills = awaitBackfills();
        journal.writeLast();
        Journal.awaitLast(Servers.kafka().bootstrapServers(), topic());
        stop(active, plan.places.size() + 1); // so the lake lacks nothing of the hub
        var events = TopicReader.eventsOf(Servers.kafka().bootstrapServers(), topic());
        var transactions = journal.check(events, folder.resolve("lake"));
        var named = plan.places.stream().filter(place -> place.point != null).count();
        assertThat(atPoints * 3L)
                .as("of " + named + " three times those that ended at their points")
                .isGreaterThanOrEqualTo(named - fenced);
        return "seed " + plan.seed + ": " + plan.places.size() + " kills in " + seconds + " s, " + atPoints
                + " at their points, " + fromOutside + " whose point did not come by, " + fenced + " fenced, "
                + plan.databaseKills + " of the database, " + events.size() + " events of " + transactions
                + " transactions, " + backfills + " backfills read";
    }

    /** Starts what writes when a first bridge, in this JVM, has begun: what is written before is not sent. It ends in order. */
    private List<Thread> begin(Path config, Journal journal) throws Exception {
        var first = new BridgeRun(KilledBridge.settings(config, true, _ -> {}), InstantSource.system());
        var end = new FutureTask<>(first::run);
        Thread.ofPlatform().name("bridge-" + plan.name).start(end);
        try {
            Await.until("it has begun", START_MAX, () -> PeekedStore.at(storeSettings())
                    .isPresent());
            var writers = journal.startWriters();
            Await.until("it streams", START_MAX, () -> first.progress().state() == Progress.State.STREAMING);
            return writers;
        } finally {
            first.stop();
            assertThat(end.get(START_MAX.toSeconds(), TimeUnit.SECONDS)).isEqualTo(BridgeRun.End.STOPPED);
        }
    }

    /** Sees {@code active} to its end, and returns its successor. */
    private Process kill(Process active, int number, Path config) throws Exception {
        var place = plan.places.get(number - 1);
        var since = System.nanoTime();
        awaitAtWork(active, number); // then only one waits
        var atWork = System.nanoTime();
        var reads = place.point != null && OF_BACKFILLS.contains(place.point);
        if (reads || random.nextInt(4) == 0) {
            ask(BackfillDesk.Ask.START); // who takes over next reads the tables while it goes on
        }
        ask(plan.pauses && !reads && number % 3 == 1 ? BackfillDesk.Ask.PAUSE : BackfillDesk.Ask.RESUME);
        var next = start(config, number + 1);
        if (plan.databaseKills > 0 && number % (plan.places.size() / plan.databaseKills) == 1) {
            database.kill();
            database.start();
        }
        var end = awaitEnd(active, place, number);
        System.out.printf(
                "%s kill %d, %s: at work after %d ms, %s after %d ms%n",
                plan.name, number, place, (atWork - since) / 1_000_000, end, (System.nanoTime() - atWork) / 1_000_000);
        return next;
    }

    private void stop(Process process, int number) throws Exception {
        process.destroy();
        assertThat(process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(log(number)).isZero();
    }

    private void awaitAtWork(Process active, int number) throws Exception {
        Await.until(
                "process " + number + " is at work",
                START_MAX,
                () -> !active.isAlive() || log(number).contains(KilledBridge.ACTIVE));
    }

    /** Waits until it has ended, and says how. */
    private String awaitEnd(Process active, Place place, int number) throws Exception {
        var most = place.point == null ? place.n : plan.pointMax.toMillis();
        var isOver = active.waitFor(most, TimeUnit.MILLISECONDS);
        if (!isOver) {
            fromOutside += place.point == null ? 0 : 1;
            active.destroyForcibly();
            active.waitFor(60, TimeUnit.SECONDS);
        }
        if (active.exitValue() == 1 && log(number).contains("another bridge has taken over")) {
            fenced++; // it could not renew its lease in time
            return "fenced";
        }
        assertThat(active.exitValue()).as(log(number)).isEqualTo(KilledBridge.EXIT_KILLED);
        if (isOver) {
            atPoints++;
        }
        return isOver ? "at its point" : "killed";
    }

    /** Starts process {@code number}, from 1; the one after the last kill lives on. */
    private Process start(Path config, int number) throws IOException {
        var isKilled = number <= plan.places.size();
        var place = isKilled ? plan.places.get(number - 1) : new Place(null, 0);
        var command = ChildJava.command();
        command.addAll(List.of(
                KilledBridge.class.getName(), config.toString(), String.valueOf(place.point), String.valueOf(place.n)));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(file(number).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Path file(int number) {
        return folder.resolve("bridge" + number + ".log");
    }

    private String log(int number) throws IOException {
        return Files.readString(file(number));
    }

    /** Asks the desk for something of all backfills, as a command does beside a bridge, if it can be done. */
    private void ask(BackfillDesk.Ask ask) throws StoreUnusable {
        try (var store = openStore()) {
            if (areOver(store.backfills().all()) == (ask == BackfillDesk.Ask.START)) {
                new BackfillDesk(
                                BackfillDesk.Kind.BACKFILL,
                                store.backfills(),
                                Journal.tables(schema()),
                                InstantSource.system())
                        .answer(new BackfillDesk.Request(ask, List.of()));
            }
        }
    }

    /** Waits until all that was asked for is read, and returns how many backfills that were. */
    private int awaitBackfills() throws Exception {
        try (var store = openStore()) {
            Await.until(
                    "all backfills are over",
                    START_MAX,
                    () -> areOver(store.backfills().all()));
            return store.backfills().all().size();
        }
    }

    private static boolean areOver(List<Backfill> backfills) {
        return backfills.stream().allMatch(Backfill::isOver);
    }

    private BridgeStore openStore() throws StoreUnusable {
        return BridgeStore.open(
                storeSettings(), plan.name, "kill round", Duration.ofSeconds(1), InstantSource.system());
    }

    private BridgeStore.Settings storeSettings() {
        return new BridgeStore.Settings(Servers.postgres().jdbcUrl(store()), "postgres", "postgres");
    }

    private Path config(String url, String user) throws IOException {
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("mapping.yaml"), Journal.mapping(schema(), topic()));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: %1$s
                mapping: mapping.yaml
                source: {jdbcUrl: "%2$s", user: %5$s, password: %5$s, manage: true%6$s}
                store: {jdbcUrl: "%3$s", user: postgres, password: postgres}
                hub: {kafka: {bootstrapServers: "%4$s", partitions: 1}}
                lake: {folder: lake, segmentMegabytes: 1}
                """.formatted(
                        plan.name,
                        url,
                        Servers.postgres().jdbcUrl(store()),
                        Servers.kafka().bootstrapServers(),
                        user,
                        plan.identity == Identity.KEYS ? ", identity: keys" : ""));
    }

    private String topic() {
        return "t." + plan.name;
    }

    private String store() {
        return plan.name + "_store";
    }

    private String schema() {
        return plan.dbms == Dbms.MARIADB ? plan.name : "public";
    }

    /** Whatever became of it. */
    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
