package dev.banyan.rules;

/** How far a {@link Route} has moved. */
public enum Stage {
    /** The baseline serves everyone. */
    OFF,
    /** The baseline serves everyone; the candidate may be asked as well, and its replies reach nobody. */
    SHADOW,
    /** The candidate serves the callers whose bucket lies below the route's weight. */
    LIVE,
    /** The candidate serves everyone, and there is no way back by fallback. */
    COMPLETE,
    /** Nobody serves it: 410. */
    RETIRED
}
