package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Parity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the last whole comparison of each table found, all tables together; {@code at} is when the oldest of these ended, null when none has. Tables that
 * were {@code never} compared to their end are not in it.
 */
record ParityResult(Parity sum, @Nullable Instant at, List<TableId> never) {

    ParityResult {
        never = List.copyOf(never);
    }

    /** That of {@code tables} by {@code runs}, oldest first. */
    static ParityResult of(List<TableId> tables, List<Backfill> runs) {
        var found = new ArrayList<Parity>();
        var never = new ArrayList<TableId>();
        @Nullable Instant oldest = null;
        for (var table : tables) {
            var last = last(table, runs);
            if (last.isEmpty()) {
                never.add(table);
                continue;
            }
            var run = last.get();
            run.tables().stream()
                    .filter(each -> each.id().equals(table))
                    .map(Backfill.Table::parity)
                    .filter(Objects::nonNull)
                    .forEach(found::add);
            var ended = Instant.ofEpochMilli(run.updatedAtMs());
            oldest = oldest == null || ended.isBefore(oldest) ? ended : oldest;
        }
        return new ParityResult(Parity.sum(found), oldest, never);
    }

    private static Optional<Backfill> last(TableId table, List<Backfill> runs) {
        return runs.reversed().stream()
                .filter(run -> run.state() == Backfill.State.DONE)
                .filter(run -> run.tables().stream().anyMatch(each -> each.id().equals(table)))
                .findFirst();
    }

    /** True when every table was compared to its end. */
    boolean isWhole() {
        return never.isEmpty() && at != null;
    }

    /** As the gate {@code parity} of a gateway reads it, and what could not be judged. */
    Map<String, Object> describe() {
        var json = new LinkedHashMap<String, Object>();
        json.put("compared", sum.compared());
        json.put("differing", sum.differing());
        json.put("at", String.valueOf(at));
        json.put("waiting", sum.waiting());
        json.put("changed", sum.changed());
        return json;
    }
}
