package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;

/** A large value that the log does not carry again, of a row that nobody has read yet. Its aggregate has no event until somebody has. */
final class UnknownValueException extends UnmappableException {

    private static final long serialVersionUID = 1L;

    UnknownValueException(TableId table, String column) {
        super(
                table,
                column,
                "a large value that an update left as it was",
                "one that a backfill of the table has read");
    }
}
