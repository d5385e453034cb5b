package dev.banyan.gateway.store;

/** Only the leader may do this, and this gateway is not it, or no longer: nothing was written. */
public final class NotLeader extends StoreUnavailable {

    private static final long serialVersionUID = 1;

    NotLeader(String message) {
        super(message);
    }
}
