package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.util.List;

/** A request to read whole tables. It stays until every row has been delivered, however often the bridge is restarted. */
public record Backfill(String id, List<TableId> tables, State state, long rowsRead, long requestedAtMs) {

    /** Where a backfill stands. */
    public enum State {
        /** Asked for; Debezium has not recorded it yet, so it is signalled again after a restart. */
        REQUESTED,
        /** Part of the stored offset: Debezium resumes it by itself. */
        RUNNING,
        DONE
    }

    public Backfill {
        tables = List.copyOf(tables);
    }
}
