package dev.banyan.bridge.store;

import java.time.Duration;
import java.util.Optional;

/** Who may write to a store and until when, by the store's clock. The epoch rises with every holder; whoever writes names the one he began under. */
public record Lease(long epoch, String holder, long untilMs) {

    static final String LOST = "another bridge has taken over: the lease on the store is lost";

    /**
     * The lease as {@code next} takes it at {@code nowMs}; empty while somebody else holds it. With {@code isExclusive} nobody else can
     * have the store open, so whoever held it is gone.
     */
    public Optional<Lease> takenBy(String next, long nowMs, Duration length, boolean isExclusive) {
        return isExclusive || untilMs < nowMs
                ? Optional.of(new Lease(epoch + 1, next, nowMs + length.toMillis()))
                : Optional.empty();
    }

    /** The lease kept for another while by whoever began under {@code own}; throws {@link Fenced} when another has taken it since. */
    public Lease keptBy(long own, long nowMs, Duration length) {
        if (own != epoch) {
            throw new Fenced(LOST);
        }
        return new Lease(epoch, holder, nowMs + length.toMillis());
    }
}
