package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;

/**
 * A value that nobody has read yet: a large one that the log does not carry again, or one of a column that the mapping did not read when the row
 * was remembered. Its aggregate has no event until somebody has.
 */
final class UnknownValueException extends UnmappableException {

    private static final long serialVersionUID = 1L;

    UnknownValueException(TableId table, String column) {
        super(table, column, "a value that nobody has read yet", "one that a backfill of the table has read");
    }
}
