package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Row;
import org.jspecify.annotations.Nullable;

/** Says by which keys a remembered row is to be found. */
@FunctionalInterface
public interface Rekeying {

    /** The texts of a row's key and, null where that stays as it is, of the key of the row above. */
    record Texts(String row, @Nullable String above) {}

    /** Those of {@code row}; null of one that stays where it is. */
    @Nullable
    Texts of(Row row);
}
