package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids of what a backfill tells again after a crash, to consumers that drop an id that they know. */
class BackfillIdsTest {

    private static final TableId ITEM = new TableId("public", "itm");
    private static final TableId PART = new TableId("public", "prt");
    private static final Row ITEM_1 = new Row(Map.of("id", 1L));

    @TempDir
    Path folder;

    private static Row part(long no) {
        return new Row(Map.of("no", no, "id", 1L));
    }

    private static Transaction transaction(long lsn, Change change) {
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(change));
    }

    private Mapper mapper() throws Exception {
        return new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), """
                        version: 1
                        aggregates:
                          item:
                            topic: items
                            subject: item/{id}
                            type: shop.{event}.v1
                            table: itm
                            key: [id]
                            fields: {id: {column: id, as: integer}}
                            children:
                              parts: {table: prt, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                            events:
                              - {event: Imported, when: backfill}
                              - {event: Added, when: created}
                              - {event: Removed, when: removed}
                              - {event: Changed, when: otherwise}
                        """)), "shop", null);
    }

    /**
     * A chunk's events were sent, but not stored, when the bridge was killed. Until the chunk is read again the log tells of less than the
     * chunk did, so its event is news again, though its data is the same.
     */
    @Test
    void whatIsToldAgainIsNotDroppedByWhoKnowsWhatWasToldBefore() throws Exception {
        var mapper = mapper();
        var stored = new InMemoryImages();
        var sent = new ArrayList<>(mapper.map(transaction(1, new Change.Inserted(ITEM, ITEM_1)), stored));

        var lost = new InMemoryImages();
        lost.put(ITEM, List.of(1L), ITEM_1, List.of());
        var first = mapper.map(transaction(2, new Change.Read(PART, part(7))), lost);
        sent.addAll(first);

        sent.addAll(mapper.map(transaction(3, new Change.Inserted(PART, part(8))), stored));
        sent.addAll(mapper.map(transaction(4, new Change.Deleted(PART, part(8))), stored));
        var again = mapper.map(transaction(5, new Change.Read(PART, part(7))), stored);
        sent.addAll(again);

        assertThat(again).extracting(DomainEvent::data).isEqualTo(List.of("{\"id\":1,\"parts\":[{\"no\":7}]}"));
        assertThat(again)
                .extracting(DomainEvent::data)
                .isEqualTo(first.stream().map(DomainEvent::data).toList());
        var known = new HashSet<String>();
        var state = "";
        for (var event : sent) {
            state = known.add(event.id()) ? event.data() : state;
        }
        assertThat(state)
                .as("of who drops ids that he knows")
                .isEqualTo(again.getFirst().data());
    }
}
