package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.PartEvent;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.Ledger;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a store in a file a kill leaves, and how a courier ends that cannot go on. */
class CourierTest {

    private static final Row ROW = new Row(Map.of("id", 1L, "v", 1L));
    private static final Map<String, Object> OFFSET =
            Map.of("lsn", 1L, OffsetRule.SNAPSHOT_TABLES, "[{\"incremental_snapshot_collections_id\":\"public.t\"}]");

    @Test
    void rowsThatABackfillReadAreOnTheDiskAtOnce() {
        var backfill = Backfill.of(List.of(SimulatedWorld.TABLE), 0);
        assertThat(storedAfterKill(List.of(backfill), new Change.Read(SimulatedWorld.TABLE, ROW)))
                .isEqualTo(1);
    }

    @Test
    void whatTheLogBringsAgainMayBeForgotten() {
        assertThat(storedAfterKill(List.of(), new Change.Updated(SimulatedWorld.TABLE, null, ROW)))
                .isZero();
    }

    /** Where a store is that had {@code change} at 1, and whose process was killed before the file was written by itself. */
    private static long storedAfterKill(List<Backfill> backfills, Change change) {
        var world = new SimulatedWorld(() -> 0); // a file, set back as far as it can be
        var transaction = new Transaction(1, "t1", Instant.EPOCH, List.of(change));
        var arrivals = new ArrayDeque<>(List.of(Arrival.of(
                transaction,
                OFFSET,
                backfills.isEmpty() ? null : backfills.getFirst().id())));
        var courier = new Courier(
                parts(world, world.mapper, backfills, _ -> {}, () -> false),
                _ -> arrivals.isEmpty() ? List.of() : List.of(arrivals.remove()),
                new AtomicReference<>(world.store.position()));
        assertThat(courier.step()).isInstanceOf(Courier.Step.Delivered.class);
        assertThat(world.store.position().commitLsn()).isEqualTo(1);
        world.store.crash();
        return world.store.position().commitLsn();
    }

    private static Courier.Parts parts(
            SimulatedWorld world,
            EventMapper mapper,
            List<Backfill> backfills,
            Consumer<Point> watcher,
            BooleanSupplier stopping) {
        var lease = Duration.ofSeconds(10);
        var ledger =
                new SimulatedLedger(world.store, world.store.tryLease("host", world.now, lease), lease, () -> true);
        return new Courier.Parts(
                mapper,
                new SimulatedHub(world, true).connect(),
                null,
                ledger,
                new BackfillTracker(
                        Map.of(SimulatedWorld.TABLE, List.of("id")), ledger, backfills, _ -> null, (_, _) -> List.of()),
                () -> backfills,
                List.of(SimulatedWorld.TABLE),
                new Progress(world.clock),
                "store",
                new RunSettings.Limits(RunSettings.Limits.DEFAULT.transaction(), 0, 1, 4),
                UnaryOperator.identity(),
                watcher,
                Courier.Stopping.when(stopping));
    }

    /** A list may be many times what is compared. */
    @Test
    void whatIsOnlyComparedIsNotAskedForAsWhatIsMapped() {
        var world = new SimulatedWorld(() -> 0);
        var expected = new ArrayList<Change>();
        var mapper = new EventMapper() {
            @Override
            public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
                return List.of();
            }

            @Override
            public void expect(List<Transaction> transactions, AggregateImages images) {
                transactions.forEach(each -> expected.addAll(each.changes()));
            }
        };
        var live = new Change.Updated(SimulatedWorld.TABLE, null, ROW);
        var changes = List.<Change>of(new Change.Read(SimulatedWorld.TABLE, ROW), live);
        var arrival = Arrival.of(new Transaction(1, "t1", Instant.EPOCH, changes), OFFSET, "parity-of-before");
        var courier = new Courier(
                parts(world, mapper, List.of(), _ -> {}, () -> false),
                _ -> List.of(arrival),
                new AtomicReference<>(world.store.position()));
        assertThat(courier.step()).isInstanceOf(Courier.Step.Delivered.class);
        assertThat(expected).containsExactly(live);
    }

    @Test
    void anErrorIsHeardOfByWhoWaitsForTheDelivery() {
        var world = new SimulatedWorld(() -> 0);
        var parts = parts(
                world,
                (_, _) -> {
                    throw new StackOverflowError("in the mapping");
                },
                List.of(),
                _ -> {},
                () -> false);
        var stored = new AtomicReference<>(world.store.position());
        var intake = new Intake(null, null, stored::get);
        var thread = new CourierThread(
                new Courier(parts, intake, stored), intake, parts.ledger(), parts.progress(), parts.watcher());
        var change = new Change.Updated(SimulatedWorld.TABLE, null, ROW);
        thread.give(List.of(Arrival.of(new Transaction(1, "t1", Instant.EPOCH, List.of(change)), OFFSET, null)));
        thread.start();
        assertThatThrownBy(() -> thread.awaitIdle(Duration.ofMinutes(3)))
                .hasMessageContaining("in the mapping")
                .hasRootCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void aStopEndsALargeTransactionBetweenItsPartsAndNothingOfItIsSentOrStored() {
        var world = new SimulatedWorld(() -> 0);
        var parted = new AtomicInteger();
        var mapper = new EventMapper() {
            @Override
            public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
                throw new AssertionError("mapped as a whole");
            }

            @Override
            public List<PartEvent> mapPart(
                    Transaction part, ToIntFunction<Change> place, AggregateImages images, Faults faults) {
                return List.of();
            }

            @Override
            public List<Long> aggregates(Change change, long commitLsn, AggregateImages images) {
                return List.of((Long) ((Change.Updated) change).after().get("id"));
            }
        };
        var changes = new LargeList<Change>(0, ChangeBytes.CODEC);
        for (var id = 0L; id < 20; id++) {
            changes.add(new Change.Updated(SimulatedWorld.TABLE, null, new Row(Map.of("id", id, "v", id))));
        }
        var arrival = Arrival.of(new Transaction(1, "t1", Instant.EPOCH, changes), OFFSET, null);
        var parts = parts(
                world,
                mapper,
                List.of(),
                point -> parted.addAndGet(point == Point.PART_MAPPED ? 1 : 0),
                () -> parted.get() > 0);
        var courier = new Courier(parts, _ -> List.of(arrival), new AtomicReference<>(world.store.position()));
        assertThatThrownBy(courier::step).hasMessageContaining("stopped in the middle of transaction t1");
        assertThat(parted).hasValue(1);
        assertThat(((SimulatedLedger) parts.ledger()).tokensKept)
                .as("its tokens do not gather in memory")
                .isEqualTo(1);
        assertThat(world.store.position().commitLsn()).isZero();
    }

    /** A large table has its rows hidden for longer than closing an engine may take. */
    @Test
    void aStopEndsTheHidingOfATablesRowsAndNothingOfItIsStored() {
        var world = new SimulatedWorld(() -> 0);
        var pages = new AtomicInteger();
        var parts = parts(world, world.mapper, List.of(), _ -> {}, () -> pages.get() > 1);
        var stored = new ArrayList<String>();
        var ledger = ledger(parts.ledger(), (method, arguments) -> switch (method) {
            case "hideLost" -> {
                for (var goesOn = (Runnable) arguments[2]; pages.get() < 5; pages.incrementAndGet()) {
                    goesOn.run();
                }
                yield true;
            }
            case "commit" -> stored.add("committed");
            default -> null;
        });
        assertThatThrownBy(courier(world, parts, ledger, parts.hub(), null, List.of())::step)
                .isInstanceOf(BrokenOff.class)
                .hasMessageContaining("stopped while the rows of a table were hidden");
        assertThat(pages).hasValue(2);
        assertThat(stored).isEmpty();
    }

    /** {@code ledger}, of which {@code other} answers by the name of a method; what it has no answer for {@code ledger} does. */
    private static Ledger ledger(Ledger ledger, BiFunction<String, Object[], @Nullable Object> other) {
        return (Ledger) Proxy.newProxyInstance(
                CourierTest.class.getClassLoader(), new Class<?>[] {Ledger.class}, (_, method, arguments) -> {
                    var answer = other.apply(method.getName(), arguments);
                    return answer == null ? method.invoke(ledger, arguments) : answer;
                });
    }

    /** Of what it maps, the row 1 has to wait. */
    private static final class Parks implements EventMapper, Faults {

        private final EventMapper mended;
        private boolean isParking;

        Parks(EventMapper mended) {
            this.mended = mended;
        }

        @Override
        public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
            return mended.map(transaction, images);
        }

        @Override
        public List<DomainEvent> map(Transaction transaction, AggregateImages images, Faults faults) {
            faults.park(Set.of(new Waiting("row", "1")), transaction, "no answer");
            return map(transaction, images).stream()
                    .filter(event -> !event.subject().equals("1"))
                    .toList();
        }

        @Override
        public void park(Set<Waiting> aggregates, Transaction part, String message) {
            isParking = true;
        }

        @Override
        public boolean isParking() {
            return isParking;
        }

        @Override
        public boolean isEmpty() {
            return true;
        }

        @Override
        public boolean isWaiting(Waiting aggregate) {
            return false;
        }

        @Override
        public int waiting(String aggregate) {
            return 0;
        }

        @Override
        public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {}
    }

    @Test
    void whatWasParkedIsSentThoughAKillCameBeforeTheStoreHadItAndTheMappingWasMended() {
        var world = new SimulatedWorld(() -> 0);
        var before = parking(world, Point.PUBLISHED);
        var arrival = twoRows();
        var hub = before.hub();
        assertThatThrownBy(courier(world, before, hub, arrival)::step).isInstanceOf(SimulatedWorld.Killed.class);
        world.store.crash();

        var mended = parts(world, world.mapper, List.of(), _ -> {}, () -> false);
        var told = new ArrayList<String>();
        assertThat(courier(world, mended, new Told(hub, told), arrival).step())
                .isInstanceOf(Courier.Step.Delivered.class);
        assertThat(told).containsExactly("1", "2");
    }

    @Test
    void theLakeGetsWhatWasParkedTooThoughItHadTheRestOfTheUnitWhenTheKillCame(@TempDir Path folder) {
        var world = new SimulatedWorld(() -> 0);
        var before = parking(world, Point.KEPT_IN_LAKE);
        var arrival = twoRows();
        var hub = before.hub();
        var settings = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        try (var lake = Lake.open(settings, world.clock)) {
            assertThatThrownBy(courier(world, before, hub, lake, arrival)::step)
                    .isInstanceOf(SimulatedWorld.Killed.class);
        }
        world.store.crash();

        var mended = parts(world, world.mapper, List.of(), _ -> {}, () -> false);
        var told = new ArrayList<String>();
        try (var lake = Lake.open(settings, world.clock)) {
            assertThat(courier(world, mended, new Told(hub, told), lake, arrival)
                            .step())
                    .isInstanceOf(Courier.Step.Delivered.class);
        }
        assertThat(told).containsExactly("1", "2");
        var inLake = new ArrayList<String>();
        new LakeReader(folder)
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().subject()));
        assertThat(inLake).containsExactly("2", "1", "2");
    }

    /** What is in a hub without positions is known for as long as the process lives. */
    @Test
    void aHubWithoutPositionsGetsOnceWhatALakeThatFailsKeepsFromTheStore(@TempDir Path folder) {
        var world = new SimulatedWorld(() -> 0);
        var parts = parts(world, world.mapper, List.of(), _ -> {}, () -> false);
        var told = new ArrayList<String>();
        var hub = new Told(parts.hub(), told) {
            @Override
            public Optional<HubPosition> open() {
                return Optional.empty();
            }

            @Override
            public void publish(List<DomainEvent> events, HubPosition position) {
                events.forEach(event -> told.add(event.subject()));
            }

            @Override
            public boolean fences() {
                return false;
            }
        };
        var settings = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        for (var engine = 0; engine < 3; engine++) {
            var lake = Lake.open(settings, world.clock);
            lake.close(); // opened, and not to be written to
            assertThatThrownBy(next(world, parts, hub, lake)::step).isInstanceOf(LakeFailed.class);
        }
        try (var lake = Lake.open(settings, world.clock)) {
            assertThat(next(world, parts, hub, lake).step()).isInstanceOf(Courier.Step.Delivered.class);
        }
        assertThat(told).containsExactly("1", "2");
        assertThat(world.store.position().commitLsn()).isEqualTo(1);
        var inLake = new ArrayList<String>();
        new LakeReader(folder)
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().subject()));
        assertThat(inLake).containsExactly("1", "2");
    }

    /** A lake takes a large transaction longer than closing an engine may. */
    @Test
    void aStopEndsWhatTheLakeKeepsBetweenTwoPartsAndTheNextStartGoesOnThere(@TempDir Path folder) {
        var world = new SimulatedWorld(() -> 0);
        var kept = new AtomicInteger();
        var stopped = stoppedAtTheSecondPart(world, kept);
        var arrival = rows(20);
        var settings = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        try (var lake = Lake.open(settings, world.clock)) {
            assertThatThrownBy(courier(world, stopped, stopped.hub(), lake, arrival)::step)
                    .isInstanceOf(BrokenOff.class)
                    .hasMessageContaining("stopped between two parts of what the lake keeps");
        }
        assertThat(kept).hasValue(2);
        assertThat(world.store.position().commitLsn()).isZero();

        var next = parts(world, world.mapper, List.of(), _ -> {}, () -> false);
        var told = new ArrayList<String>();
        try (var lake = Lake.open(settings, world.clock)) {
            assertThat(courier(world, next, new Told(stopped.hub(), told), lake, arrival)
                            .step())
                    .isInstanceOf(Courier.Step.Delivered.class);
        }
        assertThat(told).as("it is in the hub").isEmpty();
        var inLake = new ArrayList<String>();
        new LakeReader(folder)
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().subject()));
        assertThat(inLake).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void whatAHubWithoutPositionsWouldGetTwiceIsKeptInTheLakeBehindAStopToo(@TempDir Path folder) {
        var world = new SimulatedWorld(() -> 0);
        var kept = new AtomicInteger();
        var stopped = stoppedAtTheSecondPart(world, kept);
        var hub = new Told(stopped.hub(), new ArrayList<>()) {
            @Override
            public boolean fences() {
                return false;
            }
        };
        var settings = new Lake.Settings(folder, "/test", 1 << 20, Duration.ofHours(1));
        try (var lake = Lake.open(settings, world.clock)) {
            assertThat(courier(world, stopped, hub, lake, rows(20)).step()).isInstanceOf(Courier.Step.Delivered.class);
        }
        assertThat(kept).hasValue(4);
    }

    private static Courier.Parts stoppedAtTheSecondPart(SimulatedWorld world, AtomicInteger kept) {
        return parts(
                world,
                world.mapper,
                List.of(),
                point -> kept.addAndGet(point == Point.PIECE_KEPT_IN_LAKE ? 1 : 0),
                () -> kept.get() > 1);
    }

    private static Arrival rows(int count) {
        var rows = new ArrayList<Change>();
        for (var id = 0L; id < count; id++) {
            rows.add(new Change.Updated(SimulatedWorld.TABLE, null, new Row(Map.of("id", id, "v", 1L))));
        }
        return Arrival.of(new Transaction(1, "t1", Instant.EPOCH, rows), OFFSET, null);
    }

    /** The courier of another engine of the same process. */
    private static Courier next(SimulatedWorld world, Courier.Parts parts, Hub hub, Lake lake) {
        var ledger =
                parts(world, parts.mapper(), List.of(), _ -> {}, () -> false).ledger();
        return courier(world, parts, ledger, hub, lake, List.of(twoRows()));
    }

    /** A bridge that parks the first of two rows, and is killed at {@code killed}. */
    private static Courier.Parts parking(SimulatedWorld world, Point killed) {
        var parks = new Parks(world.mapper);
        var parts = parts(
                world,
                parks,
                List.of(),
                point -> {
                    if (point == killed) {
                        throw new SimulatedWorld.Killed();
                    }
                },
                () -> false);
        ((SimulatedLedger) parts.ledger()).faults = parks;
        return parts;
    }

    private static Arrival twoRows() {
        var rows = List.<Change>of(
                new Change.Updated(SimulatedWorld.TABLE, null, ROW),
                new Change.Updated(SimulatedWorld.TABLE, null, new Row(Map.of("id", 2L, "v", 1L))));
        return Arrival.of(new Transaction(1, "t1", Instant.EPOCH, rows), OFFSET, null);
    }

    private static Courier courier(SimulatedWorld world, Courier.Parts parts, Hub hub, Arrival arrival) {
        return courier(world, parts, hub, null, arrival);
    }

    private static Courier courier(
            SimulatedWorld world, Courier.Parts parts, Hub hub, @Nullable Lake lake, Arrival arrival) {
        return courier(world, parts, parts.ledger(), hub, lake, List.of(arrival));
    }

    private static Courier courier(
            SimulatedWorld world,
            Courier.Parts parts,
            Ledger ledger,
            Hub hub,
            @Nullable Lake lake,
            List<Arrival> arrivals) {
        return new Courier(
                new Courier.Parts(
                        parts.mapper(),
                        hub,
                        lake,
                        ledger,
                        parts.backfill(),
                        parts.backfills(),
                        parts.tables(),
                        parts.progress(),
                        "store",
                        parts.limits(),
                        parts.onOurs(),
                        parts.watcher(),
                        parts.stopping()),
                _ -> arrivals,
                new AtomicReference<>(world.store.position()));
    }

    @Test
    void whatTheHubHasNotTakenOfRowsThatAreGoneIsNotCommittedByHidingOthers() {
        var world = new SimulatedWorld(() -> 0);
        var parts = parts(world, world.mapper, List.of(), _ -> {}, () -> false);
        var done = new ArrayList<String>();
        var isLost = new AtomicBoolean();
        var gone = new ArrayDeque<>(List.of(new Ledger.Gone(SimulatedWorld.TABLE, List.of(ROW), Instant.EPOCH)));
        var ledger = (Ledger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Ledger.class}, (_, method, arguments) -> {
                    switch (method.getName()) {
                        case "hideLost" -> {
                            return isLost.getAndSet(false) && done.add("hidden");
                        }
                        case "nextGone" -> {
                            return gone.poll();
                        }
                        case "goneNumbers" -> {
                            return 1L;
                        }
                        case "keepGoneBut" -> {
                            return null;
                        }
                        case "commit" -> done.add("committed");
                        default -> {}
                    }
                    return method.invoke(parts.ledger(), arguments);
                });
        EventMapper mapper = (transaction, images) -> world.mapper.map(
                transaction.with(List.of(new Change.Updated(SimulatedWorld.TABLE, null, ROW))), images);
        var refuses = new AtomicBoolean(true);
        var hub = new Told(parts.hub(), done) {
            @Override
            public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
                if (refuses.getAndSet(false)) {
                    isLost.set(true); // found while the hub is away
                    throw new HubUnavailable("away", new IllegalStateException());
                }
                super.publish(events, position);
            }
        };
        var courier = new Courier(
                new Courier.Parts(
                        mapper,
                        hub,
                        null,
                        ledger,
                        parts.backfill(),
                        parts.backfills(),
                        parts.tables(),
                        parts.progress(),
                        "store",
                        parts.limits(),
                        parts.onOurs(),
                        parts.watcher(),
                        parts.stopping()),
                _ -> List.of(),
                new AtomicReference<>(world.store.position()));
        assertThat(courier.step()).isInstanceOf(Courier.Step.HubFailed.class);
        courier.step();
        courier.step();
        assertThat(done).containsExactly("1", "committed", "hidden", "committed");
    }

    /** Takes down the subjects of what it is given. */
    private static class Told implements Hub {

        private final Hub hub;
        private final List<String> subjects;

        Told(Hub hub, List<String> subjects) {
            this.hub = hub;
            this.subjects = subjects;
        }

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            hub.publish(events, position);
            events.forEach(event -> subjects.add(event.subject()));
        }

        @Override
        public void close() {
            hub.close();
        }
    }
}
