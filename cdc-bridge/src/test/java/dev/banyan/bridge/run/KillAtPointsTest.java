package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

    /** Where the processes of each build end. */
    private static final List<KillRound.Place> PLACES = List.of(
            new KillRound.Place(Point.PUBLISHED, 3),
            new KillRound.Place(Point.SPOOLED, 2),
            new KillRound.Place(Point.STORED, 3),
            new KillRound.Place(Point.SPOOL_FORGOTTEN, 1),
            new KillRound.Place(Point.MARKED, 1),
            new KillRound.Place(Point.PART_MAPPED, 2),
            new KillRound.Place(Point.KEPT_IN_LAKE, 4),
            new KillRound.Place(Point.SPOOL_CLAIMED, 1),
            new KillRound.Place(Point.SPOOL_RELEASED, 1),
            new KillRound.Place(Point.DATA_CLAIMED, 2));

    private static final int KILLS_OF_ROUND = 50;

    /** Points that a bridge seldom passes: the first or second time is waited for. */
    private static final int OFTEN = 8;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void nothingIsLostInventedTornOrReorderedWhereverTheProcessEnds() throws Exception {
        var plan = new KillRound.Plan(Dbms.POSTGRESQL, "points", 1, PLACES, 2, Duration.ofSeconds(8), false);
        try (var round = new KillRound(plan, folder)) {
            System.out.println(round.run());
        }
    }

    @Test
    @Tag("soak")
    void nothingIsLostInventedTornOrReorderedOverMariaDb() throws Exception {
        var plan = new KillRound.Plan(
                Dbms.MARIADB, "points_m", Long.getLong("banyan.seed", 1), PLACES, 2, Duration.ofSeconds(20), true);
        try (var round = new KillRound(plan, folder)) {
            System.out.println(round.run());
        }
    }

    /**
     * {@code -Dbanyan.kills=2000 -Dbanyan.seed=N -Dbanyan.lanes=4}: rounds of 50 kills, the last of what is left, the first of seed N, so many at once. A round that
     * fails is repeated with {@code -Dbanyan.kills=50} and its seed; its folder stays.
     */
    @Test
    @Tag("soak")
    void nothingIsLostInventedTornOrReorderedInManyMoreKills() throws Exception {
        int kills = Integer.getInteger("banyan.kills", 2_000);
        var first = Long.getLong("banyan.seed", 1);
        var tasks = new ArrayList<Callable<String>>();
        for (var round = 0; round * KILLS_OF_ROUND < kills; round++) {
            var plan = plan(first + round, Math.min(KILLS_OF_ROUND, kills - round * KILLS_OF_ROUND));
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
        var since = System.nanoTime();
        try (var round = new KillRound(plan, folder.resolve(plan.name()))) {
            var said = round.run() + " in " + (System.nanoTime() - since) / 1_000_000_000 + " s";
            System.out.println(said);
            return said;
        } catch (Exception | AssertionError e) {
            System.out.println("seed " + plan.seed() + " FAILED: " + e);
            throw e;
        }
    }

    /** Each named point once, the rest at points and moments by chance; of that the first {@code kills}. */
    private static KillRound.Plan plan(long seed, int kills) {
        var random = new Random(seed);
        var places = new ArrayList<KillRound.Place>();
        for (var point : Point.values()) {
            places.add(new KillRound.Place(point, 1 + random.nextInt(2)));
        }
        while (places.size() < KILLS_OF_ROUND) {
            var points = Point.values();
            places.add(
                    random.nextInt(3) == 0
                            ? new KillRound.Place(null, random.nextInt(6_000))
                            : new KillRound.Place(points[random.nextInt(points.length)], 1 + random.nextInt(OFTEN)));
        }
        Collections.shuffle(places, random);
        if (places.getFirst().point() == Point.LEASED) {
            Collections.swap(places, 0, 1); // writers begin when the first process has made its slot
        }
        return new KillRound.Plan(
                Dbms.POSTGRESQL, "points" + seed, seed, places.subList(0, kills), 2, Duration.ofSeconds(20), true);
    }
}
