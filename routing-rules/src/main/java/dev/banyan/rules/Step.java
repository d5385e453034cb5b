package dev.banyan.rules;

import java.time.Duration;

/**
 * One step of a route that moves by itself.
 *
 * @param stage shadow, live or complete
 * @param weight at stage live, in basis points; 0 at shadow, everyone at complete
 * @param pause the least time to stay, beyond that of the analysis
 * @param approval whether a person has to let it go on from here
 */
public record Step(Stage stage, int weight, Duration pause, boolean approval) {

    /** The longest {@code pause}. */
    public static final Duration PAUSE_MAX = Duration.ofDays(90);

    public Step {
        if (weight < 0 || weight > Route.EVERYONE) {
            throw new IllegalArgumentException("setWeight: " + weight + " (expected: 0.." + Route.EVERYONE + ")");
        }
        if (stage != Stage.SHADOW && stage != Stage.LIVE && stage != Stage.COMPLETE) {
            throw new IllegalArgumentException("stage: " + stage + " (expected: shadow, live or complete)");
        }
        if (pause.isNegative() || pause.compareTo(PAUSE_MAX) > 0) {
            throw new IllegalArgumentException("pause: " + pause + " (expected: 0 to " + PAUSE_MAX + ")");
        }
    }

    /** Whether some callers get the baseline and others the candidate. */
    public boolean isSplit() {
        return stage == Stage.LIVE && weight > 0 && weight < Route.EVERYONE;
    }
}
