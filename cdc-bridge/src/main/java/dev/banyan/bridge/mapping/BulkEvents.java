package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventBytes;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.PartEvent;
import java.util.ArrayList;
import java.util.List;

/** The events of one transaction, in order. Where a rule with {@code bulk} names enough of them, they become one event in parts. */
final class BulkEvents {

    private final BulkParts parts;
    private final GivenEvents given;
    private final int others;
    private boolean hasBulk;

    /** Those of the transaction that {@code given} is to have, and at most {@code others} beside them. */
    BulkEvents(BulkParts parts, GivenEvents given, int others) {
        this.parts = parts;
        this.given = given;
        this.others = others;
    }

    /** The number of the next event in its transaction. */
    int next() {
        return given.size();
    }

    void addAll(GivenEvents all) {
        for (var named : all.all(Sequence.DIGITS_MIN)) {
            given.add(named);
            hasBulk |= parts.mayBeBulk(named);
        }
    }

    /** The events before any are put together. */
    Iterable<Named> given() {
        return given.all(digits());
    }

    /** The same as those of a part of a transaction. */
    List<PartEvent> ofPart() {
        return given.ofPart();
    }

    /** What they become, and behind them {@code last}. It is read in its order alone where it is much. */
    List<DomainEvent> result(List<DomainEvent> last) {
        List<DomainEvent> result = given.isInFile() ? new LargeList<>(0, EventBytes.CODEC) : new ArrayList<>();
        if (hasBulk) {
            parts.tell(given(), result::add);
        } else {
            given().forEach(named -> result.add(named.event()));
        }
        result.addAll(last);
        return given.isInFile() ? result : List.copyOf(result);
    }

    private int digits() {
        return Sequence.digits(given.size() + others);
    }
}
