package dev.banyan.bridge.change;

import org.jspecify.annotations.Nullable;

/** What one statement did to one row, or, for {@link Read}, what a backfill found. */
public sealed interface Change {

    TableId table();

    /** What its rows take in memory, roughly. */
    default long bytes() {
        return switch (this) {
            case Inserted(var _, var after) -> after.bytes();
            case Updated(var _, var before, var after) -> (before == null ? 0 : before.bytes()) + after.bytes();
            case Deleted(var _, var before) -> before.bytes();
            case Truncated _ -> 0;
            case Read(var _, var after) -> after.bytes();
        };
    }

    /** A new row. */
    record Inserted(TableId table, Row after) implements Change {}

    /**
     * A changed row. {@code before} is the whole old row where the log carries it, else its key alone where that changed, else null. A
     * changed primary key is one of these, with both rows, although the log carries a delete and an insert. Large values that the update
     * did not touch are {@link Untouched} in {@code after} where {@code before} is not whole.
     */
    record Updated(TableId table, @Nullable Row before, Row after) implements Change {}

    /** A row that is gone. {@code before} is the whole old row where the log carries it, else its key alone. */
    record Deleted(TableId table, Row before) implements Change {}

    /** Every row of the table is gone. */
    record Truncated(TableId table) implements Change {}

    /** A row as a backfill read it: state without a cause. Never older than a change of the same row that came before it. */
    record Read(TableId table, Row after) implements Change {}
}
