package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Transaction;
import java.util.List;
import java.util.stream.Stream;

/** What is parked of one transaction, and the ids of the faults that keep it: one, or one a piece. */
public record ParkedPart(List<String> ids, Transaction transaction) {

    public ParkedPart {
        ids = List.copyOf(ids);
    }

    /** The same with the next piece of it. */
    ParkedPart with(String id, List<Change> changes) {
        return new ParkedPart(
                Stream.concat(ids.stream(), Stream.of(id)).toList(),
                transaction.with(Stream.concat(transaction.changes().stream(), changes.stream())
                        .toList()));
    }
}
