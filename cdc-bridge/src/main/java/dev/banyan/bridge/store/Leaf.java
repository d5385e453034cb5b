package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;

/**
 * A partition of PostgreSQL that has rows of {@code table} itself: its number, that of the file with its rows, which another takes the place of when it is truncated or written anew,
 * and one for how it was {@code joined} to the table, another each time. The table itself is among its leaves, with no file and joined to nothing: 0.
 */
public record Leaf(TableId table, long relation, long file, long joined) {

    /** The same as a store knows it of a time when nobody asked how it was joined. */
    public Leaf unjoined() {
        return new Leaf(table, relation, file, 0);
    }
}
