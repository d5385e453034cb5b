package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table that does not fit the mapping any more. What transactions behind the position {@code since} did to the {@code tables} of its
 * {@code aggregate} is parked, all of it. {@code why} is for people; {@code shape} has the columns of the last row that was seen.
 */
public record Pause(
        TableId table, String aggregate, List<TableId> tables, long since, Instant noted, String why, String shape) {

    public Pause {
        tables = List.copyOf(tables);
    }

    /** All of it but the shape, for JSON; {@code place} is {@code since} as people know it. */
    public Map<String, Object> describe(String place) {
        var json = new LinkedHashMap<String, Object>();
        json.put("table", table.toString());
        json.put("aggregate", aggregate);
        json.put("since", place);
        json.put("noted", noted.toString());
        json.put("why", why);
        return json;
    }
}
