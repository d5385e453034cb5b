package dev.banyan.bridge.store;

import java.time.Duration;
import java.util.Optional;

/** Who may write to a store and until when, by the store's clock. The epoch rises with every holder; whoever writes names what he began under. */
public record Lease(long epoch, String holder, long untilMs, Duration length) {

    /**
     * What fences a write: the epoch and who holds it. The epoch alone does not, once a store was set back to a backup: two may have come to the same
     * one.
     */
    public record Held(long epoch, String holder) {}

    static final String LOST = "another bridge has taken over: the lease on the store is lost";

    /** The lease as {@code next} takes it at {@code nowMs}; empty while somebody else holds it, unless it is known that he {@code isGone}. */
    public Optional<Lease> takenBy(String next, long nowMs, Duration length, boolean isGone) {
        return isGone || untilMs < nowMs
                ? Optional.of(new Lease(epoch + 1, next, nowMs + length.toMillis(), length))
                : Optional.empty();
    }

    Held held() {
        return new Held(epoch, holder);
    }

    /** Throws {@link Fenced} when another has taken it since {@code own} began. */
    void check(Held own) {
        if (!own.equals(held())) {
            throw new Fenced(LOST);
        }
    }

    /** The lease kept for another while by whoever began under {@code own}; throws {@link Fenced} when another has taken it since. */
    public Lease keptBy(Held own, long nowMs, Duration length) {
        check(own);
        var next = nowMs + length.toMillis();
        return new Lease(epoch, holder, next == untilMs ? next + 1 : next, length); // who waits sees that it is kept
    }
}
