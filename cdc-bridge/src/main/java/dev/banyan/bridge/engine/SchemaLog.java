package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import java.util.List;
import java.util.function.Predicate;

/**
 * The changes of the legacy database's tables that Debezium needs to read rows of MariaDB's log, which carry no column names: one JSON
 * text each, in order. Kept wherever the position is kept, and never behind it.
 */
public interface SchemaLog {

    /** Every change, oldest first. */
    List<String> changes();

    /** Adds {@code change}; it survives a crash when this returns. */
    void append(String change);

    /** Hears of {@code statement}, at {@code gtid} or right behind it, with which rows of the tables that are {@code named} may go, or come, of which the log has none. */
    default void rowsMoved(Predicate<TableId> named, String statement, String gtid) {}

    /** True when {@code table} is one that the mapping reads. */
    default boolean isMapped(TableId table) {
        return false;
    }

    /** True when Debezium hears of every statement about {@code table}: its name is a mapped one's, or has that in it. */
    default boolean isFollowed(TableId table) {
        return true;
    }
}
