package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.IncompleteRows;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A session of the simulated store: gathers images, and commits them with the position. */
final class SimulatedLedger implements Ledger, AggregateImages {

    private final SimulatedStore store;
    private final long epoch;
    private final Duration lease;
    private final BooleanSupplier holdsLease;
    private final Map<String, Row> changed = new HashMap<>();
    Faults faults = NoFaults.HALT;
    int tokensKept;

    SimulatedLedger(SimulatedStore store, long epoch, Duration lease, BooleanSupplier holdsLease) {
        this.holdsLease = holdsLease;
        this.store = store;
        this.epoch = epoch;
        this.lease = lease;
    }

    @Override
    public @Nullable Row get(TableId table, List<?> key) {
        var own = changed.get((String) key.getFirst());
        return own == null ? store.image((String) key.getFirst()) : own;
    }

    @Override
    public void put(TableId table, List<?> key, Row row, List<?> parent) {
        changed.put((String) key.getFirst(), row);
    }

    @Override
    public void remove(TableId table, List<?> key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Row> children(TableId table, List<?> parent) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Row> all(TableId table) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear(TableId table) {
        throw new UnsupportedOperationException();
    }

    @Override
    public AggregateImages images() {
        return this;
    }

    @Override
    public Faults faults() {
        return faults;
    }

    @Override
    public int waiting() {
        return 0;
    }

    @Override
    public void keepTokens() {
        tokensKept++;
    }

    @Override
    public void touch(StoreSession.RowKey row) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<StoreSession.RowKey> touchedAmong(List<StoreSession.RowKey> rows) {
        return Set.of();
    }

    @Override
    public IncompleteRows incomplete() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void update(Backfill backfill) {}

    @Override
    public void checkLease() {
        store.checkLease(epoch);
    }

    @Override
    public boolean holdsLease() {
        return holdsLease.getAsBoolean();
    }

    @Override
    public void commit(Position position) {
        store.commit(epoch, position, changed, lease);
        changed.clear();
    }

    @Override
    public void force() {
        store.force();
    }
}
