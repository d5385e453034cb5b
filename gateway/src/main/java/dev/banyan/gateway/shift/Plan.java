package dev.banyan.gateway.shift;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.Step;
import dev.banyan.rules.gate.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route's file says about how it moves.
 *
 * @param file where the file itself puts it: what runs when it is driven by hand or stopped
 * @param mirrors whether replies are compared while the baseline serves somebody
 * @param mirrorsReverse whether they are while the candidate serves everybody
 */
public record Plan(
        String route,
        Drive drive,
        List<Step> steps,
        @Nullable Analysis analysis,
        Standpoint file,
        boolean mirrors,
        boolean mirrorsReverse,
        PlanKeys keys) {

    /** Under this name stands what holds for all routes. */
    public static final String ALL = "*";

    /** Who says where a route stands. */
    public enum Drive {
        /** Its steps. */
        STEPS,
        /** Its file, by {@code stage} and {@code weight}. */
        HAND,
        /** Its file, which says {@code off} or {@code retired} although it has steps. */
        STOPPED
    }

    public Plan {
        steps = List.copyOf(steps);
        if (drive == Drive.STEPS && steps.isEmpty()) {
            throw new IllegalArgumentException("steps: none (expected: at least one)");
        }
    }

    /** The plan of all routes together, which can only be frozen. */
    static final Plan OF_ALL =
            new Plan(ALL, Drive.HAND, List.of(), null, Standpoint.BASELINE, false, false, new PlanKeys("", "", "", ""));

    Standpoint standpointOf(int step) {
        return step < 0
                ? Standpoint.BASELINE
                : new Standpoint(steps.get(step).stage(), steps.get(step).weight());
    }

    /** The least time to stay at a step. */
    Duration pauseAt(int step) {
        return step < 0 ? Duration.ZERO : steps.get(step).pause();
    }

    boolean needsApproval(int step) {
        return step >= 0 && steps.get(step).approval();
    }

    boolean isLast(int step) {
        return step == steps.size() - 1;
    }

    Duration minDuration() {
        return analysis == null ? Duration.ZERO : analysis.minDuration();
    }

    Analysis.OnFail onFail() {
        return analysis == null ? Analysis.OnFail.UNSET : analysis.onFail();
    }

    Analysis.OnInconclusive onInconclusive() {
        return analysis == null ? Analysis.OnInconclusive.UNSET : analysis.onInconclusive();
    }

    /** The situation in which evidence is gathered now. */
    Window window(At at, Instant now) {
        Standpoint standpoint = at.standpoint();
        boolean everyone = standpoint.weight() >= dev.banyan.rules.Route.EVERYONE;
        return new Window(
                standpoint.stage(),
                standpoint.weight(),
                everyone ? mirrorsReverse : mirrors,
                Duration.between(at.windowSince(), now));
    }
}
