package dev.banyan.bridge.change;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Turns a transaction into events. Pure but for {@code images} and {@code faults}, which it reads and brings forward. */
@FunctionalInterface
public interface EventMapper {

    /**
     * The events of {@code transaction}, in order; the same for the same transaction and the same images. Where they are many they lie in a file, and are
     * read in their order alone. A {@link MappingFailed} ends the run.
     */
    List<DomainEvent> map(Transaction transaction, AggregateImages images);

    /** The same, but what has no answer may wait or be skipped where the mapping says so. */
    default List<DomainEvent> map(Transaction transaction, AggregateImages images, Faults faults) {
        return map(transaction, images);
    }

    /** The events of {@code part}, what was parked of a transaction: each aggregate's own, none about many of them. Nothing waits in {@code faults}. */
    default List<DomainEvent> mapParked(Transaction part, AggregateImages images, Faults faults) {
        return map(part, images);
    }

    /**
     * From now on what transactions behind a position do to the aggregate that a table belongs to is parked, all of it; the names are those that it
     * waits under.
     */
    default void pause(Map<TableId, Paused> pauses) {}

    /** Who waits because of a table, and since behind which position. */
    record Paused(String aggregate, long since) {
        /** This, or {@code other} if that has waited for longer. */
        public Paused earlier(Paused other) {
            return since <= other.since ? this : other;
        }
    }

    /**
     * The aggregates that have tables of which something waits under several names, and these names: {@code namesByTable}, and an aggregate's own if
     * {@code faults} has something of it. Nobody could say in which order that goes.
     */
    default Map<String, Set<String>> torn(Map<TableId, Set<String>> namesByTable, Faults faults) {
        return Map.of();
    }

    /** {@code transaction} without what belongs to paused aggregates: that is parked with {@code faults}. */
    default Transaction withoutPaused(Transaction transaction, Faults faults) {
        return transaction;
    }

    /** From now on there is no answer where the event would be one of {@code whyById}, which the hub has refused for good. */
    default void refuse(Map<String, String> whyById) {}

    /** Tells {@code images} what mapping {@code transactions} will ask of them. */
    default void expect(List<Transaction> transactions, AggregateImages images) {}

    /** What needs all of a transaction in memory; null when its parts may be mapped one after the other, as long as what belongs together is in one part. */
    default @Nullable String wholeFor() {
        return "this mapper maps no parts";
    }

    /**
     * The events of {@code part} of a transaction that is larger than memory, all of what belongs together, in order, as they are before any are put together; {@code place} says
     * where in all of it a change stands, or -1.
     */
    default List<PartEvent> mapPart(
            Transaction part, ToIntFunction<Change> place, AggregateImages images, Faults faults) {
        throw new UnsupportedOperationException("a part of transaction " + part.txId());
    }

    /**
     * Gives {@code each} the events of {@code transaction}, in order: what {@link #map} would have given. {@code events} are those of all its parts, by their places. {@code
     * eachRead} runs often, and may break it off.
     */
    default void whole(
            Transaction transaction, Collection<PartEvent> events, Runnable eachRead, Consumer<DomainEvent> each) {
        throw new UnsupportedOperationException("transaction " + transaction.txId() + " of parts");
    }

    /**
     * Numbers of the rows and aggregates of {@code change}, which was committed at that position: changes that share one belong together. Empty for a
     * table that is not mapped. The first is the same whatever {@code images} have.
     */
    default List<Long> aggregates(Change change, long commitLsn, AggregateImages images) {
        return List.of();
    }

    /** Tells {@code images} what {@link #aggregates} will ask of them for {@code changes}. */
    default void expectAggregates(List<Change> changes, AggregateImages images) {}

    /** What of {@code read}, which is older than what the log said, is still not known of its row; null when nothing is missing. */
    default Change.@Nullable Read missing(Change.Read read, AggregateImages images) {
        return null;
    }

    /** Compares {@code read} with what {@code images} have under its key, both as they are remembered; null when the mapping has no answer for that row. Nothing is written but tokens. */
    default @Nullable Compared compare(Change.Read read, AggregateImages images) {
        throw new UnsupportedOperationException("comparing rows of " + read.table());
    }

    /** True when {@code change} would not be told but parked, with a paused table or behind what waits in {@code faults}. */
    default boolean waits(Change change, AggregateImages images, Faults faults) {
        return false;
    }

    /** Begins what {@link #remembers} names that is no column; alone it says that such names are among the others. */
    String PLACE = "\2";

    /**
     * What of each table this mapper remembers: the columns by the name that images have them under, and their names in the table; and, behind {@link
     * #PLACE}, the places that the table has in the mapping, and, behind {@link #KEY}, the form of its keys, with the place in the file that it is said at. Tables are in the order in which a backfill reads them best.
     */
    default Map<TableId, Map<String, String>> remembers() {
        return Map.of();
    }

    /** Begins what {@link #remembers} names that is the form of a table's keys: its key columns and, behind {@link #ABOVE}, those of the row above. */
    String KEY = "\3";

    /** Stands between the columns of a form. */
    String NEXT = "\4";

    /** Stands behind a column of a form that is compared without the blanks at its end. */
    String UNPADDED = "\5";

    String ABOVE = "\6";

    /** The keys that a row is remembered by: its own and, empty when it lies in no list, that of the row above. */
    record Keys(List<Object> row, List<Object> above) {}

    /** The keys of {@code remembered}, which images have of {@code table}, as this mapper has them; null when it lacks a column of its own. */
    default @Nullable Keys keys(TableId table, Row remembered) {
        return null;
    }

    /** How often a table changed in a way that no event shows, since this mapper was made. */
    default Map<TableId, Long> withoutEvent() {
        return Map.of();
    }
}
