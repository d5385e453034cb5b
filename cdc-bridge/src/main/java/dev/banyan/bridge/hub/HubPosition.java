package dev.banyan.bridge.hub;

/** How far the events in the hub reach: written with them, in the same Kafka transaction. LSNs compare only within one timeline of one server. */
public record HubPosition(String storeId, String systemIdentifier, int timeline, long commitLsn) {

    /** True when the events of {@code commitLsn}, on the same log and for the same store, are in the hub already. */
    public boolean covers(HubPosition other) {
        return storeId.equals(other.storeId)
                && systemIdentifier.equals(other.systemIdentifier)
                && timeline == other.timeline
                && other.commitLsn <= commitLsn;
    }
}
