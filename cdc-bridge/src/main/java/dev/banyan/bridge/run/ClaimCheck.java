package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import java.util.List;
import java.util.Optional;

/** A hub that takes events of any size: data too large for it goes to the lake first, and the event says where it lies. */
public record ClaimCheck(Hub hub, Lake lake) implements Hub {

    @Override
    public Optional<HubPosition> open() throws HubUnavailable {
        return hub.open();
    }

    @Override
    public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
        var max = hub.eventBytesMax();
        hub.publish(
                events.stream()
                        .map(event -> hub.bytes(event) <= max ? event : event.claimedAt(lake.claim(event)))
                        .toList(),
                position);
    }

    @Override
    public boolean fences() {
        return hub.fences();
    }

    @Override
    public void abort() {
        hub.abort();
    }

    @Override
    public void close() {
        hub.close();
    }
}
