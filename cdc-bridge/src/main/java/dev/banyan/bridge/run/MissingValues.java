package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Ledger;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The large values that remembered rows lack, because the log told of an update that left them as they were. */
final class MissingValues {

    private final RowKeys keys;
    private final Ledger session;
    private final Function<Change.Read, Change.@Nullable Read> missing;

    /** {@code missing} says what of a row that was read its remembered one lacks; null when that is nothing, or there is none. */
    MissingValues(RowKeys keys, Ledger session, Function<Change.Read, Change.@Nullable Read> missing) {
        this.keys = keys;
        this.session = session;
        this.missing = missing;
    }

    /** What {@code read} brings of them, which then lacks no more; null when it brings nothing. */
    Change.@Nullable Read broughtBy(Change.Read read) {
        var brought = missing.apply(read);
        if (brought != null) {
            session.incomplete().remove(keys.whole(read.table(), read.after()));
        }
        return brought;
    }

    /** Notes which of the rows that {@code transaction} has changed lack one that {@code backfill} is to bring, now that it is mapped. */
    void note(Transaction transaction, Backfill backfill) {
        for (var change : transaction.changes()) {
            if (change instanceof Change.Updated(var table, var _, var after)
                    && after.values().containsValue(Untouched.VALUE)
                    && backfill.tables().stream().anyMatch(each -> each.id().equals(table))
                    && missing.apply(new Change.Read(table, after)) != null) {
                var key = new Columns(keys.columns(table));
                session.incomplete()
                        .add(
                                keys.whole(table, after),
                                key.row(after.key(key.names()).toArray()));
            }
        }
    }

    /** The tables of the rows that were noted and lack one still. */
    Set<TableId> tables() {
        var tables = new HashSet<TableId>();
        session.incomplete().all().forEach((row, key) -> {
            if (missing.apply(new Change.Read(row.table(), key)) == null) {
                session.incomplete().remove(row);
            } else {
                tables.add(row.table());
            }
        });
        return tables;
    }
}
