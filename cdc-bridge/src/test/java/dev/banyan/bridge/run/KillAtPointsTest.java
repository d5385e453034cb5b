package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bridges that end at named points and anywhere, each with a successor that waits to take over, while writers go on with COPY, multi-row
 * inserts, roll-backs and savepoints, the hub is often down, and the database is killed, too.
 */
class KillAtPointsTest {

    private static final int KILLS_OF_ROUND = 50;

    private static final Duration POINT_MAX = Duration.ofSeconds(20);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    /** Each build at five other points, of which two are below: {@code -Dbanyan.seed=N} repeats one. */
    @Test
    void nothingIsLostInventedTornOrReorderedWhereverTheProcessEnds() throws Exception {
        round(plan(Dbms.POSTGRESQL, Long.getLong("banyan.seed", System.nanoTime()), 3, false));
    }

    @Test
    void nothingIsLostInventedTornOrReorderedOverMariaDb() throws Exception {
        round(plan(Dbms.MARIADB, Long.getLong("banyan.seed", System.nanoTime()), 2, false));
    }

    @Test
    @Tag("soak")
    void nothingIsLostInventedTornOrReorderedInManyMoreKills() throws Exception {
        rounds(Dbms.POSTGRESQL);
    }

    @Test
    @Tag("soak")
    void nothingIsLostInventedTornOrReorderedInManyMoreKillsOverMariaDb() throws Exception {
        rounds(Dbms.MARIADB);
    }

    /**
     * {@code -Dbanyan.kills=2000 -Dbanyan.seed=N -Dbanyan.lanes=4}: rounds of 50 kills, the last of what is left, the first of seed N, so many at once. A round that
     * fails is repeated with {@code -Dbanyan.kills=50} and its seed; its folder stays.
     */
    private void rounds(Dbms dbms) throws Exception {
        int kills = Integer.getInteger("banyan.kills", 2_000);
        var first = Long.getLong("banyan.seed", 1);
        var tasks = new ArrayList<Callable<String>>();
        for (var round = 0; round * KILLS_OF_ROUND < kills; round++) {
            var plan = plan(dbms, first + round, Math.min(KILLS_OF_ROUND, kills - round * KILLS_OF_ROUND), true);
            tasks.add(() -> round(plan));
        }
        var failures = new ArrayList<Throwable>();
        try (var lanes = Executors.newFixedThreadPool(Integer.getInteger("banyan.lanes", 4))) {
            for (var done : lanes.invokeAll(tasks)) {
                failure(done, failures);
            }
        }
        assertThat(failures).isEmpty();
    }

    private static void failure(Future<String> done, List<Throwable> failures) throws InterruptedException {
        try {
            done.get();
        } catch (ExecutionException e) {
            failures.add(e.getCause());
        }
    }

    private String round(KillRound.Plan plan) throws Exception {
        System.out.println("seed " + plan.seed() + ", identity " + plan.identity() + ": " + plan.places());
        var itsFolder = folder.resolve(plan.name());
        try (var database = database(plan.dbms(), itsFolder);
                var round = new KillRound(plan, itsFolder, database)) {
            var said = round.run();
            System.out.println(said);
            return said;
        } catch (Exception | AssertionError e) {
            System.out.println("seed " + plan.seed() + " FAILED: " + e);
            throw e;
        }
    }

    private static MortalDatabase database(Dbms dbms, Path folder) {
        return switch (dbms) {
            case POSTGRESQL -> new MortalPostgres(folder.resolve("pgdata"), "127.0.0.1");
            case MARIADB -> new MortalMariaDb("127.0.0.1");
        };
    }

    /** Named points, each once, then points and moments by chance; two of 50 kills, but at least one, are of the database, too. */
    private static KillRound.Plan plan(Dbms dbms, long seed, int kills, boolean pauses) {
        var random = new Random(seed);
        var points = new ArrayList<>(Arrays.asList(Point.values()));
        Collections.shuffle(points, random);
        var places = new ArrayList<KillRound.Place>();
        for (var point : points.subList(0, Math.min(kills, points.size()))) {
            places.add(new KillRound.Place(point, 1 + random.nextInt(Math.min(2, often(point)))));
        }
        while (places.size() < kills) {
            var point = points.get(random.nextInt(points.size()));
            places.add(
                    random.nextInt(3) == 0
                            ? new KillRound.Place(null, random.nextInt(3_000))
                            : new KillRound.Place(point, 1 + random.nextInt(often(point))));
        }
        Collections.shuffle(places, random);
        var name = (dbms == Dbms.MARIADB ? "points_m" : "points") + seed;
        var identity = dbms == Dbms.POSTGRESQL && random.nextBoolean() ? Identity.KEYS : Identity.FULL;
        return new KillRound.Plan(dbms, identity, name, seed, places, Math.min(2, (kills + 4) / 5), POINT_MAX, pauses);
    }

    /** How many times a bridge that works passes {@code point} within a few seconds, and every time at least once. */
    private static int often(Point point) {
        return switch (point) {
            case LEASED, CHECKED, BACKFILL_ASKED, BACKFILL_ENDED -> 1;
            case HUB_OPENED,
                    PART_MAPPED,
                    PIECE_KEPT_IN_LAKE,
                    SPOOL_MADE,
                    SPOOL_CLAIMED,
                    SPOOL_BEGUN,
                    SPOOL_RELEASED,
                    SPOOL_ENDED -> 2;
            default -> 8;
        };
    }
}
