package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.store.Placed;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** A transaction that does not fit into memory, in parts that do: each has all that happened to some aggregates, in its order. */
final class LargeTransaction {

    /*
     * Aggregates that share a change are in one part (Parting does the same with what waits). A part is chosen by the number that all of a
     * group share, so the same transaction has the same parts whenever it is mapped.
     */

    /** How many bytes of rows a part has, roughly, where they are large. */
    static final long PART_BYTES = 16L << 20;

    /** How many times its share of the rows, and of their bytes, a part may have. */
    private static final int PART_MAX = 10;

    private static final int PART_BYTES_MAX = 16;

    /** Rows whose remembered ones are read together, and how many bytes they may have. */
    private static final int ASKED_ROWS = 1_000;

    private static final long ASKED_BYTES = 1 << 20;

    private LargeTransaction() {}

    /**
     * The parts of {@code transaction}, of some {@code partRows} rows or {@code partBytes} bytes each; they lie in files. A {@link MappingFailed} when
     * one would not fit into memory either. {@code eachRow} runs for each row, twice, and may break it off.
     */
    static List<LargeList<Placed>> parts(
            Transaction transaction,
            EventMapper mapper,
            AggregateImages images,
            int partRows,
            long partBytes,
            Runnable eachRow) {
        var groups = new ChangeGroups();
        var all = 0L;
        var together = new ArrayList<Change>();
        var togetherBytes = 0L;
        for (var change : transaction.changes()) {
            eachRow.run();
            all += change.bytes();
            together.add(change);
            togetherBytes += change.bytes();
            if (together.size() == ASKED_ROWS || togetherBytes >= ASKED_BYTES) {
                join(together, transaction.commitLsn(), mapper, images, groups);
                together.clear();
                togetherBytes = 0;
            }
        }
        join(together, transaction.commitLsn(), mapper, images, groups);
        var count = Math.max(
                Math.ceilDiv(transaction.changes().size(), partRows), Math.toIntExact(Math.ceilDiv(all, partBytes)));
        var changes = new ArrayList<LargeList<Placed>>(count);
        var bytes = new long[count];
        for (var part = 0; part < count; part++) {
            changes.add(new LargeList<>(0, Placed.CODEC));
        }
        var nothing = new InMemoryImages(); // the first number is enough, and hangs on none
        var place = 0;
        for (var change : transaction.changes()) {
            eachRow.run();
            var numbers = mapper.aggregates(change, transaction.commitLsn(), nothing);
            if (!numbers.isEmpty()) {
                var part = (int) Long.remainderUnsigned(groups.of(numbers.getFirst()), count);
                changes.get(part).add(new Placed(place, change));
                bytes[part] += change.bytes();
            }
            place++;
        }
        for (var part = 0; part < count; part++) {
            var each = changes.get(part);
            var isLarge = bytes[part] > PART_BYTES_MAX * partBytes && each.size() > 1; // one row is in memory anyway
            if (each.size() > PART_MAX * partRows || isLarge) {
                throw new MappingFailed("transaction " + transaction.txId() + ": " + each.size() + " of its rows, of "
                        + bytes[part] + " bytes, in " + tables(each)
                        + ", belong to aggregates that share rows (expected: at most "
                        + PART_MAX * partRows + ", of " + PART_BYTES_MAX * partBytes
                        + " bytes, of a transaction that is larger than memory)");
            }
        }
        return changes;
    }

    private static String tables(LargeList<Placed> placed) {
        var tables = new TreeSet<String>();
        placed.forEach(each -> tables.add(each.change().table().toString()));
        return String.join(", ", tables);
    }

    private static void join(
            List<Change> changes, long commitLsn, EventMapper mapper, AggregateImages images, ChangeGroups groups) {
        mapper.expectAggregates(changes, images);
        for (var change : changes) {
            var numbers = mapper.aggregates(change, commitLsn, images);
            for (var number : numbers) {
                groups.join(numbers.getFirst(), number);
            }
        }
    }

    /** A part in memory, and where in all of the transaction its changes stand: -1 for one that it does not have. */
    record Part(Transaction transaction, ToIntFunction<Change> place) {

        /** {@code part}, which lies in a file, of {@code transaction}; a backfill's row that another stands in for is known by {@code key}, which is that of its table. */
        static Part of(Transaction transaction, List<Placed> part, Function<Change.Read, RowKey> key) {
            var changes = new ArrayList<Change>(part.size());
            var places = new IdentityHashMap<Change, Integer>(part.size());
            for (var placed : part) {
                changes.add(placed.change());
                places.put(placed.change(), placed.place());
            }
            var reads = new HashMap<TableId, Map<RowKey, Integer>>();
            return new Part(transaction.with(changes), change -> {
                var place = places.get(change);
                if (place != null || !(change instanceof Change.Read read)) {
                    return place == null ? -1 : place;
                }
                return reads.computeIfAbsent(read.table(), table -> placeByKey(table, part, key))
                        .getOrDefault(key.apply(read), -1);
            });
        }

        private static Map<RowKey, Integer> placeByKey(
                TableId table, List<Placed> part, Function<Change.Read, RowKey> key) {
            var places = new HashMap<RowKey, Integer>();
            for (var placed : part) {
                if (placed.change() instanceof Change.Read read && read.table().equals(table)) {
                    places.putIfAbsent(key.apply(read), placed.place());
                }
            }
            return places;
        }
    }
}
