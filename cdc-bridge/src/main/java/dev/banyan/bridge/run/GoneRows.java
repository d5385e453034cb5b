package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.GtidRule;
import dev.banyan.bridge.mapping.Sequence;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events about rows that went in a gap or with a partition: told as removed, as states of a backfill, once the backfill behind it is done. The
 * courier's thread uses it.
 */
final class GoneRows {

    /*
     * No transaction says that they went. So they are told as of the position that is stored, behind all that was told up to there: by numbers that
     * no event of that transaction has. Where an aggregate has rows in several goes, each has an event of its own, and the last one has to be the last
     * for a consumer, too: the store counts the numbers, over goes and restarts. An id is made of the number of its go. A kill between hub and store
     * tells the same rows again, by the same numbers and ids.
     */
    private static final Logger LOG = LoggerFactory.getLogger(GoneRows.class);

    private static final int ROWS_AT_ONCE = 500;

    private final EventMapper mapper;
    private final Ledger ledger;

    GoneRows(EventMapper mapper, Ledger ledger) {
        this.mapper = mapper;
        this.ledger = ledger;
        ledger.keepGoneBut(mapper.remembers().keySet());
    }

    /** The events about the next rows, which are forgotten with the next commit; null when there are no more. */
    @Nullable
    List<DomainEvent> next(Position at) {
        var gone = ledger.nextGone(ROWS_AT_ONCE);
        if (gone == null) {
            return null;
        }
        var changes = gone.rows().stream()
                .<Change>map(row -> new Change.Deleted(gone.table(), row))
                .toList();
        var gtid = GtidRule.gtid(at.offset());
        var transaction = new Transaction(
                at.commitLsn(),
                gtid.isEmpty() ? "0" : gtid,
                gone.doneAt(),
                changes,
                Cause.UNKNOWN,
                ledger.goneNumbers(1));
        mapper.expect(List.of(transaction), ledger.images());
        var passing = mapper.withoutPaused(transaction, ledger.faults());
        var events = new ArrayList<DomainEvent>();
        tell(transaction, mapper.mapParked(passing, ledger.images(), ledger.faults()), ledger, events::add);
        LOG.info("{} rows of {} are gone: {} events", changes.size(), gone.table(), events.size());
        return events;
    }

    /** Gives {@code told} the events {@code mapped} of {@code transaction} as they are told: if it is a go, with its names and numbers. */
    static void tell(Transaction transaction, List<DomainEvent> mapped, Ledger ledger, Consumer<DomainEvent> told) {
        var go = transaction.go();
        if (go == null) {
            mapped.forEach(told);
            return;
        }
        var number = ledger.goneNumbers(mapped.size());
        for (var event : mapped) {
            var id = UUID.nameUUIDFromBytes((event.id() + '|' + go).getBytes(StandardCharsets.UTF_8));
            told.accept(event.readAs(id.toString(), Sequence.ofGone(event.sequence(), number++)));
        }
    }
}
