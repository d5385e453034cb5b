package dev.banyan.gateway.record;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the routes of one rule set, by their place among its routes. A request knows the place, and with many routes a look-up by
 * name costs more than all counting: nothing of the name, nor of a map, is in any cache.
 */
public final class CountsByPlace {

    private final AtomicReferenceArray<@Nullable RouteCounts> counts;

    /** None yet; {@code routes} is how many routes there are. */
    public CountsByPlace(int routes) {
        this.counts = new AtomicReferenceArray<>(routes);
    }

    /** Returns the counts of the route at {@code place}, which {@code traffic} has under {@code name}. */
    RouteCounts of(int place, String name, Traffic traffic) {
        RouteCounts known = counts.getAcquire(place);
        if (known == null) {
            known = traffic.of(name);
            counts.setRelease(place, known);
        }
        return known;
    }
}
