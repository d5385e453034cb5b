package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The events of one transaction, in order. Where a rule with {@code bulk} names enough of them, they become one event in parts. */
final class BulkEvents {

    private final BulkParts parts;
    private final long commitLsn;
    private final int others;
    private final List<Named> all = new ArrayList<>();
    private boolean hasBulk;

    /** Those of the transaction at {@code commitLsn}, which has at most {@code others} beside them. */
    BulkEvents(BulkParts parts, long commitLsn, int others) {
        this.parts = parts;
        this.commitLsn = commitLsn;
        this.others = others;
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
        number();
        if (!hasBulk) {
            return all.stream().map(Named::event).toList();
        }
        var result = new ArrayList<DomainEvent>();
        parts.tell(all, result::add);
        return List.copyOf(result);
    }

    /** Gives each a number with the digits that all of them need, where each got one with fewer as it came. */
    private void number() {
        var digits = Sequence.digits(all.size() + others);
        for (var i = 0; digits > Sequence.DIGITS_MIN && i < all.size(); i++) {
            all.set(i, all.get(i).sequenced(Sequence.of(commitLsn, i, digits)));
        }
    }
}
