package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Era;
import java.util.Map;

/**
 * How far the bridge is: everything that committed up to {@code commitLsn}, in its {@link Era}, in the log of that server is in the hub.
 * {@code offset} is what Debezium starts from.
 */
public record Position(String systemIdentifier, int timeline, long commitLsn, Map<String, Object> offset) {

    public Position {
        offset = Map.copyOf(offset);
    }

    /** Which of the bridge's logs it is in. */
    public int era() {
        return Era.of(commitLsn);
    }

    /** Its place in the server's log, as the server has it. */
    public long place() {
        return Era.place(commitLsn);
    }

    /** The same place, read in {@code era}. */
    public Position in(int era) {
        return new Position(systemIdentifier, timeline, Era.position(era, place()), offset);
    }
}
