package dev.banyan.gateway;

import dev.banyan.gateway.backend.BackendAddresses;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.mirror.Mirrors;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.gateway.shift.JdbcShiftStore;
import dev.banyan.gateway.shift.LocalCopy;
import dev.banyan.gateway.shift.Plans;
import dev.banyan.gateway.shift.Probes;
import dev.banyan.gateway.shift.ShiftRunner;
import dev.banyan.gateway.shift.ShiftStatus;
import dev.banyan.gateway.shift.Watches;
import dev.banyan.gateway.shift.Webhooks;
import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/** Shifts, put together: what is counted goes in, and where each route stands comes out. */
record Shifting(ShiftRunner runner, ShiftStatus status, Webhooks webhooks, Probes probes) implements AutoCloseable {

    /** The longest that a start waits for a store that others share: whoever serves by an older copy may undo a roll-back. */
    private static final Duration FIRST_ANSWER_MAX = Duration.ofSeconds(2);

    /** Takes over where routes with steps stand; nothing moves before the runner starts. */
    static Shifting over(
            GatewaySettings settings,
            RulesInForce rules,
            Traffic traffic,
            Mirrors mirrors,
            ControlStore store,
            Leadership leadership,
            MeterRegistry meters,
            BackendAddresses addresses) {
        var watches = new Watches((route, side) -> mirrors.counts(route).copies(side), route -> mirrors.counts(route)
                .mismatches());
        var plans = new Plans(() -> rules.current().files());
        var clock = store.clock().steady();
        var journal = new JdbcShiftStore(store, leadership, clock);
        var webhooks = new Webhooks(settings.webhooks());
        FunctionCounter.builder("banyan.webhooks.lost", webhooks, Webhooks::lost)
                .register(meters);
        var probes = new Probes(store.clock(), clock, addresses);
        probes.start();
        var runner = new ShiftRunner(
                plans,
                watches,
                probes,
                _ -> rules.routesMoved(),
                journal,
                webhooks,
                new LocalCopy(settings.runFolder()),
                clock);
        watches.onTrip(runner::tripped);
        traffic.alsoTell(watches);
        rules.follow(files -> runner.standpoints(plans.of(files)));
        if (store.location().isShared()) {
            awaitFirstAnswer(store);
            runner.catchUp();
        }
        return new Shifting(runner, new ShiftStatus(plans, runner, journal, probes, clock), webhooks, probes);
    }

    private static void awaitFirstAnswer(ControlStore store) {
        try {
            store.awaitFirstAnswer(FIRST_ANSWER_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        runner.close();
        webhooks.close();
        probes.close();
    }
}
