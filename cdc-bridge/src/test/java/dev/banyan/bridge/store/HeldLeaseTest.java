package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A lease on a store that two hosts reach: who has it, and how long he may believe so. */
class HeldLeaseTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final StoreSession.RowKey ROW = new StoreSession.RowKey(TableId.parse("public.p"), "1");

    @BeforeAll
    static void database() {
        Servers.postgres().createDatabase("held_lease");
    }

    private static BridgeStore open(String holder, Duration lease, InstantSource clock) {
        var settings = new BridgeStore.Settings(Servers.postgres().jdbcUrl("held_lease"), "postgres", "postgres");
        return BridgeStore.open(settings, "held_lease", holder, lease, clock);
    }

    private static void runOut() {
        Servers.postgres().execute("held_lease", "UPDATE bridge_state SET lease_until_ms = 0");
    }

    @Test
    void aHostWhoseClockIsAheadDoesNotTakeItEarly() {
        var ahead = InstantSource.offset(InstantSource.system(), LONG.multipliedBy(2));
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, ahead)) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            assertThat(second.tryLease()).isFalse();
            assertThat(second.leaseHolder()).isEqualTo("first");
            first.releaseLease();
            assertThat(second.tryLease()).isTrue();
        }
    }

    @Test
    void whoLosesItKnowsAtTheNextRenewal() {
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, InstantSource.system())) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            var session = first.session(); // which its successor ends
            first.renewLease();
            assertThat(session.holdsLease()).isTrue();
            runOut();
            assertThat(second.tryLease()).isTrue();
            assertThatThrownBy(first::renewLease)
                    .isInstanceOf(Fenced.class)
                    .hasMessageContaining("another bridge has taken over");
            assertThat(session.holdsLease()).isFalse();
        }
    }

    @Test
    void whoDoesNotRenewItDoesNotBelieveInItForLongerThanItLasts() throws Exception {
        try (var store = open("first", Duration.ofMillis(300), InstantSource.system())) {
            runOut();
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                Await.until("it is not sure any more", () -> !session.holdsLease());
                store.renewLease();
            }
        }
    }

    @Test
    void aLeaseThatAClockLeftFarInTheFutureEndsOnceNobodyHasKeptItForItsLength() {
        var nanos = new AtomicLong();
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, InstantSource.system())) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            Servers.postgres()
                    .execute("held_lease", "UPDATE bridge_state SET lease_until_ms = lease_until_ms + 864000000");
            var waits = waiting(second, nanos);
            assertThat(waits.take()).as("seen for the first time").isFalse();
            nanos.addAndGet(LONG.toNanos());
            assertThat(waits.take()).as("its holder may believe in it still").isFalse();
            nanos.incrementAndGet();
            assertThat(waits.take()).isTrue();
            assertThatThrownBy(first::renewLease).isInstanceOf(Fenced.class);
        }
    }

    @Test
    void aLeaseThatIsKeptIsNotTakenWhateverTheClocksSay() {
        var nanos = new AtomicLong();
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, InstantSource.system())) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            var waits = waiting(second, nanos);
            for (var looks = 0; looks < 3; looks++) {
                assertThat(waits.take()).isFalse();
                nanos.addAndGet(LONG.toNanos() + 1);
                first.renewLease();
            }
            assertThat(waits.take()).isFalse();
            first.checkLease();
        }
    }

    /** One whose own leases are shorter. */
    private static HeldLease waiting(BridgeStore store, AtomicLong nanos) {
        return new HeldLease(
                store, Dialect.POSTGRESQL, "second", Duration.ofSeconds(1), InstantSource.system(), nanos::get);
    }

    @Test
    void whoStandsStillInATransactionKeepsNobodyFromIt() throws Exception {
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, InstantSource.system())) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            runOut();
            assertThatThrownBy(() -> first.run("standing still", connection -> {
                        StateRow.lease(connection);
                        assertThat(second.tryLease()).isTrue();
                        return null;
                    }))
                    .isInstanceOf(StoreFailed.class);
            runOut();
            assertThat(first.tryLease()).as("on another connection").isTrue();
        }
    }

    @Test
    void whatTheFormerHolderLeftOpenKeepsNoRowFromItsSuccessor() throws Exception {
        try (var first = open("first", LONG, InstantSource.system());
                var second = open("second", LONG, InstantSource.system())) {
            runOut();
            assertThat(first.tryLease()).isTrue();
            var left = first.session();
            left.touch(ROW);
            left.write();
            runOut();
            assertThat(second.tryLease()).isTrue();
            try (var session = second.session()) {
                session.touch(ROW);
                session.write();
                assertThat(session.touchedAmong(List.of(ROW))).containsExactly(ROW);
            }
            assertThatThrownBy(left::close).isInstanceOf(StoreFailed.class);
        }
    }
}
