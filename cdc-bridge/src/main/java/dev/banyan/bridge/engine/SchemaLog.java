package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The changes of the legacy database's tables that Debezium needs to read rows of MariaDB's log, which carry no column names: one JSON
 * text each, in order. Kept wherever the position is kept, and never behind it.
 */
public interface SchemaLog {

    /** How the server says that a table is made, and the number of the GTID at which its log ended behind that. */
    record Made(String statement, long logEndsAt) {}

    /**
     * That {@code table} was {@code made} otherwise than Debezium says when the server was asked behind {@code since}, the number of a GTID. Up to where the
     * log ended then it may yet tell the reason; {@code why} says what differs.
     */
    record Doubt(TableId table, String why, long since, Made made) {}

    /** Every change, oldest first. */
    List<String> changes();

    /** Adds {@code change}; it survives a crash when this returns. */
    void append(String change);

    /** Hears of {@code statement}, at {@code gtid} or right behind it, with which rows of the tables that are {@code named} may go, or come, of which the log has none. */
    default void rowsMoved(Predicate<TableId> named, String statement, String gtid) {}

    /** The tables that the mapping reads, as the server calls them. */
    default Set<TableId> mapped() {
        return Set.of();
    }

    /** True when {@code column} of {@code table} is one that the mapping reads. */
    default boolean isRead(TableId table, String column) {
        return true;
    }

    /** How the server has made each of {@code tables} of which that can be known. */
    default Map<TableId, Made> made(Set<TableId> tables) {
        return Map.of();
    }

    /** Hears which doubts there are from here on. */
    default void doubts(List<Doubt> all) {}

    /** Hears that Debezium reads rows of {@code table} wrongly that the log has at the GTID with the number {@code at}, for {@code why} says how it differs. */
    default void misread(TableId table, String why, long at) {}

    /** True when Debezium hears of every statement about {@code table}: its name is a mapped one's, or has that in it. */
    default boolean isFollowed(TableId table) {
        return true;
    }
}
