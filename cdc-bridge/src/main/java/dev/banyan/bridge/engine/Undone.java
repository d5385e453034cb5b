package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which changes of a transaction were rolled back before its end, by what MariaDB's log says between them. */
final class Undone {

    private static final Pattern SAVEPOINT =
            Pattern.compile("\\s*SAVEPOINT\\s+(.+?)\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern ROLLBACK = Pattern.compile(
            "\\s*ROLLBACK(?:\\s+WORK)?(?:\\s+TO\\s+(?:SAVEPOINT\\s+)?(.+?))?\\s*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** The changes from {@code from} on, without {@code to}. */
    private record Range(int from, int to) {}

    /** How many changes stood before each savepoint, in the order in which they were set; some frameworks set thousands in a transaction. */
    private final SequencedMap<String, Integer> savepoints = new LinkedHashMap<>();

    /** In order, none within another. */
    private final List<Range> ranges = new ArrayList<>();

    /** True for a statement that {@link #hears} may mean something by. */
    static boolean isAbout(String statement) {
        return SAVEPOINT.matcher(statement).matches()
                || ROLLBACK.matcher(statement).matches();
    }

    /** Hears of {@code statement} behind {@code changes} changes; true when it rolls back all of them. */
    boolean hears(String statement, int changes) {
        var savepoint = SAVEPOINT.matcher(statement);
        if (savepoint.matches()) {
            var name = name(savepoint.group(1));
            savepoints.remove(name);
            savepoints.put(name, changes);
            return false;
        }
        var rollback = ROLLBACK.matcher(statement);
        if (!rollback.matches()) {
            return false;
        }
        if (rollback.group(1) == null) {
            ranges.clear();
            ranges.add(new Range(0, changes));
            return true;
        }
        rollBackTo(name(rollback.group(1)), changes);
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

    /** As the server compares them, without regard to case. */
    private static String name(String written) {
        var quote = written.charAt(0);
        var isQuoted =
                written.length() > 1 && (quote == '`' || quote == '"') && written.endsWith(String.valueOf(quote));
        return (isQuoted ? written.substring(1, written.length() - 1) : written).toLowerCase(Locale.ROOT);
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
