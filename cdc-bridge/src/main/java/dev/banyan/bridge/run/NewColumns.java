package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.RememberedColumns.Known;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the columns that a mapping reads for the first time read of the rows that are remembered without them. */
final class NewColumns {

    /*
     * A remembered row has the columns of the mapping that it was written by. What it lacks is not known, and until it is, its aggregate has no
     * event that would need it; so a backfill of the table is asked for at the first start that misses a column. It counts as read when a backfill
     * of the table is done that was asked for then or later, whoever asked: all who ran since read that column.
     *
     * A store of before says nothing of its rows. One of them is looked at, as if all were like it; what another lacks is unknown all the same.
     */
    private static final Logger LOG = LoggerFactory.getLogger(NewColumns.class);

    private static final Known NOTHING = new Known(Set.of(), Set.of(), 0);

    private final BridgeStore store;
    private final AggregateImages images;
    private final List<Backfill> backfills;
    private final Map<TableId, Known> known;
    private final Map<TableId, Known> next = new HashMap<>();
    private final Map<TableId, Set<String>> lacking = new HashMap<>();

    private NewColumns(BridgeStore store, AggregateImages images) {
        this.store = store;
        this.images = images;
        this.backfills = store.backfills().all();
        this.known = store.remembered().all();
    }

    /**
     * Asks for a backfill of each table of {@code wanted} whose remembered rows lack a column, unless one is asked for; of each column {@code
     * wanted} has the name that {@code images} call it, and that of the table.
     */
    static void see(Map<TableId, Map<String, String>> wanted, BridgeStore store, AggregateImages images) {
        var columns = new NewColumns(store, images);
        wanted.forEach(columns::see);
        columns.ask(wanted);
    }

    private void see(TableId table, Map<String, String> wanted) {
        var before = known.get(table);
        if (before == null) {
            var row = images.any(table);
            before = new Known(row == null ? wanted.keySet() : row.values().keySet(), Set.of(), 0);
        }
        var columns = new HashSet<>(before.columns());
        var askedAtMs = before.askedAtMs();
        if (backfills.stream()
                .anyMatch(backfill -> backfill.state() == Backfill.State.DONE && reads(backfill, table, askedAtMs))) {
            columns.addAll(before.awaited());
        }
        var there = supplied(wanted, columns);
        if (there.equals(wanted.keySet())) {
            keep(table, new Known(there, Set.of(), 0));
            return;
        }
        var missing = new TreeSet<>(wanted.keySet());
        missing.removeAll(there);
        lacking.put(table, missing);
        var isAwaited = supplied(wanted, before.awaited()).equals(wanted.keySet());
        var read = backfills.stream()
                .filter(backfill -> isUnderWay(backfill)
                        && ((isAwaited && reads(backfill, table, askedAtMs)) || isUnbegun(backfill, table)))
                .findFirst();
        keep(
                table,
                new Known(
                        there,
                        read.isPresent() ? wanted.keySet() : Set.of(),
                        read.map(Backfill::requestedAtMs).orElse(0L)));
    }

    /** The columns of {@code wanted} that rows with {@code columns} have, or have in clear, which becomes whatever is wanted. */
    private static Set<String> supplied(Map<String, String> wanted, Set<String> columns) {
        return wanted.keySet().stream()
                .filter(name -> columns.contains(name) || columns.contains(wanted.get(name)))
                .collect(Collectors.toSet());
    }

    private static boolean reads(Backfill backfill, TableId table, long askedAtMs) {
        return backfill.requestedAtMs() >= askedAtMs
                && backfill.tables().stream().anyMatch(each -> each.id().equals(table));
    }

    private static boolean isUnderWay(Backfill backfill) {
        return !backfill.isOver() && backfill.wish() != Backfill.Wish.CANCEL;
    }

    /** True when all that {@code backfill} reads of {@code table} it reads from now on. */
    private static boolean isUnbegun(Backfill backfill, TableId table) {
        return backfill.state() == Backfill.State.REQUESTED
                && backfill.tables().stream()
                        .anyMatch(each -> each.id().equals(table) && each.reading() == Backfill.Reading.WAITING);
    }

    private void keep(TableId table, Known columns) {
        if (!columns.equals(known.get(table))) {
            next.put(table, columns);
        }
    }

    /** Asks for what is missing and not asked for. What rows will lack is written before any is written without it. */
    private void ask(Map<TableId, Map<String, String>> wanted) {
        store.remembered().put(next);
        var paused = new HashSet<TableId>();
        store.pauses().all().forEach(pause -> paused.addAll(pause.tables()));
        var toAsk = lacking.keySet().stream()
                .filter(table -> now(table).awaited().isEmpty() && !paused.contains(table))
                .toList();
        if (!toAsk.isEmpty()) {
            var asked = store.backfills().request(toAsk);
            store.remembered()
                    .put(toAsk.stream()
                            .collect(Collectors.toMap(
                                    table -> table,
                                    table -> new Known(
                                            now(table).columns(),
                                            wanted.getOrDefault(table, Map.of()).keySet(),
                                            asked.requestedAtMs()))));
        }
        lacking.forEach((table, columns) -> LOG.warn(
                "{}: rows are remembered without {}, which the mapping reads now; what needs it has no event before {}",
                table,
                columns.stream().map(name -> name.replace("\1", " as ")).toList(),
                paused.contains(table)
                        ? "the table is no longer paused, and started anew a backfill has read it"
                        : "a backfill has read it: bridge backfill ls"));
    }

    private Known now(TableId table) {
        return next.getOrDefault(table, known.getOrDefault(table, NOTHING));
    }
}
