package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mapping says of rows that went in a gap: an aggregate is removed, one that lost a row of a list is told as it is, and of no transaction anything. */
class GoneAggregatesTest {

    private static final TableId ORDERS = new TableId("public", "orders");
    private static final TableId LINES = new TableId("public", "lines");
    private static final Position POSITION = new Position("1", 1, 0xff, Map.of());

    @TempDir
    Path folder;

    private Mapper mapper() throws Exception {
        return new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), """
                        version: 1
                        transactions:
                          - {event: Cleaned, topic: orders, type: "shop.{event}.v1", any: [Removed, Changed]}
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
                            events:
                              - {event: Imported, when: backfill}
                              - {event: Added, when: created}
                              - {event: Removed, when: removed}
                              - {event: Changed, when: otherwise}
                        """)), "shop", null);
    }

    private static Row line(long no, long id) {
        return new Row(Map.of("no", no, "id", id));
    }

    private static StoreSession.RowKey key(TableId table, long key) {
        return new StoreSession.RowKey(table, KeyText.of(List.of(key)));
    }

    private static String told(DomainEvent event) {
        return event.type() + " " + event.subject() + " " + event.data() + " " + event.sequence() + " "
                + event.backfill();
    }

    private static List<String> told(@Nullable List<DomainEvent> events) {
        return events == null
                ? List.of("nothing")
                : events.stream().map(GoneAggregatesTest::told).toList();
    }

    @Test
    void anAggregateIsRemovedAndOneThatLostARowIsToldAsItIs() throws Exception {
        var mapper = mapper();
        var settings = new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "");
        try (var store = BridgeStore.open(settings, "shop", "test", Duration.ofSeconds(60), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            try (var session = store.session()) {
                var changes = new ArrayList<Change>();
                for (var id = 1L; id <= 3; id++) {
                    changes.add(new Change.Inserted(ORDERS, new Row(Map.of("id", id))));
                    changes.add(new Change.Inserted(LINES, line(10 * id, id)));
                    changes.add(new Change.Inserted(LINES, line(10 * id + 1, id)));
                }
                mapper.map(new Transaction(0xff, "7", Instant.EPOCH, changes), session.images());
                session.commit(POSITION);
            }
            store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINES, ORDERS)));
            try (var session = store.session()) {
                for (var id : List.of(1L, 3L)) {
                    session.see(key(ORDERS, id));
                    session.see(key(LINES, 10 * id));
                }
                session.see(key(LINES, 31));
                session.update(done(Backfill.head(store.backfills().all()).orElseThrow()));
                session.commit(POSITION);

                var gone = new GoneRows(mapper, session);
                assertThat(told(gone.next(POSITION)))
                        .containsExactly(
                                "shop.Removed.v1 order/2 {\"id\":2,\"deleted\":true} 00000000000000ff-999999000000000001 true");
                session.commit(POSITION);
                assertThat(told(gone.next(POSITION)))
                        .as("line 11; 20 and 21 went with their order")
                        .containsExactly(
                                "shop.Changed.v1 order/1 {\"id\":1,\"lines\":[{\"no\":10}]} 00000000000000ff-999999000000000003 true");
                session.commit(POSITION);
                assertThat(told(gone.next(POSITION))).containsExactly("nothing");
                assertThat(session.images().all(LINES)).hasSize(3);
            }
        }
    }

    private static Backfill done(Backfill backfill) {
        return new Backfill(
                backfill.id(), backfill.tables(), Backfill.State.DONE, backfill.wish(), 0, null, null, 1, 1);
    }
}
