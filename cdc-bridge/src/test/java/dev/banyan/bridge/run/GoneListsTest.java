package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An order that lost rows of several goes is, for a consumer that obeys {@code sequence}, in the end what is left of it. */
class GoneListsTest {

    private static final TableId ORDERS = new TableId("public", "orders");
    private static final TableId LINES = new TableId("public", "lines");
    private static final TableId NOTES = new TableId("public", "notes");
    private static final Position POSITION = new Position("1", 1, 0xff, Map.of());

    @TempDir
    Path folder;

    private Mapper mapper;
    private final Map<String, DomainEvent> last = new HashMap<>();
    private final Set<String> ids = new HashSet<>();

    @BeforeEach
    void map() throws Exception {
        mapper = new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), """
                        version: 1
                        aggregates:
                          order:
                            topic: orders
                            subject: order/{id}
                            type: shop.{event}.v1
                            table: orders
                            key: [id]
                            fields: {id: {column: id, as: integer}}
                            children:
                              lines: {table: lines, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                              notes: {table: notes, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                            events:
                              - {event: Imported, when: backfill}
                              - {event: Added, when: created}
                              - {event: Removed, when: removed}
                              - {event: Changed, when: otherwise}
                        """)), "shop", null);
    }

    private BridgeStore opened() {
        var settings = new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "");
        var store = BridgeStore.open(settings, "shop", "test", Duration.ofSeconds(60), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        return store;
    }

    /** Order 1 with rows 1 to so many of both lists, all but row 1 of each of which went in a gap whose backfill is done. */
    private void gap(BridgeStore store, int lines, int notes) {
        store.begin(POSITION, List.of(), Set.of(), null);
        try (var session = store.session()) {
            var changes = new ArrayList<Change>();
            changes.add(new Change.Inserted(ORDERS, new Row(Map.of("id", 1L))));
            for (var no = 1L; no <= lines; no++) {
                changes.add(new Change.Inserted(LINES, new Row(Map.of("no", no, "id", 1L))));
            }
            for (var no = 1L; no <= notes; no++) {
                changes.add(new Change.Inserted(NOTES, new Row(Map.of("no", no, "id", 1L))));
            }
            consume(mapper.map(new Transaction(0xff, "7", Instant.EPOCH, changes), session.images()));
            session.commit(POSITION);
        }
        store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINES, NOTES, ORDERS)));
        try (var session = store.session()) {
            for (var table : List.of(ORDERS, LINES, NOTES)) {
                session.see(new StoreSession.RowKey(table, KeyText.of(List.of(1L))));
            }
            session.commit(POSITION);
        }
        done(store);
    }

    private static void done(BridgeStore store) {
        try (var session = store.session()) {
            var backfill = Backfill.head(store.backfills().all()).orElseThrow();
            session.update(new Backfill(
                    backfill.id(), backfill.tables(), Backfill.State.DONE, backfill.wish(), 0, null, null, 1, 1));
            session.commit(POSITION);
        }
    }

    /** Tells so many goes, in a run of its own; false when there were no more. */
    private boolean told(BridgeStore store, int goes) {
        try (var session = store.session()) {
            var gone = new GoneRows(mapper, session);
            for (var go = 0; go < goes; go++) {
                var events = gone.next(POSITION);
                if (events == null) {
                    return false;
                }
                consume(events);
                session.commit(POSITION);
            }
        }
        return true;
    }

    private void consume(List<DomainEvent> events) {
        for (var event : events) {
            assertThat(ids.add(event.id())).as("news").isTrue();
            last.merge(
                    event.subject(),
                    event,
                    (before, now) -> now.sequence().compareTo(before.sequence()) > 0 ? now : before);
        }
    }

    private void assertWhole() {
        assertThat(last).containsOnlyKeys("order/1");
        assertThat(last.values())
                .extracting(DomainEvent::data)
                .containsExactly("{\"id\":1,\"lines\":[{\"no\":1}],\"notes\":[{\"no\":1}]}");
    }

    @Test
    void rowsOfTwoListsWent() {
        try (var store = opened()) {
            gap(store, 2, 2);
            assertThat(told(store, 9)).isFalse();
            assertWhole();
        }
    }

    @Test
    void aKeyOfBytesIsToldByTheSameNamesAndPlacesAfterAKill() {
        var table = new TableId("public", "blobs");
        EventMapper rows = (transaction, _) -> transaction.changes().stream()
                .map(change -> new DomainEvent(
                        "id of " + change.table(),
                        "Removed",
                        "blobs",
                        "blob",
                        transaction.commitTime(),
                        "00000000000000ff-000000",
                        transaction.txId(),
                        false,
                        List.of(),
                        null,
                        Cause.UNKNOWN,
                        "{}"))
                .toList();
        var told = new ArrayList<List<DomainEvent>>();
        try (var store = opened()) {
            store.begin(POSITION, List.of(), Set.of(), null);
            try (var session = store.session()) {
                var key = new byte[] {1, 2};
                session.images().put(table, List.of(key), new Row(Map.of("id", key)), List.of());
                session.commit(POSITION);
            }
            store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(table)));
            done(store);
            for (var run = 0; run < 2; run++) {
                try (var session = store.session()) {
                    told.add(new GoneRows(rows, session).next(POSITION));
                }
            }
        }
        assertThat(told.getFirst()).hasSize(1).isEqualTo(told.getLast());
    }

    @Test
    void moreRowsWentThanGoAtOnce() {
        try (var store = opened()) {
            gap(store, 600, 1);
            assertThat(told(store, 9)).isFalse();
            assertWhole();
        }
    }

    @Test
    void theBridgeIsStartedAgainBetweenTwoGoesAtOnePosition() {
        try (var store = opened()) {
            gap(store, 2, 2);
            assertThat(told(store, 1)).isTrue();
        }
        try (var store = opened()) {
            assertThat(told(store, 9)).isFalse();
            assertWhole();
        }
    }
}
