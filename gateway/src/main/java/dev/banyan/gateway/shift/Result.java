package dev.banyan.gateway.shift;

/** What becomes of an event in a state. */
public sealed interface Result {

    /** The route moves; {@code entry} is what to journal. */
    record Moves(Entry entry) implements Result {}

    /** Nothing changes. */
    record Same(String words) implements Result {}

    /** It cannot be. */
    record Refused(String words) implements Result {}

    /** Nothing changes, and nobody asks why. */
    Result STAYS = new Same("");
}
