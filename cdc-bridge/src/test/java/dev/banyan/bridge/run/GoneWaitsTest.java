package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.MigratedStore;
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
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of an order that waits, what is gone waits, too, and is told once, by names and places of its own, when it is resubmitted. */
class GoneWaitsTest {

    private static final TableId ORDERS = new TableId("public", "orders");
    private static final TableId LINES = new TableId("public", "lines");
    private static final TableId NOTES = new TableId("public", "notes");
    private static final Position POSITION = new Position("1", 1, 0xff, Map.of());

    @TempDir
    Path folder;

    private BridgeStore store;
    private final List<DomainEvent> sent = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", "", FaultSeal.of(key)),
                "shop",
                "test",
                Duration.ofSeconds(60),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Mapper mapper(String words) throws Exception {
        return new Mapper(
                MappingFile.read(Files.writeString(folder.resolve("m.yaml"), """
                        version: 1
                        aggregates:
                          order:
                            topic: orders
                            subject: order/{id}
                            type: shop.{event}.v1
                            onFault: park
                            table: orders
                            key: [id]
                            fields:
                              id: {column: id, as: integer}
                              status: {column: sts, as: code, words: %s}
                            children:
                              lines: {table: lines, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                              notes: {table: notes, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                            events:
                              - {event: Imported, when: backfill}
                              - {event: Added, when: created}
                              - {event: Removed, when: removed}
                              - {event: Changed, when: otherwise}
                        """.formatted(words))), "shop", null);
    }

    private static Row order(long id, String status) {
        return new Row(Map.of("id", id, "sts", status));
    }

    private static Row item(long no, long id) {
        return new Row(Map.of("no", no, "id", id));
    }

    private static void see(StoreSession session, TableId table, long key) {
        session.see(new StoreSession.RowKey(table, KeyText.of(List.of(key))));
    }

    /** Orders 1 and 2, of which 2 and a line and a note of 1 went in a gap; what the backfill reads of 1 has a status that {@code mapper} has no word for. */
    private void gap(Mapper mapper) {
        try (var session = store.session()) {
            mapper.map(
                    new Transaction(
                            1,
                            "1",
                            Instant.EPOCH,
                            List.of(
                                    new Change.Inserted(ORDERS, order(1, "N")),
                                    new Change.Inserted(LINES, item(1, 1)),
                                    new Change.Inserted(LINES, item(2, 1)),
                                    new Change.Inserted(NOTES, item(1, 1)),
                                    new Change.Inserted(NOTES, item(2, 1)),
                                    new Change.Inserted(ORDERS, order(2, "N")))),
                    session.images());
            session.commit(POSITION);
        }
        store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINES, NOTES, ORDERS)));
        try (var session = store.session()) {
            var read = new Change.Read(ORDERS, order(1, "Q"));
            assertThat(mapper.map(
                            new Transaction(POSITION.commitLsn(), "9", Instant.EPOCH, List.of(read)),
                            session.images(),
                            session.faults()))
                    .isEmpty();
            List.of(ORDERS, LINES, NOTES).forEach(table -> see(session, table, 1));
            var backfill = Backfill.head(store.backfills().all()).orElseThrow();
            session.update(new Backfill(
                    backfill.id(), backfill.tables(), Backfill.State.DONE, backfill.wish(), 0, null, null, 1, 1));
            session.commit(POSITION);
        }
    }

    private List<DomainEvent> told(Mapper mapper) {
        var told = new ArrayList<DomainEvent>();
        try (var session = store.session()) {
            var gone = new GoneRows(mapper, session);
            for (@Nullable List<DomainEvent> events = gone.next(POSITION);
                    events != null;
                    events = gone.next(POSITION)) {
                told.addAll(events);
                session.commit(POSITION);
            }
            session.commit(POSITION);
        }
        return told;
    }

    @Test
    void whatIsGoneIsTheLastThatIsToldOfAnOrderThatWaited() throws Exception {
        var mapper = mapper("{N: new}");
        gap(mapper);
        assertThat(told(mapper)).extracting(DomainEvent::type).containsExactly("shop.Removed.v1");
        String group;
        try (var session = store.session()) {
            assertThat(session.faults().groups()).hasSize(1);
            group = session.faults().groups().first();
            assertThat(session.parked().parts(group)).hasSize(3);
        }

        var resubmission = new Resubmission(store, mapper("{N: new, Q: queried}"));
        resubmission.preview(group, false, _ -> {});
        assertThat(resubmission
                        .send(group, false, "", new Takes(), null, _ -> {})
                        .refusal())
                .isNull();

        assertThat(sent)
                .extracting(DomainEvent::type)
                .containsExactly("shop.Imported.v1", "shop.Changed.v1", "shop.Changed.v1");
        assertThat(sent).extracting(DomainEvent::id).doesNotHaveDuplicates();
        assertThat(sent)
                .extracting(DomainEvent::sequence)
                .as("a consumer drops what is not higher")
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(sent).extracting(DomainEvent::backfill).containsOnly(true);
        assertThat(sent.getLast().data())
                .isEqualTo("{\"id\":1,\"status\":\"queried\",\"lines\":[{\"no\":1}],\"notes\":[{\"no\":1}]}");
    }

    /** Remembers what it is given. */
    private class Takes implements Hub {

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            events.forEach(sent::add);
        }

        @Override
        public void close() {}
    }
}
