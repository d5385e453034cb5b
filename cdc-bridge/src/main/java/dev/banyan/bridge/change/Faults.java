package dev.banyan.bridge.change;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates that wait because the mapping had no answer for one of their changes. What is written here becomes durable with the
 * position, as images do. Used by one thread.
 */
public interface Faults {

    /**
     * An aggregate by its name in the mapping and the text of its key ({@link KeyText}), or a row of one of its lists: nobody may know whose it is while it is
     * parked, and what happens to it, or below it, must wait with it. A NUL in the key is escaped, whatever the store holds.
     */
    record Waiting(String aggregate, String key) {

        private static final char OF_TABLE = '.';

        public Waiting {
            key = KeyText.withoutNul(key);
        }

        /** The row {@code key} of {@code table}; an aggregate's name has no dot. */
        public static Waiting row(String aggregate, TableId table, String key) {
            return new Waiting(aggregate + OF_TABLE + table, key);
        }

        public boolean isRow() {
            return aggregate.indexOf(OF_TABLE) >= 0;
        }
    }

    /** True when nothing waits. */
    boolean isEmpty();

    boolean isWaiting(Waiting aggregate);

    /** The name of what {@code aggregate} waits with; null when it does not wait. */
    default @Nullable String group(Waiting aggregate) {
        return null;
    }

    /** How many aggregates called {@code aggregate} wait. */
    int waiting(String aggregate);

    /** True when something was parked that is not durable yet. */
    default boolean isParking() {
        return false;
    }

    /**
     * Makes {@code aggregates} wait, with those that wait already and are among them, and keeps {@code part}, their changes of one
     * transaction, behind what waits of them. {@code message} says why; empty when they only wait behind others.
     */
    void park(Set<Waiting> aggregates, Transaction part, String message);

    /**
     * Keeps {@code part}, all that a transaction did to aggregates called {@code aggregate}, behind what waits of any of them: a table of theirs
     * does not fit the mapping any more.
     */
    default void parkPaused(String aggregate, Transaction part) {
        throw new MappingFailed("a table of " + aggregate + " is paused");
    }

    /** Notes that the transaction made no event for an aggregate, because the mapping says to skip what it has no answer for. */
    void skip(Waiting aggregate, Transaction transaction, String message, String reason);
}
