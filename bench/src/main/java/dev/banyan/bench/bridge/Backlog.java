package dev.banyan.bench.bridge;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** What has been written, and what of it each carrier has brought: all rows lie in one log, which each reads at its own turn. */
final class Backlog {

    private final Servers servers;
    private final Map<Load, Long> nextStep = new EnumMap<>(Load.class);
    private final Map<String, Map<Load, Long>> broughtByCarrier = new HashMap<>();

    Backlog(Servers servers) {
        this.servers = servers;
    }

    /** Writes {@code count} more steps of {@code load}, as fast as they go in. */
    void write(Load load, long count) throws SQLException {
        servers.write(load, reserve(load, count), count);
    }

    /** The number of the first of {@code count} steps that the caller is about to write. */
    long reserve(Load load, long count) {
        var first = nextStep.getOrDefault(load, 1L);
        nextStep.put(load, first + count);
        return first;
    }

    /** Steps of {@code load} that {@code carrier} has not brought yet. */
    long steps(Carrier carrier, Load load) {
        return nextStep.getOrDefault(load, 1L) - firstStep(carrier, load);
    }

    private long firstStep(Carrier carrier, Load load) {
        return broughtByCarrier.getOrDefault(carrier.name(), Map.of()).getOrDefault(load, 1L);
    }

    /** The ids of {@code load}'s first table that {@code carrier} has not brought yet. */
    Arrivals open(Carrier carrier, Load load) {
        return new Arrivals(firstStep(carrier, load) * load.ids(), Math.toIntExact(steps(carrier, load) * load.ids()));
    }

    /** The messages that these become; from now on they count as brought. */
    long take(Carrier carrier, Load load) {
        var messages = steps(carrier, load) * carrier.messages(load);
        broughtByCarrier
                .computeIfAbsent(carrier.name(), _ -> new EnumMap<>(Load.class))
                .put(load, nextStep.getOrDefault(load, 1L));
        return messages;
    }
}
