package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.Era;
import java.util.Map;

/** How far the events in the hub reach: written with them, in the same Kafka transaction. Positions compare only within one timeline of one server. */
public record HubPosition(String storeId, String systemIdentifier, int timeline, long commitLsn) {

    /** True when the events of {@code commitLsn}, on the same log and for the same store, are in the hub already. */
    public boolean covers(HubPosition other) {
        return storeId.equals(other.storeId)
                && systemIdentifier.equals(other.systemIdentifier)
                && timeline == other.timeline
                && other.commitLsn <= commitLsn;
    }

    /** What of it is on timeline {@code next}, too: all up to where its own ended for that, of {@code endByTimeline}; itself when that is not known. */
    public HubPosition on(int next, Map<Integer, Long> endByTimeline) {
        var end = endByTimeline.get(timeline);
        if (end == null) {
            return this;
        }
        var last = Era.position(Era.of(commitLsn), end);
        return new HubPosition(storeId, systemIdentifier, next, Math.min(commitLsn, last));
    }
}
