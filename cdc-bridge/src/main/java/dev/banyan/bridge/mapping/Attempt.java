package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Touches.Touch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One attempt to map a transaction. Nothing of it is remembered or counted before {@link #done}. */
final class Attempt {

    /** An aggregate for which the transaction makes no event, and why that is so and may be. */
    record Skipped(Waiting aggregate, String message, String reason) {}

    final BulkEvents bulk;
    final Map<Waiting, String> poisoned = new LinkedHashMap<>();
    final List<Skipped> skipped = new ArrayList<>();
    final List<DomainEvent> ofTransaction = new ArrayList<>();
    final List<Touch> unchanged = new ArrayList<>();
    final List<Touch> waiting = new ArrayList<>();
    final Map<TableId, Integer> rootless;
    private final Transaction transaction;
    private final TransactionRows rows;

    Attempt(Transaction transaction, TransactionRows rows, BulkEvents bulk, Map<TableId, Integer> rootless) {
        this.transaction = transaction;
        this.rows = rows;
        this.bulk = bulk;
        this.rootless = rootless;
    }

    List<DomainEvent> events() {
        return bulk.result(ofTransaction);
    }

    /** Files {@code fault} as the mapping says, or throws it. */
    void fault(Touch touch, UnmappableException fault) {
        var message = String.valueOf(fault.getMessage());
        var aggregate = Parting.waiting(touch.plan(), touch.key());
        switch (touch.plan().aggregate().onFault()) {
            case OnFault.Halt() -> throw fault;
            case OnFault.Park() -> poisoned.put(aggregate, message);
            case OnFault.Skip(var reason) -> skipped.add(new Skipped(aggregate, message, reason));
        }
    }

    /** Remembers the rows as they are after the transaction, and counts. */
    void done(Tally tally) {
        rows.write();
        tally.add(this, transaction);
    }
}
