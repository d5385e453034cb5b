package dev.banyan.bridge.store;

import java.util.Map;

/**
 * How far the bridge is: everything that committed up to {@code commitLsn} in the log of that server is in the hub.
 * {@code offset} is what Debezium starts from.
 */
public record Position(String systemIdentifier, int timeline, long commitLsn, Map<String, Object> offset) {

    public Position {
        offset = Map.copyOf(offset);
    }
}
