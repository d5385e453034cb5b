package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the application that moves from the baseline to a candidate.
 *
 * @param name unique and stable: history is kept under it
 * @param hostnames lower case, exact or {@code *.example.com}; empty is every host
 * @param matches alternatives, each ranked by itself
 * @param candidate the name of a backend
 * @param cohort the name of a cohort; needed while the route is split
 * @param weight the candidate's share at stage live, in basis points: 10000 is everyone
 * @param fallback whether the baseline serves a safe request when the candidate fails it; never at stage complete
 * @param priority settles a tie between matches that are otherwise of one rank; the higher goes first
 */
public record Route(
        String name,
        List<String> hostnames,
        List<Match> matches,
        String candidate,
        @Nullable String cohort,
        Stage stage,
        int weight,
        boolean fallback,
        int priority) {

    /** All callers, in basis points. */
    public static final int EVERYONE = 10_000;

    public Route {
        Names.require("route", name);
        hostnames = List.copyOf(hostnames);
        matches = List.copyOf(matches);
        if (matches.isEmpty()) {
            throw new IllegalArgumentException("matches: none (expected: at least one)");
        }
        if (weight < 0 || weight > EVERYONE) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0.." + EVERYONE + ")");
        }
        if (stage == Stage.LIVE && weight > 0 && weight < EVERYONE && cohort == null) {
            throw new IllegalArgumentException("cohort: none (expected: one, since the route is split)");
        }
    }

    /** Whether some callers get the baseline and others the candidate. */
    public boolean isSplit() {
        return stage == Stage.LIVE && weight > 0 && weight < EVERYONE;
    }
}
