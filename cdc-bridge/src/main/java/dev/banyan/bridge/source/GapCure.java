package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.util.Set;
import java.util.stream.Collectors;

/** What a person can do about a gap in PostgreSQL's log. */
final class GapCure {

    private GapCure() {}

    /** For one of these tables alone. */
    static String again(Set<TableId> tables) {
        return """
                To have these tables read again, and all else go on where it was:
                  cdc-bridge resync --config FILE%s
                What happened in there meanwhile has no events of its own: the backfill tells each row as it is then, and what is gone as removed.
                Whether that made it good, cdc-bridge parity start --config FILE says afterwards.
                Or with everything anew:
                """.formatted(tables.stream().map(table -> " --table " + table).collect(Collectors.joining()));
    }

    /** For any. */
    static String anew(Source source) {
        return """
                Changes may be missing. The bridge does not jump over a gap. To start over without one:
                  1. SELECT pg_drop_replication_slot('%s');   -- if it is still there
                  2. run the plan again: cdc-bridge plan --config FILE
                  3. cdc-bridge resync --config FILE          -- takes the new slot's position and asks for a full backfill
                When the backfill is done, rows that were deleted during the gap are told as removed.
                Then cdc-bridge parity start --config FILE says whether anything differs still.
                See docs/how-to/bridge-will-not-start.md.""".formatted(source.slot());
    }
}
