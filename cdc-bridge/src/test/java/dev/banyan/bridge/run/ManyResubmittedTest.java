package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
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
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of a resubmission that are too many for memory go through a file, and are the same. */
class ManyResubmittedTest {

    private static final TableId ITEM = new TableId("public", "t");
    private static final Position POSITION = new Position("1", 1, 2_000, Map.of("lsn", 2_000L));
    private static final int PARTS = 30;
    private static final int IN_MEMORY = 10;

    @TempDir
    Path folder;

    private boolean isInFile;
    private List<DomainEvent> sent = List.of();

    private class Takes implements Hub {

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            isInFile = events instanceof LargeList<DomainEvent> large && large.isInFile();
            sent = new ArrayList<>(events);
        }

        @Override
        public void close() {}
    }

    /** One that shuts nobody out. */
    private final class TakesPieces extends Takes {

        private final List<Integer> sizes = new ArrayList<>();

        @Override
        public boolean fences() {
            return false;
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            sizes.add(events.size());
        }
    }

    private BridgeStore store() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        var store = BridgeStore.open(
                new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "", FaultSeal.of(key)),
                "shop",
                "test",
                Duration.ofMinutes(2),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private static String parked(BridgeStore store) {
        store.pauses().begin(ITEM, "item", List.of(ITEM), 2, "public.t.v: not there", "");
        return parked(store, (session, part) -> session.faults().parkPaused("item", part));
    }

    private static String parked(BridgeStore store, BiConsumer<StoreSession, Transaction> parking) {
        try (var session = store.session()) {
            for (var id = 1L; id <= PARTS; id++) {
                var inserted = new Change.Inserted(ITEM, new Row(Map.of("id", id, "v", "x")));
                parking.accept(session, new Transaction(2 + id, "tx" + id, Instant.EPOCH, List.of(inserted)));
            }
            session.commit(POSITION);
            return session.faults().groups().first();
        }
    }

    @Test
    void theyAreWhatMemoryGives() throws Exception {
        try (var store = store()) {
            var group = parked(store);
            var inMemory = new Resubmission(store, new RowEvents("items")).preview(group, false, _ -> {});
            assertThat(inMemory.events()).hasSize(PARTS);

            new Resubmission(store, new RowEvents("items"), IN_MEMORY, PARTS)
                    .send(group, false, "", new Takes(), null, _ -> {});

            assertThat(isInFile).isTrue();
            assertThat(sent).isEqualTo(inMemory.events());
        }
    }

    @Test
    void aHubThatShutsNobodyOutIsGivenNoMoreAtOnceThanMemoryHolds() throws Exception {
        try (var store = store()) {
            var hub = new TakesPieces();
            new Resubmission(store, new RowEvents("items"), IN_MEMORY, PARTS)
                    .send(parked(store), false, "", hub, null, _ -> {});
            assertThat(hub.sizes).containsExactly(IN_MEMORY, IN_MEMORY, IN_MEMORY);
        }
    }

    @Test
    void noMorePartsThanMemoryHoldsAreReadAtOnceOfAGroupThatGoesWhole() throws Exception {
        try (var store = store()) {
            var one = Set.of(new Waiting("item", "1"));
            var group = parked(store, (session, part) -> session.faults().park(one, part, ""));
            var events = new RowEvents("items");
            var parts = new ArrayList<WeakReference<Transaction>>();
            EventMapper mapper = (transaction, images) -> {
                parts.add(new WeakReference<>(transaction));
                if (parts.size() == PARTS) {
                    awaitCollected(parts.subList(IN_MEMORY, PARTS - IN_MEMORY));
                }
                return events.map(transaction, images);
            };
            new Resubmission(store, mapper, PARTS, IN_MEMORY).send(group, false, "", new Takes(), null, _ -> {});
            assertThat(sent).hasSize(PARTS);
        }
    }

    private static void awaitCollected(List<WeakReference<Transaction>> parts) {
        try {
            Await.until("those of a step between are collected", Duration.ofMinutes(2), () -> {
                System.gc();
                return parts.stream().allMatch(part -> part.get() == null);
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatTheLakeKnowsThemByIsMadeOfTheirIds() throws Exception {
        try (var store = store()) {
            var events = new Resubmission(store, new RowEvents("items"))
                    .preview(parked(store), false, _ -> {})
                    .events();
            var ids = events.stream().map(DomainEvent::id).collect(Collectors.joining("\n"));
            assertThat(Resubmission.name("g", events))
                    .isEqualTo("resubmitted g " + UUID.nameUUIDFromBytes(ids.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
