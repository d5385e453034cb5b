package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.run.Resubmission.Result;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Fault;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits is mapped in its order; of a paused table in steps, as far as it fits. */
class ResubmissionTest {

    private static final TableId ITEM = new TableId("public", "itm");
    private static final Position POSITION = new Position("1", 1, 2_000, Map.of("lsn", 2_000L));
    private static final String MAPPING = """
            version: 1
            aggregates:
              item:
                topic: items
                subject: item/{id}
                type: shop.{event}.v1
                onFault: ON_FAULT
                table: itm
                key: [id]
                fields:
                  id: {column: id, as: integer}
                  status: {column: sts, as: code, words: WORDS}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();

    private BridgeStore store;
    private final List<DomainEvent> sent = new ArrayList<>();
    private final List<Result> told = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", "", FaultSeal.of(key)),
                "shop",
                "test",
                Duration.ofSeconds(30),
                () -> Instant.ofEpochMilli(
                        now.incrementAndGet())); // what is parked has an order within one transaction
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Resubmission by(String onFault, String words) throws Exception {
        return new Resubmission(store, mapper(onFault, words));
    }

    private Mapper mapper(String onFault, String words) throws Exception {
        var text = MAPPING.replace("ON_FAULT", onFault).replace("WORDS", words);
        return new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text)), "shop", null);
    }

    private static Change inserted(long id, String status) {
        return new Change.Inserted(ITEM, new Row(Map.of("id", id, "sts", status)));
    }

    private static Change updated(long id, String before, String after) {
        return new Change.Updated(
                ITEM, new Row(Map.of("id", id, "sts", before)), new Row(Map.of("id", id, "sts", after)));
    }

    private static Transaction transaction(long lsn, Change... changes) {
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes));
    }

    /** Pauses the table behind position 2, and parks what {@code parking} says. */
    private String paused(Consumer<StoreSession> parking) {
        store.pauses().begin(ITEM, "item", List.of(ITEM), 2, "public.itm.sts: not there", "");
        return parked(parking);
    }

    private String parked(Consumer<StoreSession> parking) {
        try (var session = store.session()) {
            parking.accept(session);
            session.commit(POSITION);
            assertThat(session.faults().groups()).hasSize(1);
            return session.faults().groups().first();
        }
    }

    private Result send(Resubmission resubmission, String group) throws Exception {
        return resubmission.send(group, false, "", new Takes(), null, told::add);
    }

    private List<String> sent() {
        return sent.stream()
                .map(event -> event.type().replaceAll("shop\\.|\\.v1", "") + " " + event.subject())
                .toList();
    }

    /** Remembers what it is given. */
    private class Takes implements Hub {

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            sent.addAll(events);
        }

        @Override
        public void close() {}
    }

    @Test
    void ofPartsOfOneTransactionTheRefusedOneGoesOnWaiting() throws Exception {
        var group = paused(session -> {
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(2, inserted(1, "Q")), "no word");
            session.faults().park(Set.of(new Waiting("item", "2")), transaction(2, inserted(2, "R")), "no word");
            session.faults().parkPaused("item", transaction(4, updated(1, "Q", "N")));
        });

        var first = send(by("park", "{N: new, Q: queried}"), group);
        assertThat(first.refusal()).contains("public.itm.sts: 'R'");
        assertThat(first.transactions()).isOne();
        assertThat(sent()).containsExactly("Added item/1");

        assertThat(send(by("park", "{N: new, Q: queried, R: returned}"), group).refusal())
                .isNull();
        assertThat(sent()).containsExactly("Added item/1", "Added item/2", "Changed item/1");
        assertThat(store.pauses().all()).isEmpty();
    }

    @Test
    void whatWasParkedIsSkippedOnceTheMappingSaysSoAndItsReasonIsKept() throws Exception {
        var group = parked(session -> {
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(4, inserted(1, "Q")), "no word");
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(5, updated(1, "Q", "N")), "");
        });
        var skipping = by("{skip: drafts}", "{N: new}");

        var tried = skipping.preview(group, false, told::add);
        assertThat(tried.refusal()).isNull();
        assertThat(tried.skipped()).isOne();
        assertThat(skipped()).as("that was a try").isEmpty();

        assertThat(by("park", "{N: new}").preview(group, false, told::add).refusal())
                .contains("public.itm.sts: 'Q'");

        assertThat(send(skipping, group)).isEqualTo(tried);
        assertThat(sent()).containsExactly("Changed item/1");
        assertThat(skipped()).containsExactly("item 1 tx4 drafts");
        try (var session = store.session()) {
            assertThat(session.waiting()).isZero();
        }
    }

    /** It may have read their table already, and they are not among what it has found. */
    @Test
    void rowsThatComeBackDuringAParityRunAreAmongThoseThatChangedSinceItBegan() throws Exception {
        var group = parked(session ->
                session.faults().park(Set.of(new Waiting("item", "1")), transaction(4, inserted(1, "N")), "no word"));
        store.backfills().requestParity(List.of(ITEM));

        assertThat(send(by("park", "{N: new}"), group).refusal()).isNull();

        try (var session = store.session()) {
            var row = new StoreSession.RowKey(ITEM, "1");
            assertThat(session.touchedAmong(List.of(row))).containsExactly(row);
        }
    }

    @Test
    void columnsThatTheMappingDoesNotReadAreNotThereWhenAnotherReadsThem() throws Exception {
        try (var session = store.session()) {
            NewColumns.see(Map.of(ITEM, Map.of("id", "id", "sts", "sts", "note", "note")), store, session.images());
        }
        var group = paused(session ->
                session.faults().park(Set.of(new Waiting("item", "1")), transaction(3, inserted(1, "N")), "no answer"));

        assertThat(send(by("park", "{N: new}"), group).refusal()).isNull();

        assertThat(store.remembered().all().get(ITEM)).isNotNull().satisfies(known -> {
            assertThat(known.columns()).contains("id", "sts").doesNotContain("note");
            assertThat(known.awaited()).isEmpty();
        });
    }

    @Test
    void ofAPausedTableWhatTheMappingSkipsIsSkippedAndTheRestIsSent() throws Exception {
        var group = paused(session -> {
            session.faults().parkPaused("item", transaction(4, inserted(1, "N")));
            session.faults().parkPaused("item", transaction(5, updated(1, "N", "Q")));
            session.faults().parkPaused("item", transaction(6, updated(1, "Q", "N")));
        });

        var result = send(by("{skip: drafts}", "{N: new}"), group);
        assertThat(result.refusal()).isNull();
        assertThat(result.transactions()).isEqualTo(3);
        assertThat(result.skipped()).isOne();
        assertThat(sent()).containsExactly("Added item/1", "Changed item/1");
        assertThat(skipped()).containsExactly("item 1 tx5 drafts");
        assertThat(store.pauses().all()).isEmpty();
    }

    private List<String> skipped() {
        return store.listing(10).faults().stream()
                .filter(fault -> fault.state() == Fault.State.SKIPPED)
                .map(fault -> fault.aggregate() + " " + fault.key() + " " + fault.txId() + " " + fault.reason())
                .toList();
    }

    @Test
    void noMoreOfALargePauseIsMappedAtOnceThanMemoryHolds() throws Exception {
        var text = "x".repeat(4_000_000);
        var group = paused(session -> {
            for (var id = 1; id <= 10; id++) {
                var row = new Row(Map.of("id", (long) id, "sts", "N", "note", text));
                session.faults().parkPaused("item", transaction(10 + id, new Change.Inserted(ITEM, row)));
            }
        });
        var resubmission = by("park", "{N: new}");

        assertThat(resubmission.preview(group, false, told::add).refusal()).isNull();
        assertThat(told).extracting(Result::transactions).containsExactly(3, 3, 3, 1);
        assertThat(sent).isEmpty();
        told.clear();

        assertThat(send(resubmission, group).refusal()).isNull();
        assertThat(told).extracting(Result::transactions).containsExactly(3, 3, 3, 1);
        assertThat(sent).hasSize(10);
    }

    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId LINE = new TableId("public", "line");
    private static final String ORDERS = """
              order:
                topic: orders
                subject: order/{id}
                type: shop.Order{event}.v1
                onFault: park
                table: ord
                key: [id]
                fields:
                  id: {column: id, as: integer}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;
    private static final String LINES = """
                children:
                  lines:
                    table: line
                    key: [no]
                    parent: [id]
                    fields:
                      no: {column: no, as: integer}
            """;

    /** Where the lines belong to items, to orders, or to nobody. */
    private Mapper withLines(boolean ofItems, boolean ofOrders) throws Exception {
        var items = MAPPING.replace("ON_FAULT", "park").replace("WORDS", "{N: new}");
        var events = "    events:\n";
        var text = (ofItems ? items.replace(events, LINES + events) : items)
                + (ofOrders ? ORDERS.replace(events, LINES + events) : ORDERS);
        var file = Files.writeString(folder.resolve("m.yaml"), text);
        return new Mapper(MappingFile.read(file), "shop", null);
    }

    private String group(String aggregate) {
        try (var session = store.session()) {
            return Objects.requireNonNull(session.faults().groupOfPaused(aggregate));
        }
    }

    @Test
    void whatWaitsWithAnotherAggregateThanTheMendedMappingSaysGoesNotWithoutItsOrder() throws Exception {
        store.pauses().begin(LINE, "order", List.of(ORDER, LINE), 2, "public.line.no: not there", "");
        store.pauses().begin(ITEM, "item", List.of(ITEM), 3, "public.itm.sts: not there", "");
        var line = new Row(Map.of("id", 1L, "no", 1L));
        try (var session = store.session()) {
            session.faults().parkPaused("order", transaction(4, new Change.Inserted(ORDER, new Row(Map.of("id", 1L)))));
            session.faults().parkPaused("item", transaction(4, inserted(1, "N")));
            session.faults().parkPaused("order", transaction(5, new Change.Inserted(LINE, line)));
            session.faults().parkPaused("item", transaction(5, updated(1, "N", "N")));
            session.commit(POSITION);
        }

        var moved = withLines(true, false);
        for (var aggregate : List.of("order", "item")) {
            var resubmission = new Resubmission(store, moved);
            assertThat(send(resubmission, group(aggregate)).refusal())
                    .startsWith("item: [item, order] ")
                    .contains("leave out");
            assertThat(resubmission.preview(group(aggregate), false, told::add).refusal())
                    .startsWith("item: [item, order] ");
        }
        assertThat(sent).isEmpty();
        try (var session = store.session()) {
            assertThatThrownBy(() -> PausedTables.refuseTorn(moved, store.pauses(), session.faults()))
                    .hasMessageStartingWith("item: [item, order] ");
            PausedTables.refuseTorn(withLines(false, true), store.pauses(), session.faults());
        }

        var without = new Resubmission(store, withLines(false, false));
        assertThat(send(without, group("order")).refusal()).isNull();
        assertThat(send(new Resubmission(store, moved), group("item")).refusal())
                .isNull();
        assertThat(sent()).containsExactly("OrderAdded order/1", "Added item/1");
        assertThat(store.pauses().all()).isEmpty();
    }

    @Test
    void whatDoesNotFitIntoOneStepIsNotMappedAsOne() throws Exception {
        var small = paused(session -> {
            session.faults().parkPaused("item", transaction(4, inserted(1, "Q")));
            session.faults().parkPaused("item", transaction(5, updated(1, "Q", "N")));
        });
        var resubmission = by("park", "{N: new}");
        assertThat(resubmission.preview(small, true, told::add).events()).hasSize(1);

        var large = parked(session -> {
            for (var lsn = 6; lsn <= 504; lsn++) {
                session.faults().parkPaused("item", transaction(lsn, inserted(lsn, "N")));
            }
        });
        assertThat(resubmission.preview(large, true, told::add).refusal()).startsWith("--as-one: ");
        var refused = resubmission.send(large, true, "mended in legacy", new Takes(), null, told::add);
        assertThat(refused.refusal()).startsWith("--as-one: ").contains("500");
        assertThat(sent).isEmpty();
    }

    @Test
    void whatAnotherMappingGivesAfterACrashIsInTheLakeToo() throws Exception {
        var group = paused(session -> {
            session.faults().parkPaused("item", transaction(4, inserted(1, "N")));
            session.faults().parkPaused("item", transaction(5, inserted(2, "N")));
        });
        var mapper = mapper("park", "{N: new}");
        var settings = new Lake.Settings(folder.resolve("lake"), "/shop", 1 << 20, Duration.ofHours(1));
        try (var lake = Lake.open(settings, InstantSource.system())) {
            var first = new Resubmission(store, only(4, mapper));
            var dies = new Takes() {
                @Override
                public void publish(List<DomainEvent> events, HubPosition position) {
                    store.releaseLease();
                    assertThat(store.tryLease())
                            .isTrue(); // with another epoch, so that the commit behind the lake's append fails
                }
            };
            assertThatThrownBy(() -> first.send(group, false, "", dies, lake, told::add))
                    .isInstanceOf(Fenced.class);

            var second = new Resubmission(store, only(5, mapper));
            assertThat(second.send(group, false, "", new Takes(), lake, told::add)
                            .refusal())
                    .isNull();
        }
        var kept = new ArrayList<String>();
        new LakeReader(folder.resolve("lake"))
                .read(LakeFilter.ALL, 0, each -> kept.add(each.event().subject()));
        assertThat(kept).containsExactly("item/1", "item/2");
    }

    @Test
    void whoHasLostTheLeaseShutsNobodyOutAndSendsNothing() throws Exception {
        var group = parked(session ->
                session.faults().park(Set.of(new Waiting("item", "1")), transaction(2, inserted(1, "Q")), ""));
        var mapper = mapper("park", "{Q: queried}");
        EventMapper slow = (transaction, images) -> {
            store.releaseLease();
            assertThat(store.tryLease())
                    .as("by somebody else, as the session sees it")
                    .isTrue();
            return mapper.map(transaction, images);
        };
        var hub = new Takes() {
            private boolean isOpened;

            @Override
            public Optional<HubPosition> open() {
                isOpened = true;
                return Optional.empty();
            }
        };

        assertThatThrownBy(() -> new Resubmission(store, slow).send(group, false, "", hub, null, told::add))
                .isInstanceOf(Fenced.class);
        assertThat(hub.isOpened).isFalse();
        assertThat(sent).isEmpty();

        assertThat(send(new Resubmission(store, mapper), group).refusal()).isNull();
        assertThat(sent()).containsExactly("Added item/1");
    }

    @Test
    void noCallOfAHubThatShutsNobodyOutIsBegunWithoutTheLease() throws Exception {
        var group = parked(session ->
                session.faults().park(Set.of(new Waiting("item", "1")), transaction(2, inserted(1, "Q")), ""));
        var asked = new ArrayList<BooleanSupplier>();
        var hub = new Takes() {
            @Override
            public void sendWhile(BooleanSupplier holdsLease) {
                asked.add(holdsLease);
            }
        };
        assertThat(new Resubmission(store, mapper("park", "{Q: queried}"))
                        .send(group, false, "", hub, null, told::add)
                        .refusal())
                .isNull();
        assertThat(asked.getLast().getAsBoolean()).isTrue();
        store.releaseLease();
        assertThat(asked.getLast().getAsBoolean()).isFalse();
    }

    /** One that shuts nobody out, takes what it is given but {@code refused}, and says so. */
    private final class Refuses extends Takes {

        private final String refused;

        Refuses(String refused) {
            this.refused = refused;
        }

        @Override
        public boolean fences() {
            return false;
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            var whyById = new HashMap<String, String>();
            for (var event : events) {
                if (event.subject().equals(refused)) {
                    whyById.put(event.id(), "InvalidMessageContents");
                } else {
                    sent.add(event);
                }
            }
            if (!whyById.isEmpty()) {
                throw new EventsRefused("event of " + refused + ": InvalidMessageContents", whyById);
            }
        }
    }

    @Test
    void whatTheHubRefusesForGoodWaitsOnOrIsSkippedAndNothingBehindItWaitsForThat() throws Exception {
        var refused = parked(session ->
                session.faults().park(Set.of(new Waiting("item", "1")), transaction(2, inserted(1, "N")), ""));
        try (var session = store.session()) {
            session.faults().park(Set.of(new Waiting("item", "2")), transaction(3, inserted(2, "N")), "");
            session.commit(POSITION);
        }
        var other = groups().stream()
                .filter(group -> !group.equals(refused))
                .findFirst()
                .orElseThrow();
        var hub = new Refuses("item/1");

        var parking = by("park", "{N: new}");
        assertThat(parking.send(refused, false, "", hub, null, told::add).refusal())
                .contains("an event that the hub refuses: InvalidMessageContents");
        assertThat(parking.send(other, false, "", hub, null, told::add).refusal())
                .isNull();
        assertThat(sent()).containsExactly("Added item/2");
        assertThat(groups()).containsExactly(refused);

        var result = by("{skip: drafts}", "{N: new}").send(refused, false, "", hub, null, told::add);
        assertThat(result.refusal()).isNull();
        assertThat(result.skipped()).isOne();
        assertThat(sent()).containsExactly("Added item/2");
        assertThat(skipped()).containsExactly("item 1 tx2 drafts");
        assertThat(groups()).isEmpty();
    }

    private Set<String> groups() {
        try (var session = store.session()) {
            return session.faults().groups();
        }
    }

    @Test
    void aGroupOfManyStepsGoesWholeOrNotAtAll() throws Exception {
        var group = parked(session -> {
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(4, inserted(1, "N")), "");
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(5, updated(1, "N", "O")), "");
            session.faults().park(Set.of(new Waiting("item", "1")), transaction(6, updated(1, "O", "Q")), "");
        });
        var vain = send(new Resubmission(store, mapper("park", "{N: new, O: old}"), 10, 1), group);
        assertThat(vain.refusal()).contains("public.itm.sts: 'Q'");
        assertThat(vain.transactions()).isZero();
        assertThat(sent).isEmpty();

        var mended = new Resubmission(store, mapper("park", "{N: new, O: old, Q: queried}"), 10, 1);
        assertThat(mended.preview(group, false, told::add).events()).hasSize(3);
        assertThat(send(mended, group).transactions()).isEqualTo(3);
        assertThat(sent()).containsExactly("Added item/1", "Changed item/1", "Changed item/1");
        assertThat(groups()).isEmpty();
    }

    private static EventMapper only(long lsn, EventMapper mapper) {
        return (transaction, images) -> transaction.commitLsn() == lsn ? mapper.map(transaction, images) : List.of();
    }
}
