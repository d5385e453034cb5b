package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
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
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was parked before a resync brings no row back for good that was deleted in the gap. */
class ResubmittedGhostsTest {

    private static final TableId ITEM = new TableId("public", "itm");
    private static final Position PARKED = new Position("1", 1, 10, Map.of("lsn", 10L));
    private static final Position RESYNCED = new Position("1", 1, 20, Map.of("lsn", 20L));
    private static final Position LATER = new Position("1", 1, 30, Map.of("lsn", 30L));

    @TempDir
    Path folder;

    private BridgeStore store;
    private Mapper mapper;
    private final List<String> sent = new ArrayList<>();

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
        store.begin(PARKED, List.of(), Set.of(), null);
        mapper = new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), """
                version: 1
                aggregates:
                  item:
                    topic: items
                    subject: item/{id}
                    type: shop.{event}.v1
                    onFault: park
                    table: itm
                    key: [id]
                    fields: {id: {column: id, as: integer}, v: v}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """)), "shop", null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Row row(long id, String v) {
        return new Row(Map.of("id", id, "v", v));
    }

    private static Transaction transaction(Position at, Change... changes) {
        return new Transaction(at.commitLsn(), "tx" + at.commitLsn(), Instant.EPOCH, List.of(changes));
    }

    private void park(Position at, long id, Change change) {
        in(session -> {
            session.faults().park(Set.of(new Waiting("item", "" + id)), transaction(at, change), "no word");
            session.commit(at);
        });
    }

    private void in(Consumer<StoreSession> work) {
        try (var session = store.session()) {
            work.accept(session);
        }
    }

    private void resync() {
        store.beginAnew(RESYNCED, List.of(), Set.of(), store.backfills().next(List.of(ITEM)));
    }

    /** Resubmits all that waits; the tables that are read again. */
    private Set<TableId> resubmit() throws Exception {
        var group = "";
        try (var session = store.session()) {
            group = session.faults().groups().first();
        }
        var result = new Resubmission(store, mapper).send(group, false, "", new Takes(), null, _ -> {});
        assertThat(result.refusal()).isNull();
        return result.again();
    }

    /** Lets the courier do what it does between two transactions, with a backfill that finds nothing but what {@code found} sees. */
    private void run(Consumer<StoreSession> found) {
        in(session -> {
            if (session.hideLost(store.position().orElseThrow(), List.of(ITEM), () -> {})) {
                session.commit(store.position().orElseThrow());
            }
            for (var left = Backfill.head(store.backfills().all());
                    left.isPresent();
                    left = Backfill.head(store.backfills().all())) {
                found.accept(session);
                session.update(done(left.get()));
                session.commit(LATER);
            }
            var gone = new GoneRows(mapper, session);
            for (var events = gone.next(LATER); events != null; events = gone.next(LATER)) {
                tell(events);
                session.commit(LATER);
            }
        });
    }

    private static Backfill done(Backfill backfill) {
        return new Backfill(
                backfill.id(), backfill.tables(), Backfill.State.DONE, backfill.wish(), 0, null, null, 1, 1);
    }

    private void tell(List<DomainEvent> events) {
        events.forEach(event -> sent.add(event.type().replaceAll("shop\\.|\\.v1", "") + " " + event.subject()));
    }

    @Test
    void aRowThatWasDeletedInTheGapIsRemovedThoughItsChangeIsResubmittedBeforeTheBackfillIsDone() throws Exception {
        in(session -> {
            session.images().put(ITEM, List.of(7L), row(7, "old"), List.of());
            session.commit(PARKED);
        });
        park(PARKED, 7, new Change.Updated(ITEM, row(7, "old"), row(7, "new")));
        resync();
        assertThat(resubmit()).containsExactly(ITEM);
        run(_ -> {});
        assertThat(sent).containsExactly("Changed item/7", "Removed item/7");
        assertThat(store.position()).contains(LATER);
    }

    @Test
    void aLargeValueThatABackfillHasReadWhileTheRowWaitedIsReadAgain() throws Exception {
        var toasted = new Row(Map.of("id", 7L, "v", Untouched.VALUE));
        park(PARKED, 7, new Change.Updated(ITEM, null, toasted));
        park(PARKED, 8, new Change.Updated(ITEM, null, new Row(Map.of("id", 8L, "v", Untouched.VALUE))));
        park(LATER, 8, new Change.Deleted(ITEM, new Row(Map.of("id", 8L))));
        store.backfills().request(List.of(ITEM));
        run(_ -> {}); // drops what it reads: the log has it newer
        assertThat(List.of(resubmit(), resubmit())).containsExactlyInAnyOrder(Set.of(ITEM), Set.of());
        assertThat(sent).as("nothing tells of it yet").containsExactly("Removed item/8");

        run(session -> {
            var read = transaction(LATER, new Change.Read(ITEM, row(7, "large")));
            tell(mapper.map(read, session.images(), session.faults()));
        });
        assertThat(sent).containsExactly("Removed item/8", "Imported item/7");
    }

    @Test
    void aLargeValueOfATableThatNoBackfillHasReadIsNotAskedFor() throws Exception {
        park(PARKED, 7, new Change.Updated(ITEM, null, new Row(Map.of("id", 7L, "v", Untouched.VALUE))));
        assertThat(resubmit()).isEmpty();
    }

    @Test
    void aRowThatNobodyRemembersIsRemovedWheneverItsInsertIsResubmitted() throws Exception {
        park(PARKED, 7, new Change.Inserted(ITEM, row(7, "new")));
        resync();
        run(_ -> {});
        assertThat(sent).isEmpty();
        assertThat(resubmit()).containsExactly(ITEM);
        run(_ -> {});
        assertThat(sent).containsExactly("Added item/7", "Removed item/7");
    }

    @Test
    void aRowThatWasReadOrRemovedSinceNeedsNoOtherReading() throws Exception {
        park(PARKED, 7, new Change.Inserted(ITEM, row(7, "new")));
        park(PARKED, 8, new Change.Inserted(ITEM, row(8, "new")));
        resync();
        park(LATER, 7, new Change.Read(ITEM, row(7, "as it is")));
        park(LATER, 8, new Change.Deleted(ITEM, row(8, "new")));
        assertThat(resubmit()).isEmpty();
        assertThat(resubmit()).isEmpty();
        run(_ -> {});
        assertThat(sent).containsExactlyInAnyOrder("Added item/7", "Imported item/7", "Added item/8", "Removed item/8");
    }

    @Test
    void aPositionThatLostRowsWaitForIsNotMovedBack() throws Exception {
        park(PARKED, 7, new Change.Inserted(ITEM, row(7, "new")));
        resync();
        store.lostRows().note(Set.of(ITEM), LATER.commitLsn());
        assertThat(resubmit()).containsExactly(ITEM);
        in(session -> {
            assertThat(session.hideLost(RESYNCED, List.of(ITEM), () -> {}))
                    .as("a change of a partition that went may come")
                    .isFalse();
            assertThat(session.hideLost(LATER, List.of(ITEM), () -> {})).isTrue();
        });
    }

    /** Remembers what it is given. */
    private class Takes implements Hub {

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            tell(events);
        }

        @Override
        public void close() {}
    }
}
