package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.GtidRule;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
     * no event of that transaction has. A kill between hub and store tells the same rows again, with the same ids if nothing was stored in between.
     * Where an aggregate has rows in several goes, each has an event of its own: its ids are made of the first row of the go, too.
     */
    private static final Logger LOG = LoggerFactory.getLogger(GoneRows.class);

    private static final int ROWS_AT_ONCE = 500;

    /** Behind whatever a transaction of less than so many events has told of a subject. */
    private static final int NUMBERS_FROM = 900_000;

    /** {@code 000000000352c578-}. */
    private static final int POSITION_CHARACTERS = 17;

    private final EventMapper mapper;
    private final Ledger ledger;

    GoneRows(EventMapper mapper, Ledger ledger) {
        this.mapper = mapper;
        this.ledger = ledger;
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
        var transaction = new Transaction(at.commitLsn(), gtid.isEmpty() ? "0" : gtid, gone.doneAt(), changes);
        mapper.expect(List.of(transaction), ledger.images());
        var passing = mapper.withoutPaused(transaction, ledger.faults());
        var events = new ArrayList<DomainEvent>();
        var go = gone.rows().getFirst().toString();
        for (var event : mapper.mapParked(passing, ledger.images(), ledger.faults())) {
            var place = event.sequence().substring(0, POSITION_CHARACTERS);
            var id = UUID.nameUUIDFromBytes((event.id() + '|' + go).getBytes(StandardCharsets.UTF_8));
            events.add(event.readAs(id.toString(), place + (NUMBERS_FROM + events.size())));
        }
        LOG.info("{} rows of {} are gone: {} events", changes.size(), gone.table(), events.size());
        return events;
    }
}
