package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.store.ChangeBytes;
import java.util.ArrayList;
import java.util.List;

/** A transaction that does not fit into memory, in parts that do: each has all that happened to some aggregates, in its order. */
final class LargeTransaction {

    /*
     * Aggregates that share a change are in one part (Parting does the same with what waits). A part is chosen by the number that all of a
     * group share, so the same transaction has the same parts whenever it is mapped.
     */

    /** How many times its share of the rows a part may have. */
    private static final int PART_MAX = 10;

    private LargeTransaction() {}

    /**
     * The parts of {@code transaction}, of some {@code partRows} each; they lie in files. A {@link MappingFailed} when one would not fit into
     * memory either. {@code eachRow} runs for each row, twice, and may break it off.
     */
    static List<Transaction> parts(
            Transaction transaction, EventMapper mapper, AggregateImages images, int partRows, Runnable eachRow) {
        var groups = new ChangeGroups();
        for (var change : transaction.changes()) {
            eachRow.run();
            var numbers = mapper.aggregates(change, transaction.commitLsn(), images);
            for (var number : numbers) {
                groups.join(numbers.getFirst(), number);
            }
        }
        var count = Math.ceilDiv(transaction.changes().size(), partRows);
        var changes = new ArrayList<LargeList<Change>>(count);
        for (var part = 0; part < count; part++) {
            changes.add(new LargeList<>(0, ChangeBytes.CODEC));
        }
        for (var change : transaction.changes()) {
            eachRow.run();
            var numbers = mapper.aggregates(change, transaction.commitLsn(), images);
            if (!numbers.isEmpty()) {
                changes.get((int) Long.remainderUnsigned(groups.of(numbers.getFirst()), count))
                        .add(change);
            }
        }
        var parts = new ArrayList<Transaction>(count);
        for (var each : changes) {
            if (each.size() > PART_MAX * partRows) {
                throw new MappingFailed("transaction " + transaction.txId() + ": " + each.size()
                        + " of its rows belong to aggregates that share rows (expected: at most " + PART_MAX * partRows
                        + " of a transaction that is larger than memory)");
            }
            parts.add(transaction.with(each));
        }
        return parts;
    }

    /** {@code part}, which lies in a file, in memory. */
    static Transaction inMemory(Transaction part) {
        var changes = new ArrayList<Change>(part.changes().size());
        part.changes().forEach(changes::add);
        return part.with(changes);
    }
}
