package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventBytes;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A hub that takes events of any size: data too large for it goes to the lake first, and the event says where it lies. */
public final class ClaimCheck implements Hub {

    private static final int EVENTS_IN_MEMORY = 20_000;

    private final Hub hub;
    private final Lake lake;
    private final Consumer<Point> watcher;
    private volatile boolean aborted;

    public ClaimCheck(Hub hub, Lake lake, Consumer<Point> watcher) {
        this.hub = hub;
        this.lake = lake;
        this.watcher = watcher;
    }

    /** One that is watched by nobody. */
    public ClaimCheck(Hub hub, Lake lake) {
        this(hub, lake, _ -> {});
    }

    @Override
    public Optional<HubPosition> open() throws HubUnavailable {
        return hub.open();
    }

    @Override
    public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
        var max = hub.eventBytesMax();
        var fitting = new LargeList<>(EVENTS_IN_MEMORY, EventBytes.CODEC);
        for (var event : events) {
            fitting.add(EventLimit.bytesAtMost(event) <= max || hub.bytes(event) <= max ? event : claimed(event));
        }
        hub.publish(fitting, position);
    }

    /** Many that are large take a bucket longer than a stop may wait; what was claimed is found again. */
    private DomainEvent claimed(DomainEvent event) throws HubUnavailable {
        if (aborted) {
            throw new HubUnavailable("stopped while large data was kept in the lake", new CancellationException());
        }
        var claimed = event.claimedAt(lake.claim(event));
        watcher.accept(Point.DATA_CLAIMED);
        return claimed;
    }

    @Override
    public boolean fences() {
        return hub.fences();
    }

    @Override
    public void sendWhile(BooleanSupplier holdsLease) {
        hub.sendWhile(holdsLease);
    }

    @Override
    public void abort() {
        aborted = true;
        hub.abort();
    }

    @Override
    public void close() {
        hub.close();
    }
}
