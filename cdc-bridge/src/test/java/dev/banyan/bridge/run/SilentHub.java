package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Takes events and says nothing, until a stop that has waited aborts it: then that it has them, or that it does not know. */
final class SilentHub implements Hub {

    private final Hub hub;
    private final boolean fails;
    final CountDownLatch publishing = new CountDownLatch(1);
    private final CountDownLatch aborted = new CountDownLatch(1);

    SilentHub(Hub hub, boolean fails) {
        this.hub = hub;
        this.fails = fails;
    }

    @Override
    public Optional<HubPosition> open() throws HubUnavailable {
        if (aborted.getCount() == 0) {
            throw new HubUnavailable("aborted", new IllegalStateException()); // as Kafka's does
        }
        return hub.open();
    }

    @Override
    public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
        hub.publish(events, position);
        publishing.countDown();
        try {
            aborted.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (fails) {
            throw new HubUnavailable("aborted", new IllegalStateException());
        }
    }

    @Override
    public void abort() {
        aborted.countDown();
    }

    @Override
    public void close() {
        hub.close();
    }
}
