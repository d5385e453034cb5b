package dev.banyan.rules.gate;

import dev.banyan.rules.Stage;
import java.time.Duration;

/**
 * In what situation evidence was gathered.
 *
 * @param weight the candidate's share at stage live, in basis points
 * @param compares whether pairs of replies are compared in it
 * @param sinceStep how long ago the step was reached
 */
public record Window(Stage stage, int weight, boolean compares, Duration sinceStep) {

    /** Whether both sides serve callers. */
    boolean isSplit() {
        return stage == Stage.LIVE && weight > 0 && weight < dev.banyan.rules.Route.EVERYONE;
    }
}
