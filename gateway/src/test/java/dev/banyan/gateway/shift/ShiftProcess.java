package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.ShortLease;
import dev.banyan.gateway.store.StoreLocation;
import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Analysis;
import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Severity;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * The part of a gateway that moves routes, as a process of its own: real store, real lead, real gates. It waits to be killed
 * where a {@link KillOrder} says. It ends with its standard input.
 */
final class ShiftProcess {

    /** An hour passes in a quarter of a second. */
    private static final long FASTER = 14_400;

    private static final Duration PAUSE = Duration.ofMillis(20);

    private ShiftProcess() {}

    static InstantSource clock(long startedMillis) {
        return () ->
                Instant.ofEpochMilli(startedMillis + (InstantSource.system().millis() - startedMillis) * FASTER);
    }

    static Plan plan(String route) {
        var analysis = new Analysis(
                500,
                Duration.ofMinutes(10),
                9_500,
                List.of(new Gate.MismatchRate(Severity.BEHAVIOURAL, 50), new Gate.ErrorRate(100, null)),
                Analysis.Tripwires.UNSET,
                Fixture.onFail(To.PREVIOUS_STEP, 1),
                new Analysis.OnInconclusive(Duration.ofDays(90), Analysis.OnInconclusive.Then.PAUSE));
        return Fixture.plan(
                route,
                List.of(
                        Fixture.SHADOW,
                        Fixture.ONE,
                        Fixture.live(2_500, Duration.ZERO, false),
                        Fixture.live(10_000, Duration.ofDays(90), false),
                        Fixture.COMPLETE),
                analysis);
    }

    public static void main(String[] args) throws Exception {
        Thread.ofPlatform().daemon().start(ShiftProcess::endWithInput);
        String url = args[0];
        String user = args[1];
        Path orders = Path.of(args[2]);
        var clock = clock(Long.parseLong(args[3]));
        try (var store = new ControlStore(StoreLocation.postgresql(url, user, null, user));
                var leadership = ShortLease.of(store)) {
            store.start();
            leadership.start();
            var shifts = new JdbcShiftStore(store, leadership, clock);
            var hooked = new HookedStore(shifts, (entry, append) -> around(shifts, entry, append, orders, url, user));
            var gateway = new Incarnation(
                    () -> List.of(plan(order(orders).route())),
                    hooked,
                    orders.resolveSibling(leadership.name()),
                    clock);
            while (true) {
                gateway.runner.turn();
                serve(gateway, order(orders).route());
                Thread.sleep(PAUSE);
            }
        }
    }

    @SuppressWarnings("SystemExitOutsideMain") // the test is gone
    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            // as at its end
        }
        Runtime.getRuntime().halt(0);
    }

    private static KillOrder order(Path orders) {
        try {
            return KillOrder.read(orders);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void around(
            ShiftStore shifts, Entry entry, HookedStore.Append append, Path orders, String url, String user)
            throws StoreUnavailable {
        KillOrder order = order(orders);
        boolean here = !entry.event().equals("inconclusive")
                && order.route().equals(entry.after().route())
                && order.transition() == decided(shifts, order.route());
        if (!here) {
            append.run();
            return;
        }
        switch (order.point()) {
            case BEFORE -> awaitTheEnd();
            case DURING -> {
                // The entry's row cannot be written while the table is locked: the transaction stops with the head
                // moved.
                try (var other = DriverManager.getConnection(url, user, user)) {
                    other.setAutoCommit(false);
                    try (var statement = other.createStatement()) {
                        statement.execute("LOCK TABLE shift_journal IN EXCLUSIVE MODE");
                    }
                    System.out.println("AT");
                    append.run();
                } catch (SQLException e) {
                    throw new IllegalStateException("locking the journal", e);
                }
            }
            case AFTER -> {
                append.run();
                awaitTheEnd();
            }
        }
    }

    private static int decided(ShiftStore shifts, String route) throws StoreUnavailable {
        return (int) shifts.journal(route, 1_000).stream()
                .filter(each -> !each.event().equals("inconclusive"))
                .count();
    }

    private static void awaitTheEnd() {
        System.out.println("AT");
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Enough for one look. The candidate fails often when it first gets a quarter. */
    private static void serve(Incarnation gateway, String route) {
        Head head = gateway.runner.heads().get(route);
        boolean first = head != null
                && head.state() instanceof ShiftState.OnSteps on
                && on.at().retries() == 0;
        gateway.serve(route, traffic(gateway.standpoint(route), first));
    }

    private static Evidence traffic(Standpoint at, boolean first) {
        if (Set.of(Stage.OFF, Stage.COMPLETE).contains(at.stage())) {
            return Evidence.NONE;
        }
        if (at.stage() == Stage.SHADOW) {
            return new Evidence(side(3_000, 0), side(3_000, 0), new Mismatches(3_000, 0, 0, 0));
        }
        long candidate = 300_000L * at.weight() / 10_000;
        long errors = first && at.weight() == 2_500 ? candidate / 10 : 0;
        return new Evidence(side(300_000 - candidate, 0), side(candidate, errors), new Mismatches(3_000, 0, 0, 0));
    }

    private static SideCounts side(long requests, long errors) {
        return new SideCounts(requests, errors, Latencies.NONE);
    }
}
