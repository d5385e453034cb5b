package dev.banyan.gateway.shift;

import dev.banyan.rules.Gate;
import dev.banyan.rules.gate.Observation;
import java.util.Collection;
import java.util.Map;

/** What is known for gates that ask somebody else. */
@FunctionalInterface
public interface Observations {

    /** The last observation for each such gate of a plan; none for those that were never asked. Never waits. */
    Map<Gate, Observation> of(Plan plan);

    /** Asks for the gates of these plans from now on. */
    default void follow(Collection<Plan> plans) {}

    /** Nobody is asked. */
    Observations NONE = _ -> Map.of();
}
