package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubRefused;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.store.Fenced;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The hub belongs to whoever has the lease, and gets every event once. */
class LeasedHubTest {

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final List<DomainEvent> EVENTS = List.of(event(1), event(2), event(3), event(4), event(5));

    private final SimulatedWorld world = new SimulatedWorld(() -> 0);
    private final SimulatedHub hub = new SimulatedHub(world, true);
    private boolean holdsLease = true;

    /** One that has just taken the lease. */
    private LeasedHub leased(Hub connection) {
        return leased(connection, 2);
    }

    private LeasedHub leased(Hub connection, int eventsMax) {
        var epoch = world.store.tryLease("host", world.now, LEASE);
        return new LeasedHub(
                connection,
                new SimulatedLedger(world.store, epoch, LEASE, () -> holdsLease),
                "store",
                eventsMax,
                UnaryOperator.identity(),
                new Progress(world.clock),
                _ -> {});
    }

    private static HubPosition position(String storeId) {
        return new HubPosition(storeId, "system", 1, 7);
    }

    private static HubPosition at(long lsn) {
        return new HubPosition("store", "system", 1, lsn);
    }

    private static void publish(LeasedHub leased) throws HubUnavailable {
        leased.publish(EVENTS, at(7), at(7));
    }

    static DomainEvent event(int number) {
        return event(number, "{}");
    }

    private static DomainEvent event(int number, String data) {
        return new DomainEvent(
                "id-" + number,
                "type",
                "topic",
                "subject",
                Instant.EPOCH,
                "7-" + number,
                "tx",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                data);
    }

    @Test
    void whoHasLostTheLeaseDoesNotShutItsSuccessorOut() throws HubUnavailable {
        var before = leased(hub.connect());
        var successor = leased(hub.connect());
        successor.open();
        assertThatThrownBy(before::open).isInstanceOf(Fenced.class);
        publish(successor);
        assertThat(successor.covers(position("store"))).isTrue();
    }

    @Test
    void whoLosesTheLeaseWhileTheHubIsOpenedSendsNothing() {
        var slow = new Hub() {
            @Override
            public Optional<HubPosition> open() {
                leased(hub.connect());
                return Optional.empty();
            }

            @Override
            public void publish(List<DomainEvent> events, HubPosition position) {}

            @Override
            public void close() {}
        };
        assertThatThrownBy(leased(slow)::open).isInstanceOf(Fenced.class);
    }

    @Test
    void whoIsShutOutAndHasTheLeaseOpensTheHubAgain() throws HubUnavailable {
        var leased = leased(hub.connect());
        leased.open();
        hub.connect().open();
        assertThatThrownBy(() -> publish(leased))
                .isInstanceOf(HubUnavailable.class)
                .hasMessageContaining("the lease is still ours");
        leased.open();
        publish(leased);
        assertThat(leased.covers(position("store"))).isTrue();
    }

    @Test
    void whoIsShutOutAfterALostLeaseEnds() throws HubUnavailable {
        var before = leased(hub.connect());
        before.open();
        leased(hub.connect()).open();
        assertThatThrownBy(() -> publish(before)).isInstanceOf(Fenced.class);
    }

    @Test
    void ofTwoBridgesOfOneNameThatHaveAStoreEachOneEnds() throws HubUnavailable {
        var leased = leased(hub.connect());
        leased.open();
        var other = hub.connect();
        other.open();
        other.publish(EVENTS, position("other store"));
        assertThatThrownBy(() -> publish(leased)).isInstanceOf(HubUnavailable.class);
        assertThatThrownBy(leased::open).isInstanceOf(HubFenced.class);
    }

    /** A hub without transactions that fails the second time it is given something. */
    private static final class Stumbling implements Hub {

        private final List<String> ids = new ArrayList<>();
        private int calls;

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            if (++calls == 2) {
                throw new HubUnavailable("throttled", new IllegalStateException());
            }
            events.forEach(event -> ids.add(event.id()));
        }

        @Override
        public boolean fences() {
            return false;
        }

        @Override
        public void close() {}
    }

    /** A hub without transactions that remembers how many events it was given at once. */
    private static final class Counting implements Hub {

        private final List<Integer> pieces = new ArrayList<>();

        @Override
        public Optional<HubPosition> open() {
            return Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            pieces.add(events.size());
        }

        @Override
        public boolean fences() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void aPieceEndsAtItsBytesToo() throws HubUnavailable {
        var counting = new Counting();
        var leased = leased(counting, 20_000);
        leased.open();
        var data = "x".repeat(5 << 20);
        var events =
                IntStream.range(0, 10).mapToObj(number -> event(number, data)).toList();
        leased.publish(events, at(7), at(7));
        assertThat(counting.pieces).containsExactly(4, 4, 2);
    }

    @Test
    void piecesThatWereTakenAreNotSentAgain() throws HubUnavailable {
        var stumbling = new Stumbling();
        var leased = leased(stumbling);
        leased.open();
        assertThatThrownBy(() -> publish(leased)).isInstanceOf(HubUnavailable.class);
        leased.open();
        publish(leased);
        assertThat(stumbling.ids).containsExactly("id-1", "id-2", "id-3", "id-4", "id-5");
    }

    @Test
    void whileTheLeaseIsNotSureNothingIsSentAndTheRestOnceItIsAgain() throws HubUnavailable {
        var without = new SimulatedHub(world, false);
        var leased = leased(without.connect());
        leased.open();
        world.meanwhile = () -> holdsLease = without.ids().size() < 3;
        assertThatThrownBy(() -> publish(leased)).isInstanceOf(HubUnavailable.class);
        assertThat(without.ids()).containsExactly("id-1", "id-2", "id-3");
        world.meanwhile = () -> holdsLease = true;
        leased.open();
        publish(leased);
        assertThat(without.ids()).containsExactly("id-1", "id-2", "id-3", "id-4", "id-5");
    }

    @Test
    void whatIsToComeAgainAfterACrashDoesNotMoveTheHubsPosition() throws HubUnavailable {
        var leased = leased(hub.connect());
        leased.open();
        leased.publish(EVENTS, at(5), at(5));
        leased.publish(EVENTS, at(7), at(5));
        leased.publish(EVENTS, at(8), at(4));
        assertThat(hub.connect().open()).as("and never back").contains(at(5));

        var next = leased(hub.connect());
        next.open();
        publish(next);
        assertThat(hub.connect().open()).contains(at(7));
    }

    /** A hub that gives up what it gets, after as long as it waits. */
    private static final class Slow implements Hub {

        private boolean isOutOfTime = true;

        @Override
        public Optional<HubPosition> open() {
            return Optional.of(at(1));
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) {
            throw new HubFenced("longer than 300000 ms", isOutOfTime, new IllegalStateException());
        }

        @Override
        public void close() {}
    }

    @Test
    void whatTakesTooLongTwiceIsAQuestionForAPerson() throws HubUnavailable {
        var slow = new Slow();
        var leased = leased(slow);
        for (var isOutOfTime : List.of(true, false, true)) {
            slow.isOutOfTime = isOutOfTime;
            leased.open();
            assertThatThrownBy(() -> publish(leased)).isInstanceOf(HubUnavailable.class);
        }
        leased.open();
        assertThatThrownBy(() -> leased.publish(EVENTS, at(8), at(8))).isInstanceOf(HubUnavailable.class);
        leased.open();
        assertThatThrownBy(() -> leased.publish(EVENTS, at(8), at(8)))
                .isInstanceOf(HubRefused.class)
                .hasMessageContainingAll(
                        "longer than 300000 ms, twice for the same 5 events", "transaction.timeout.ms");
    }
}
