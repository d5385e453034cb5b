package dev.banyan.bridge.mapping;

/** What becomes of an aggregate when the mapping has no answer for one of its changes. */
public sealed interface OnFault {

    /** The bridge stops before the transaction. */
    record Halt() implements OnFault {}

    /** The aggregate's part of the transaction waits, and all later ones of it behind; other aggregates pass. */
    record Park() implements OnFault {}

    /** The transaction makes no event for the aggregate, for this reason; the next one that can be mapped tells its whole state. */
    record Skip(String reason) implements OnFault {}
}
