package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.Parity;
import dev.banyan.bridge.store.Parity.Fate;
import dev.banyan.bridge.store.ParityCount;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what a parity run reads with what is remembered, and finds what is remembered and not there. One thread uses it. */
final class ParityCheck {

    /*
     * A row is compared at the place of the log at which a backfill would tell it: all that Debezium had seen of the log when it read the row is
     * remembered by then, and what it had not seen is among the keys that changed (see BackfillTracker). So a row that differs and has not changed
     * since the run began is another on both sides, whatever the application writes meanwhile.
     *
     * Each remembered row that was read gets a mark with the run's number, with the same commit. When all is read, the remembered rows are gone through,
     * some with each commit: one that has no such mark and has not changed meanwhile is not in the legacy database. A row that is written anew keeps its
     * mark, for it may be the same in another form; one that comes back with what was parked is among the keys that changed. What is counted there is stored
     * with the run's end alone, for after a kill they are gone through anew. Marks say nothing to anybody else, and nobody takes them away.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ParityCheck.class);

    private static final int LOOKED_AT_ONCE = 20_000;

    /** A row that was not found takes as long as so many that were: what changed is asked for. */
    private static final int LOOKS_PER_UNFOUND = 20;

    private static final char KEY_SEPARATOR = '\u001f';

    private final EventMapper mapper;
    private final Ledger ledger;
    private final RowKeys keys;
    private final Map<TableId, ParityCount> read = new HashMap<>();
    private final Map<TableId, ParityCount> unfound = new HashMap<>();
    private int run;
    private int table;
    private @Nullable String last;

    ParityCheck(EventMapper mapper, Ledger ledger, RowKeys keys) {
        this.mapper = mapper;
        this.ledger = ledger;
        this.keys = keys;
    }

    /** Begins with, or goes on with, the parity run {@code number}, from 1 on. */
    void begin(int number) {
        run = number;
        table = 0;
        last = null;
        read.clear();
        unfound.clear();
    }

    /** Compares a row that {@code parity} has read. */
    void compare(Backfill parity, Change.Read row) {
        var compared = mapper.compare(row, ledger.images());
        if (compared == null) {
            add(read, parity, row.table(), "", Fate.WAITING, List.of());
            return;
        }
        var key = KeyText.of(compared.key());
        if (compared.isRemembered()) {
            ledger.found(row.table(), key, run);
        }
        var fate = compared.isAlike()
                ? Fate.ALIKE
                : judged(row, row.after(), compared.isRemembered() ? Fate.ALTERED : Fate.MISSING);
        add(read, parity, row.table(), key, fate, fate == Fate.ALTERED ? compared.differing() : List.of());
    }

    /** {@code fate}, unless {@code row}, which {@code change} is about, waits or has changed meanwhile. */
    private Fate judged(Change change, Row row, Fate fate) {
        if (mapper.waits(change, ledger.images(), ledger.faults())) {
            return Fate.WAITING;
        }
        var either = List.of(keys.whole(change.table(), row), new RowKey(change.table(), KeyText.NONE));
        return ledger.touchedAmong(either).isEmpty() ? fate : Fate.CHANGED;
    }

    /** Goes through some more of the remembered rows, now that {@code parity} has read all; true when there are no more. */
    boolean goThrough(Backfill parity) {
        var left = LOOKED_AT_ONCE;
        while (table < parity.tables().size()) {
            if (left <= 0) {
                return false;
            }
            var id = parity.tables().get(table).id();
            if (!keys.isMapped(id)) { // any more; what is remembered of it nobody can judge
                table++;
                continue;
            }
            var some = ledger.unfound(id, last, left, run);
            some.rows().forEach((key, row) -> judgeUnfound(parity, id, key, row));
            last = some.last();
            left -= some.looked() + LOOKS_PER_UNFOUND * some.rows().size();
            if (some.isEnd()) {
                table++;
                last = null;
            }
        }
        return true;
    }

    private void judgeUnfound(Backfill parity, TableId id, String key, Row row) {
        var isOfThisKey = keys.of(id, row) != null;
        var fate = isOfThisKey ? judged(new Change.Deleted(id, row), row, Fate.GONE) : Fate.GONE;
        if (fate != Fate.CHANGED) { // it came through the log, or was read and counted
            add(unfound, parity, id, key, fate, List.of());
        }
    }

    private void add(
            Map<TableId, ParityCount> counts,
            Backfill parity,
            TableId id,
            String key,
            Fate fate,
            List<String> differing) {
        var shown = key.replace(KEY_SEPARATOR, '/');
        if (fate.differs() && named(parity, id) < Parity.FOUND_MAX) {
            LOG.warn(
                    "{}: {} {} is {}{}",
                    parity.id(),
                    id,
                    shown,
                    fate.word(),
                    differing.isEmpty() ? "" : " in " + String.join(", ", differing));
        }
        counts.computeIfAbsent(id, _ -> new ParityCount()).add(shown, fate, differing);
    }

    private int named(Backfill parity, TableId id) {
        var stored = parity.tables().stream()
                .filter(each -> each.id().equals(id) && each.parity() != null)
                .mapToInt(each -> each.parity().found().size())
                .sum();
        return stored + named(read.get(id)) + named(unfound.get(id));
    }

    private static int named(@Nullable ParityCount count) {
        return count == null ? 0 : count.named();
    }

    /** What was counted of the table {@code id} since {@link #stored}, and before; with what was found gone only where the run is at its {@code isEnd}. */
    Parity of(TableId id, @Nullable Parity before, boolean isEnd) {
        var all = new ParityCount();
        if (before != null) {
            all.add(before);
        }
        add(all, read.get(id));
        if (isEnd) {
            add(all, unfound.get(id));
        }
        return all.counted();
    }

    private static void add(ParityCount all, @Nullable ParityCount some) {
        if (some != null) {
            all.add(some.counted());
        }
    }

    /** What was counted of rows that were read is stored, or nobody's. */
    void stored() {
        read.clear();
    }
}
