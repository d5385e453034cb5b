package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.TransactionUnreadable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Mapped tables that the server has made otherwise than Debezium says, each with the place up to which the log may yet say why. */
final class Doubts {

    /** What of the log lies behind {@code since} was read as Debezium says. */
    private record Doubt(String why, long since, long until) {}

    private final Map<TableId, Doubt> byTable = new ConcurrentHashMap<>();

    /** Doubts how {@code table} is made behind the position {@code since}, unless a statement up to {@code until} settles it. */
    void doubt(TableId table, String why, long since, long until) {
        byTable.put(table, new Doubt(why, since, until));
    }

    void settle(TableId table) {
        byTable.remove(table);
    }

    /**
     * To be called before what the log has at {@code position} counts: throws when nothing up to there has settled a doubt, and takes what may have been
     * read wrongly out of {@code arrivals}.
     */
    void check(long position, List<Arrival> arrivals) {
        byTable.forEach((table, doubt) -> {
            if (position >= doubt.until) {
                arrivals.removeIf(arrival -> arrival.lsn() > doubt.since);
                throw new TransactionUnreadable(
                        "table " + table + ": " + doubt.why
                                + "; no statement of the log says why, and rows would be read wrongly. resync begins behind it)");
            }
        });
    }
}
