package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The events of one transaction, in order. Where a rule with {@code bulk} names enough of them, they become one event in parts. */
final class BulkEvents {

    private final BulkParts parts;
    private final List<Named> all = new ArrayList<>();
    private boolean hasBulk;

    BulkEvents(BulkParts parts) {
        this.parts = parts;
    }

    /** The number of the next event in its transaction. */
    int next() {
        return all.size();
    }

    void add(Named named) {
        all.add(named);
        hasBulk |= parts.mayBeBulk(named);
    }

    /** The events before any are put together. */
    List<Named> given() {
        return Collections.unmodifiableList(all);
    }

    List<DomainEvent> result() {
        if (!hasBulk) {
            return all.stream().map(Named::event).toList();
        }
        var result = new ArrayList<DomainEvent>();
        parts.tell(all, result::add);
        return List.copyOf(result);
    }
}
