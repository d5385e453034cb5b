package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.ArrayList;
import java.util.List;

/** The simplest mapper: an event a change, whose data says operation, table, key and {@code v}. Tables have key {@code id}. */
final class RowEvents implements EventMapper {

    private final String topic;

    RowEvents(String topic) {
        this.topic = topic;
    }

    @Override
    public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
        var events = new ArrayList<DomainEvent>();
        for (var change : transaction.changes()) {
            switch (change) {
                case Change.Inserted(var table, var after) -> {
                    remember(images, table, after);
                    events.add(event(transaction, events.size(), "c", table, after, ""));
                }
                case Change.Updated(var table, var before, var after) -> {
                    var known = before == null ? null : images.get(table, List.of(id(before)));
                    if (before != null && !id(before).equals(id(after))) {
                        images.remove(table, List.of(id(before)));
                        events.add(event(transaction, events.size(), "d", table, before, "moved"));
                    }
                    remember(images, table, after);
                    events.add(event(
                            transaction,
                            events.size(),
                            "u",
                            table,
                            after,
                            known == null ? "?" : String.valueOf(known.get("v"))));
                }
                case Change.Deleted(var table, var before) -> {
                    images.remove(table, List.of(id(before)));
                    events.add(event(transaction, events.size(), "d", table, before, ""));
                }
                case Change.Truncated(var table) -> {
                    for (var row : images.all(table)) {
                        events.add(event(transaction, events.size(), "d", table, row, "truncated"));
                    }
                    images.clear(table);
                }
                case Change.Read(var table, var after) -> {
                    remember(images, table, after);
                    events.add(event(transaction, events.size(), "r", table, after, ""));
                }
            }
        }
        return events;
    }

    private static void remember(AggregateImages images, TableId table, Row row) {
        images.put(table, List.of(id(row)), row, List.of());
    }

    private static Object id(Row row) {
        return row.key(List.of("id")).getFirst();
    }

    /** data: op|table|id|v|note. */
    private DomainEvent event(Transaction tx, int ordinal, String op, TableId table, Row row, String note) {
        var sequence = "%016x-%06d".formatted(tx.commitLsn(), ordinal);
        return new DomainEvent(
                sequence,
                op,
                topic,
                table.name() + "/" + id(row),
                tx.commitTime(),
                sequence,
                tx.txId(),
                op.equals("r"),
                List.of(),
                null,
                Cause.UNKNOWN,
                op + "|" + table.name() + "|" + id(row) + "|" + row.get("v") + "|" + note);
    }
}
