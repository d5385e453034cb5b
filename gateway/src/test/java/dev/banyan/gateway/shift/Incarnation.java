package dev.banyan.gateway.shift;

import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** One gateway process of a test: its runner, where its routes stand, and what it has counted. */
final class Incarnation implements AutoCloseable {

    private final Map<String, Evidence> seen = new ConcurrentHashMap<>();
    final List<Entry> announced = new ArrayList<>();
    volatile Map<String, Standpoint> standpoints = new HashMap<>();
    /** Whether what serves fails the next time it is told where routes stand. */
    final AtomicBoolean fails = new AtomicBoolean();

    final ShiftRunner runner;

    Incarnation(Supplier<Collection<Plan>> plans, ShiftStore store, Path folder, InstantSource clock) {
        this.runner = new ShiftRunner(
                plans,
                (route, _) -> seen.getOrDefault(route, Evidence.NONE),
                Observations.NONE,
                map -> {
                    if (fails.getAndSet(false)) {
                        throw new OutOfMemoryError("of a test");
                    }
                    standpoints = map;
                },
                store,
                announced::add,
                new LocalCopy(folder),
                clock);
    }

    void serve(String route, Evidence more) {
        seen.merge(route, more, Evidence::plus);
    }

    Standpoint standpoint(String route) {
        return standpoints.getOrDefault(route, Standpoint.BASELINE);
    }

    @Override
    public void close() {
        runner.close();
    }
}
