package dev.banyan.gateway.shift;

import dev.banyan.rules.Gate;
import dev.banyan.rules.gate.Reading;
import java.util.Collection;
import java.util.Map;

/** What is known for gates that ask somebody else. */
@FunctionalInterface
public interface Readings {

    /** The last reading for each such gate of a plan; none for those that were never asked. Never waits. */
    Map<Gate, Reading> of(Plan plan);

    /** Asks for the gates of these plans from now on. */
    default void follow(Collection<Plan> plans) {}

    /** Nobody is asked. */
    Readings NONE = _ -> Map.of();
}
