package dev.banyan.gateway.shift;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Analysis;
import dev.banyan.rules.Route;
import dev.banyan.rules.Side;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.LatencyRecorder;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import dev.banyan.rules.gate.TripWatch;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the callers of routes with an analysis get, by the side they were assigned, and watches the candidate for what
 * trips. Told of every request where it ends, so it never waits.
 */
public final class Watches implements Consumer<Outcome>, ShiftRunner.Counts {

    private static final class Served {
        private final LongAdder requests = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LatencyRecorder heads = new LatencyRecorder();

        private void add(Outcome outcome) {
            // Errors after requests here, and before them when read: there are never more errors than requests.
            requests.increment();
            if (outcome.isError()) {
                errors.increment();
            }
            if (outcome.headNanos() > 0) {
                heads.record(outcome.headNanos());
            }
        }

        private SideCounts soFar() {
            long failed = errors.sum();
            return new SideCounts(Math.max(failed, requests.sum()), failed, heads.soFar());
        }
    }

    private record Watched(
            Served baseline, Served candidate, Analysis.Tripwires wires, AtomicReference<TripWatch> trips) {
        private Watched(Served baseline, Served candidate, Analysis.Tripwires wires) {
            this(baseline, candidate, wires, new AtomicReference<>(new TripWatch(wires)));
        }
    }

    private final BiFunction<String, Side, SideCounts> copies;
    private final Function<String, Mismatches> mismatches;
    private volatile Map<String, Watched> byRoute = Map.of();
    private volatile @Nullable BiConsumer<String, String> tripped;

    /**
     * @param copies how a side answered copies of a route's requests, since the gateway started
     * @param mismatches what comparing a route's replies found since then
     */
    public Watches(BiFunction<String, Side, SideCounts> copies, Function<String, Mismatches> mismatches) {
        this.copies = copies;
        this.mismatches = mismatches;
    }

    /** Tells {@code next} from now on which route's wire went off, and how. */
    public void onTrip(BiConsumer<String, String> next) {
        tripped = next;
    }

    /** Watches the routes of these plans that have an analysis, and no others. */
    @Override
    public void follow(Collection<Plan> plans) {
        Map<String, Watched> before = byRoute;
        var next = new HashMap<String, Watched>();
        for (Plan plan : plans) {
            Analysis analysis = plan.analysis();
            if (analysis != null) {
                next.put(plan.route(), watched(before.get(plan.route()), analysis.tripwires()));
            }
        }
        if (!next.equals(before)) {
            byRoute = Map.copyOf(next);
        }
    }

    @Override
    public void begins(String route) {
        Watched watched = byRoute.get(route);
        if (watched != null) {
            watched.trips.set(new TripWatch(watched.wires));
        }
    }

    private static Watched watched(@Nullable Watched before, Analysis.Tripwires wires) {
        if (before != null && before.wires.equals(wires)) {
            return before;
        }
        return before == null
                ? new Watched(new Served(), new Served(), wires)
                : new Watched(before.baseline, before.candidate, wires);
    }

    @Override
    public void accept(Outcome outcome) {
        Watched watched = byRoute.get(outcome.route());
        boolean left = outcome.aborted() && outcome.failure() == null;
        if (watched == null || left || outcome.answeredHere()) {
            return;
        }
        if (outcome.assigned() == Side.BASELINE) {
            watched.baseline.add(outcome);
            return;
        }
        watched.candidate.add(outcome);
        boolean breakerOpen = outcome.failure() == Failure.BREAKER_OPEN;
        watched.trips
                .get()
                .observe(outcome.isError(), breakerOpen, System.nanoTime())
                .ifPresent(words -> {
                    BiConsumer<String, String> told = tripped;
                    if (told != null) {
                        told.accept(outcome.route(), words);
                    }
                });
    }

    /** A side that serves nobody where the route stands is known by the copies it was sent. */
    @Override
    public Evidence soFar(String route, Standpoint standpoint) {
        Watched watched = byRoute.get(route);
        if (watched == null) {
            return Evidence.NONE;
        }
        SideCounts baseline = watched.baseline.soFar();
        SideCounts candidate = watched.candidate.soFar();
        boolean everyone = standpoint.stage() == Stage.LIVE && standpoint.weight() >= Route.EVERYONE;
        return new Evidence(
                everyone ? baseline.plus(copies.apply(route, Side.BASELINE)) : baseline,
                standpoint.stage() == Stage.SHADOW ? candidate.plus(copies.apply(route, Side.CANDIDATE)) : candidate,
                mismatches.apply(route));
    }
}
