package dev.banyan.rules.gate;

/** What evidence says about a limit. */
public enum Verdict {
    /** Surely within it, at the confidence asked for. */
    PASS,
    /** Surely beyond it. */
    FAIL,
    /** Neither, yet: never a reason to go on, nor to go back. */
    INCONCLUSIVE
}
