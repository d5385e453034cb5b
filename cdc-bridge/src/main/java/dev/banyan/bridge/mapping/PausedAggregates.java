package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper.Paused;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Aggregates that wait as a whole, because a table of theirs does not fit the mapping any more. */
final class PausedAggregates {

    /*
     * By tables, not by keys: the column that is gone may be the key, or the one that leads from a child to its root. Whoever uses a table that waits
     * waits, too, so that nothing is torn, as the mapping is now and as it was when the table was paused: its remembered rows stand still.
     */
    static final PausedAggregates NONE = new PausedAggregates(Map.of());

    private final Map<TableId, Paused> byTable;

    private PausedAggregates(Map<TableId, Paused> byTable) {
        this.byTable = byTable;
    }

    /** Those of {@code all} that have a table in {@code pauses}. */
    static PausedAggregates of(List<Together> all, Map<TableId, Paused> pauses) {
        var byTable = new HashMap<>(pauses);
        for (var together : all) {
            var tables = together.tables();
            tables.stream()
                    .filter(pauses::containsKey)
                    .map(pauses::get)
                    .forEach(paused -> tables.forEach(table -> byTable.merge(table, paused, Paused::earlier)));
        }
        return new PausedAggregates(Map.copyOf(byTable));
    }

    /** Those of {@code all} of which something waits under several names: {@link dev.banyan.bridge.change.EventMapper#torn}. */
    static Map<String, Set<String>> torn(List<Together> all, Map<TableId, Set<String>> namesByTable, Faults faults) {
        var torn = new LinkedHashMap<String, Set<String>>();
        for (var together : all) {
            var names = new TreeSet<String>();
            together.tables().forEach(table -> names.addAll(namesByTable.getOrDefault(table, Set.of())));
            if (!names.isEmpty()) {
                together.aggregates().stream()
                        .filter(name -> faults.waiting(name) > 0)
                        .forEach(names::add);
            }
            if (names.size() > 1) {
                torn.put(together.name(), names);
            }
        }
        return torn;
    }

    boolean isPaused(TableId table) {
        return byTable.containsKey(table);
    }

    /** One number for all that waits with {@code table} at the position {@code commitLsn}, so that it stays together; null when it does not wait there. */
    @Nullable
    Long number(TableId table, long commitLsn) {
        var paused = byTable.get(table);
        return paused == null || commitLsn <= paused.since()
                ? null
                : (Long) UUID.nameUUIDFromBytes(paused.aggregate().getBytes(StandardCharsets.UTF_8))
                        .getMostSignificantBits();
    }

    /** What of {@code transaction} waits, by who it waits with. */
    Map<String, Transaction> of(Transaction transaction) {
        if (byTable.isEmpty() || transaction.changes().stream().noneMatch(change -> waits(change, transaction))) {
            return Map.of();
        }
        var parked = new LinkedHashMap<String, List<Change>>();
        for (var change : transaction.changes()) {
            var paused = byTable.get(change.table());
            if (paused != null && waits(change, transaction)) {
                parked.computeIfAbsent(paused.aggregate(), _ -> new ArrayList<>())
                        .add(change);
            }
        }
        var parts = new LinkedHashMap<String, Transaction>();
        parked.forEach((aggregate, changes) -> parts.put(aggregate, transaction.with(changes)));
        return parts;
    }

    /** What of {@code transaction} does not wait. */
    Transaction rest(Transaction transaction) {
        return transaction.with(transaction.changes().stream()
                .filter(change -> !waits(change, transaction))
                .toList());
    }

    private boolean waits(Change change, Transaction transaction) {
        var paused = byTable.get(change.table());
        return paused != null && transaction.commitLsn() > paused.since();
    }
}
