package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Row;
import org.jspecify.annotations.Nullable;

/** Says by which keys a remembered row is to be found. */
@FunctionalInterface
public interface Rekeying {

    /** The texts of a row's key and, null where that stays as it is, of the key of the row above; and the row as it is remembered there. */
    record Place(String key, @Nullable String above, Row row) {}

    /** The place of {@code row}. */
    Place of(Row row);
}
