package dev.banyan.rules.gate;

import dev.banyan.rules.Gate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was last read for a gate that asks somebody else.
 *
 * @param value in the unit of the gate's limit; null when there is none
 * @param words what was read, or why there is nothing
 * @param beyondFor for how long every value has been beyond the gate's limit; zero when the last was not
 */
public record Reading(@Nullable Double value, String words, Duration beyondFor) {

    /** How long a value must be beyond its limit to fail a gate that may fail. */
    public static final Duration SUSTAINED = Duration.ofSeconds(10);

    /** Nothing is known, for this reason. */
    public static Reading none(String why) {
        return new Reading(null, "no data: " + why, Duration.ZERO);
    }

    /** How it stands to the gate's limit. No data is inconclusive. */
    Verdict verdict(Gate.Probed gate) {
        if (value == null) {
            return Verdict.INCONCLUSIVE;
        }
        if (value <= gate.limit()) {
            return Verdict.PASS;
        }
        boolean fails = gate.fails() && beyondFor.compareTo(SUSTAINED) >= 0;
        return fails ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }

    /** The readings of gates whose limits are all kept, for those who ask about the other gates only. */
    static Map<Gate, Reading> kept(Iterable<Gate> gates) {
        Map<Gate, Reading> kept = new HashMap<>();
        for (Gate gate : gates) {
            if (gate instanceof Gate.Probed) {
                kept.put(gate, new Reading(0.0, "", Duration.ZERO));
            }
        }
        return kept;
    }
}
