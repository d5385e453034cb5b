package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.ChildJava;
import dev.banyan.gateway.shift.KillOrder.Point;
import dev.banyan.gateway.store.SharedPostgres;
import dev.banyan.gateway.store.StoreUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that lead are killed with -9 at a transition, before, in the middle of, or after the transaction that keeps it; the
 * one that stands by goes on. Decisions are those of an undisturbed run, each once, none lost.
 */
class KilledLeaderTest {

    private static final List<String> EXPECTED = List.of(
            "begin - -> running at shadow",
            "pass running -> running at live 1%",
            "pass running -> running at live 25%",
            "fail running -> rolled-back at live 1%",
            "cooldown-over rolled-back -> running at live 1%",
            "pass running -> running at live 25%",
            "pass running -> running at live 100%",
            "pause running -> paused at live 100%",
            "resume paused -> running at live 100%",
            "promote running -> done at complete",
            "rollback done -> rolled-back at off");

    /** What a person asks, after so many decisions. */
    private static final List<Command.Kind> ASKED =
            List.of(Command.Kind.PAUSE, Command.Kind.RESUME, Command.Kind.PROMOTE, Command.Kind.ROLLBACK);

    private static final String ORDERS = "orders";
    private static final int ASKED_FROM = EXPECTED.size() - ASKED.size();
    private static final List<Point> POINTS = List.of(Point.BEFORE, Point.DURING, Point.AFTER);
    private static final int STEP_AT_ALL = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** As many routes as one database sees: each turn of a process reads them all. */
    private static final int ROUTES_MAX = 25;

    @TempDir
    private Path folder;

    private final Deque<Process> processes = new ArrayDeque<>();

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void fourSeeds() throws Exception {
        killed(LongStream.rangeClosed(1, 4).toArray());
    }

    @Test
    @Tag("soak")
    @SuppressWarnings("SystemOut") // a long run is started by a person
    void fiveHundredSeeds() throws Exception {
        long first = Long.getLong("soak.seed", System.nanoTime());
        long start = System.nanoTime();
        long end =
                start + Duration.ofSeconds(Long.getLong("soak.seconds", 86_400)).toNanos();
        int done = 0;
        while (done < 500 && System.nanoTime() < end) {
            killed(LongStream.range(first + done, first + done + ROUTES_MAX).toArray());
            done += ROUTES_MAX;
        }
        System.out.println("soak: " + done + " leaders killed in "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s, first seed " + first);
    }

    /** One route for each seed, and one leader killed on each. */
    private void killed(long[] seeds) throws Exception {
        String database = SharedPostgres.newDatabase();
        long startedMillis = InstantSource.system().millis();
        Path orders = folder.resolve(ORDERS);
        new KillOrder("none", -1, Point.BEFORE).write(orders);
        try (var open = OpenStore.postgres(SharedPostgres.port(), database)) {
            InstantSource clock = ShiftProcess.clock(startedMillis);
            var reader = open.shifts("reader", clock);
            processes.add(process(database, orders, startedMillis));
            for (long seed : seeds) {
                processes.add(process(database, orders, startedMillis));
                var random = new Random(seed);
                var order = new KillOrder(
                        "seed-" + seed, random.nextInt(EXPECTED.size()), POINTS.get(random.nextInt(POINTS.size())));
                order.write(orders);
                try {
                    run(order, open, reader, clock);
                } catch (AssertionError e) {
                    throw new AssertionError(order + ": " + decisions(reader, order.route()), e);
                }
            }
        } finally {
            stop();
            processes.clear();
        }
    }

    private void run(KillOrder order, OpenStore open, JdbcShiftStore reader, InstantSource clock) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean killed = false;
        while (!killed || decisions(reader, order.route()).size() < EXPECTED.size()) {
            assertThat(System.nanoTime())
                    .as("%s within %s, killed: %s", order, PATIENCE, killed)
                    .isLessThan(end);
            ask(reader, order.route(), clock.instant());
            killed = killed || killIfThere(order, open);
            Thread.sleep(20);
        }
        List<Entry> journal = reader.journal(order.route(), 1_000).reversed();
        assertThat(decisions(reader, order.route())).isEqualTo(EXPECTED);
        assertThat(journal)
                .extracting(entry -> entry.after().number())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, journal.size()).boxed().toList());
        List<UUID> asked = new ArrayList<>();
        ASKED.forEach(kind -> asked.add(id(order.route(), kind)));
        assertThat(reader.answers(asked)).hasSize(ASKED.size()).allMatch(each -> each.outcome() == Answer.Outcome.DONE);
    }

    /** Kills the process that says it is there; in the middle of a transaction it is there once it waits for the lock. */
    private boolean killIfThere(KillOrder order, OpenStore open) throws Exception {
        for (Process each : List.copyOf(processes)) {
            assertThat(each.isAlive()).as("a process that nobody killed").isTrue();
            if (each.inputReader().ready()) {
                assertThat(each.inputReader().readLine()).isEqualTo("AT");
                if (order.point() == Point.DURING) {
                    OpenStore.await("in the middle", () -> isLockAwaited(open));
                }
                new KillOrder(order.route(), -1, order.point()).write(folder.resolve(ORDERS)); // not whoever follows
                each.destroyForcibly().waitFor();
                processes.remove(each);
                return true;
            }
        }
        return false;
    }

    private static boolean isLockAwaited(OpenStore open) {
        try {
            return open.store().transaction("looking for locks", connection -> {
                try (var select = connection.prepareStatement(
                                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'shift_journal'::regclass");
                        var rows = select.executeQuery()) {
                    return rows.next() && rows.getInt(1) > 0;
                }
            });
        } catch (StoreUnavailable e) {
            throw new AssertionError(e);
        }
    }

    private static void ask(JdbcShiftStore store, String route, Instant now) throws StoreUnavailable {
        int decided = decisions(store, route).size();
        if (decided >= ASKED_FROM && decided < EXPECTED.size()) {
            Command.Kind kind = ASKED.get(decided - ASKED_FROM);
            Integer step = kind == Command.Kind.PROMOTE ? STEP_AT_ALL : null;
            store.ask(new Command(id(route, kind), route, kind, step, "ada", "a test", now, null));
        }
    }

    private static UUID id(String route, Command.Kind kind) {
        return UUID.nameUUIDFromBytes((route + kind).getBytes(StandardCharsets.UTF_8));
    }

    /** What was decided, without holds: whether there is one depends on when a gateway looks. */
    private static List<String> decisions(JdbcShiftStore store, String route) throws StoreUnavailable {
        return store.journal(route, 1_000).reversed().stream()
                .filter(entry -> !entry.event().equals("inconclusive"))
                .map(entry -> entry.event() + " " + entry.from().replace("holding", "running") + " -> "
                        + entry.after().state().word() + " at "
                        + (entry.after().state() instanceof ShiftState.OnSteps on
                                ? Head.told(on.at().standpoint())
                                : ""))
                .toList();
    }

    private Process process(String database, Path orders, long startedMillis) throws IOException {
        Files.createDirectories(folder);
        var command = ChildJava.command("-Xmx160m", "-Dlogback.configurationFile=store-process-logback.xml");
        command.addAll(List.of(
                ShiftProcess.class.getName(),
                SharedPostgres.url(SharedPostgres.port(), database),
                SharedPostgres.user(),
                orders.toString(),
                Long.toString(startedMillis)));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
