package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;

/**
 * A change that the mapping has no answer for, such as a code without a word. Nothing of its transaction was mapped or remembered.
 * The message holds the value only where it is a code or a flag; other values may be somebody's data.
 */
public sealed class UnmappableException extends MappingFailed permits UnknownValueException {

    private static final long serialVersionUID = 1L;

    UnmappableException(TableId table, String thing, String found, String expected) {
        super(table + "." + thing + ": " + found + " (expected: " + expected + ")");
    }

    UnmappableException(String message) {
        super(message);
    }

    private UnmappableException(String message, UnmappableException cause) {
        super(message, cause);
    }

    /** The same, naming the transaction and the aggregate it happened in. */
    UnmappableException in(String what) {
        return new UnmappableException(what + ": " + getMessage(), this);
    }
}
