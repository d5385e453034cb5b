package dev.banyan.rules;

/** Why a request got the side it got. */
public enum ChosenBy {
    /** No route matches. */
    NO_ROUTE,
    /** The stage has one side for everyone. */
    STAGE,
    /** The route's schedule has not begun, or is over. */
    SCHEDULE,
    /** A header or cookie from a trusted network. */
    OVERRIDE,
    /** The caller's key has a side of its own. */
    ASSIGNMENT,
    /** The caller's bucket and the route's weight. */
    WEIGHT
}
