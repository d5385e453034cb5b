package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which changes of a transaction were rolled back before its end, by what MariaDB's log says between them. */
final class Undone {

    /** The changes from {@code from} on, without {@code to}. */
    private record Range(int from, int to) {}

    /** How many changes stood before each savepoint, in the order in which they were set; some frameworks set thousands in a transaction. */
    private final SequencedMap<String, Integer> savepoints = new LinkedHashMap<>();

    /** In order, none within another. */
    private final List<Range> ranges = new ArrayList<>();

    /** Hears of {@code statement} behind {@code changes} changes; true when it rolls back all of them. */
    boolean hears(LoggedStatement statement, int changes) {
        var savepoint = statement.savepoint();
        if (savepoint.isPresent()) {
            savepoints.remove(savepoint.get());
            savepoints.put(savepoint.get(), changes);
            return false;
        }
        if (!statement.rollsBack()) {
            return false;
        }
        var to = statement.rolledBackTo();
        if (to.isEmpty()) {
            ranges.clear();
            ranges.add(new Range(0, changes));
            return true;
        }
        rollBackTo(to.get(), changes);
        return false;
    }

    /** The savepoint itself stays, and those that were set after it go. */
    private void rollBackTo(String name, int changes) {
        var changesBefore = savepoints.get(name);
        if (changesBefore == null) {
            throw new TransactionUnreadable("a transaction's ROLLBACK TO " + name
                    + ": no such savepoint in the log (expected: one that was set before in the same transaction; what it"
                    + " takes back cannot be known. resync begins behind it)");
        }
        while (!savepoints.lastEntry().getKey().equals(name)) {
            savepoints.pollLastEntry();
        }
        int from = changesBefore;
        while (!ranges.isEmpty() && ranges.getLast().from >= from) {
            ranges.removeLast();
        }
        if (changes > from) {
            ranges.add(new Range(from, changes));
        }
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Gives those of {@code changes} to {@code to} that happened; rows of a backfill are read and not done. */
    void kept(List<Change> changes, Consumer<Change> to) {
        each(changes, (change, isUndone) -> {
            if (!isUndone || change instanceof Change.Read) {
                to.accept(change);
            }
        });
    }

    /**
     * Gives rows of {@code tables} to {@code to} as they were before they were changed in vain. Debezium has taken them out of the chunk
     * that it reads meanwhile, because they change.
     */
    void restored(List<Change> changes, List<TableId> tables, Consumer<Change> to) {
        if (tables.isEmpty()) {
            return;
        }
        var made = new HashSet<Row>(); // in vain, too
        each(changes, (change, isUndone) -> {
            if (!isUndone || !tables.contains(change.table())) {
                return;
            }
            switch (change) {
                case Change.Inserted(var _, var after) -> made.add(after);
                case Change.Updated(var table, var before, var after) -> {
                    restore(table, before, made, to);
                    made.add(after);
                }
                case Change.Deleted(var table, var before) -> restore(table, before, made, to);
                case Change.Truncated _, Change.Read _ -> {}
            }
        });
    }

    private static void restore(TableId table, @Nullable Row before, Set<Row> made, Consumer<Change> to) {
        if (before != null && !made.contains(before)) {
            to.accept(new Change.Read(table, before));
        }
    }

    private void each(List<Change> changes, BiConsumer<Change, Boolean> to) {
        var index = 0;
        var next = 0;
        for (var change : changes) {
            while (next < ranges.size() && ranges.get(next).to <= index) {
                next++;
            }
            to.accept(change, next < ranges.size() && ranges.get(next).from <= index);
            index++;
        }
    }

    void clear() {
        savepoints.clear();
        ranges.clear();
    }
}
