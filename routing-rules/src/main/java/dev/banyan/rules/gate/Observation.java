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
public record Observation(@Nullable Double value, String words, Duration beyondFor) {

    /** How long a value must be beyond its limit to fail a gate that may fail. */
    public static final Duration SUSTAINED = Duration.ofSeconds(10);

    /** Nothing is known, for this reason. */
    public static Observation none(String why) {
        return new Observation(null, "no data: " + why, Duration.ZERO);
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

    /** The observations of gates whose limits are all kept, for those who ask about the other gates only. */
    static Map<Gate, Observation> kept(Iterable<Gate> gates) {
        Map<Gate, Observation> kept = new HashMap<>();
        for (Gate gate : gates) {
            if (gate instanceof Gate.Probed) {
                kept.put(gate, new Observation(0.0, "", Duration.ZERO));
            }
        }
        return kept;
    }
}
