package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubRefused;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.store.Ledger;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The hub as a courier uses it: opened under the lease, and given each unit once, as far as that can be known. One thread uses it. */
final class LeasedHub {

    /*
     * To open the hub shuts everybody else out of it, so only who has the lease may. Who is shut out and has the lease all the same was
     * not succeeded: Kafka has given up a transaction that took too long, or somebody who should not has opened the hub. He opens it again;
     * only when the last position is another store's, a second bridge of the same name is at work, and one of the two has to go.
     *
     * A unit goes again after a failure, until it is in the hub. How much of it is there a hub with positions says when it is opened; of
     * one without, the pieces that were taken are not sent again. A hub without positions says nothing when it is opened either: what is in
     * it that the store does not have (a lake that fails, or the store) is known for as long as the process lives.
     */
    private final Hub hub;
    private final Ledger ledger;
    private final String storeId;
    private final LakePart.Limits piece;
    private final UnaryOperator<HubPosition> onOurs;
    private final Progress progress;
    private final Consumer<Point> watcher;
    private boolean isOpen;
    private @Nullable HubPosition reach;
    private @Nullable HubFenced shutOut;
    private @Nullable HubPosition outOfTime;
    private int sent;

    /** Gives {@code hub} at most {@code eventsMax} events, or 16 million characters and one event, at once where it has no transactions; {@code onOurs} is {@link Timelines#onOurs}, and {@code progress} knows up to where an engine before has filled it. */
    LeasedHub(
            Hub hub,
            Ledger ledger,
            String storeId,
            int eventsMax,
            UnaryOperator<HubPosition> onOurs,
            Progress progress,
            Consumer<Point> watcher) {
        this.hub = hub;
        this.ledger = ledger;
        this.storeId = storeId;
        this.piece = LakePart.Limits.of(eventsMax);
        this.onOurs = onOurs;
        this.progress = progress;
        this.reach = hub.fences() ? null : progress.inHub();
        this.watcher = watcher;
        hub.sendWhile(ledger::holdsLease);
    }

    /** Opens the hub, unless it is open. */
    void open() throws HubUnavailable {
        if (isOpen) {
            return;
        }
        ledger.checkLease();
        var found = hub.open();
        // It may have been lost meanwhile. Whoever takes it from here on opens the hub behind us, and shuts us out.
        ledger.checkLease();
        var before = shutOut;
        if (before != null && found.isPresent() && !found.get().storeId().equals(storeId)) {
            throw before;
        }
        shutOut = null;
        reach = found.or(() -> Optional.ofNullable(reach)).map(onOurs).orElse(null);
        isOpen = true;
        watcher.accept(Point.HUB_OPENED);
    }

    /** True when the events of {@code position} are in the hub. */
    boolean covers(HubPosition position) {
        return reach != null && reach.covers(position);
    }

    /**
     * Returns when {@code events}, which reach {@code position}, are in the hub; to be called with the same ones until it does. The hub is
     * told of {@code told}, which may lie before: then they come again after a crash.
     */
    void publish(List<DomainEvent> events, HubPosition position, HubPosition told) throws HubUnavailable {
        if (!covers(position)) {
            publishMore(events, position, told);
        }
    }

    /** The same for what comes behind all that the hub has up to {@code position}, and may be there already. */
    void publishMore(List<DomainEvent> events, HubPosition position, HubPosition told) throws HubUnavailable {
        if (events.isEmpty()) {
            return;
        }
        var next = reach != null && reach.covers(told) ? reach : told;
        try {
            if (hub.fences()) {
                hub.publish(events, next);
            } else {
                publishInPieces(events, position);
            }
        } catch (HubFenced e) {
            isOpen = false;
            ledger.checkLease();
            refuseTooSlow(e, events, position);
            shutOut = e;
            throw new HubUnavailable(e.getMessage() + "; the lease is still ours, so it is opened again", e);
        } catch (HubUnavailable e) {
            isOpen = false;
            throw e;
        }
        reach = next;
        progress.inHub(next);
        sent = 0;
        watcher.accept(Point.PUBLISHED);
    }

    /** What took too long twice will again, and until somebody changes something no reader of the topics gets on meanwhile. */
    private void refuseTooSlow(HubFenced failure, List<DomainEvent> events, HubPosition position) {
        if (failure.isOutOfTime() && position.equals(outOfTime)) {
            throw new HubRefused(
                    failure.getMessage() + ", twice for the same " + events.size()
                            + " events, which are whole transactions (expected: a hub that takes them in time, or a longer"
                            + " transaction.timeout.ms under hub.kafka.producer)",
                    failure);
        }
        outOfTime = failure.isOutOfTime() ? position : null;
    }

    /** A hub without transactions gains nothing from having all at once. */
    private void publishInPieces(List<DomainEvent> all, HubPosition position) throws HubUnavailable {
        var left = all.iterator();
        for (var i = 0; i < sent; i++) {
            left.next();
        }
        while (left.hasNext()) {
            var events = LakePart.next(left, piece).events();
            ledger.checkLease();
            hub.publish(events, position);
            sent += events.size();
        }
    }
}
