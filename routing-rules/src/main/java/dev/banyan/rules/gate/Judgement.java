package dev.banyan.rules.gate;

import java.util.List;

/**
 * What all gates of a route say together.
 *
 * @param limits every limit that was looked at
 * @param words one sentence for people: what decided
 */
public record Judgement(Verdict verdict, List<LimitResult> limits, String words) {

    public Judgement {
        limits = List.copyOf(limits);
    }

    /** The judgement of a route that has no gates: only time and people decide. */
    public static final Judgement UNGATED = new Judgement(Verdict.PASS, List.of(), "no gates");
}
