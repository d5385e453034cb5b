package dev.banyan.bridge.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * What an operator sees of a store: the paused tables, the newest faults, oldest first, and how many there are in which state. Of a paused table's
 * aggregate very much may wait, and hide all others: what merely waits is counted, and not among the {@code faults}.
 */
public record FaultListing(
        List<Pause> pauses, List<PausedGroup> groups, List<Fault> faults, Map<Fault.State, Long> countByState) {

    public static final FaultListing EMPTY = new FaultListing(List.of(), List.of(), List.of(), Map.of());

    /** So many {@code parts} of transactions wait, as {@code group}, because a table of {@code aggregate} is paused. */
    public record PausedGroup(String group, String aggregate, long parts) {}

    public FaultListing {
        pauses = List.copyOf(pauses);
        groups = List.copyOf(groups);
        faults = List.copyOf(faults);
        countByState = Map.copyOf(countByState);
    }

    /** All of it but the counts, for JSON; {@code place} shows a position. */
    public Map<String, Object> describe(LongFunction<String> place) {
        var tables = new ArrayList<Map<String, Object>>();
        for (var pause : pauses) {
            var json = pause.describe(place.apply(pause.since()));
            var group = groups.stream()
                    .filter(each -> each.aggregate.equals(pause.aggregate()))
                    .findFirst();
            json.put("group", group.map(PausedGroup::group).orElse(""));
            json.put("waiting", group.map(PausedGroup::parts).orElse(0L));
            tables.add(json);
        }
        var json = new LinkedHashMap<String, Object>();
        json.put("pausedTables", tables);
        json.put("faults", faults.stream().map(Fault::describe).toList());
        return json;
    }
}
