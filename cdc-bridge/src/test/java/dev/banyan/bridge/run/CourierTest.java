package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.Backfill;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What of a store in a file a kill leaves, with a hub that has a position. */
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
        var lease = Duration.ofSeconds(10);
        var ledger = new SimulatedLedger(world.store, world.store.tryLease("host", world.now, lease), lease);
        var tracker = new BackfillTracker(Map.of(SimulatedWorld.TABLE, List.of("id")), ledger, backfills);
        var transaction = new Transaction(1, "t1", Instant.EPOCH, List.of(change));
        var arrivals = new ArrayDeque<>(List.of(Arrival.of(transaction, OFFSET, true)));
        var courier = new Courier(
                new Courier.Parts(
                        world.mapper,
                        new SimulatedHub(world, true).connect(),
                        null,
                        ledger,
                        tracker,
                        () -> backfills,
                        new Progress(world.clock),
                        "store",
                        RunSettings.Limits.DEFAULT,
                        _ -> {}),
                _ -> arrivals.isEmpty() ? List.of() : List.of(arrivals.remove()),
                new AtomicReference<>(world.store.position()));
        assertThat(courier.step()).isInstanceOf(Courier.Step.Delivered.class);
        assertThat(world.store.position().commitLsn()).isEqualTo(1);
        world.store.crash();
        return world.store.position().commitLsn();
    }
}
