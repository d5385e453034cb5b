package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;

/**
 * A change that the mapping has no answer for, such as a code without a word. Nothing of its transaction was mapped or remembered.
 * The message holds the value only where it is a code or a flag; other values may be somebody's data. It has no NUL, which no store in PostgreSQL takes.
 */
public sealed class UnmappableException extends MappingFailed permits UnknownValueException {

    private static final long serialVersionUID = 1L;

    UnmappableException(TableId table, String thing, String found, String expected) {
        this(table + "." + thing + ": " + found + " (expected: " + expected + ")");
    }

    UnmappableException(String message) {
        super(message.replace("\0", "\\0"));
    }

    private UnmappableException(String message, UnmappableException cause) {
        super(message.replace("\0", "\\0"), cause);
    }

    /** The same, naming the transaction and the aggregate it happened in. */
    UnmappableException in(String what) {
        return new UnmappableException(what + ": " + getMessage(), this);
    }
}
