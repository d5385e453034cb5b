package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.engine.SchemaLog;
import dev.banyan.bridge.engine.TransactionUnreadable;
import java.util.List;

/** Which mapped tables the server has made otherwise than Debezium says, as its history of definitions keeps them: for whoever counts what was read. */
final class Doubts {

    private final int era;
    private volatile List<SchemaLog.Doubt> all = List.of();

    /** Of positions in {@code era}. */
    Doubts(int era) {
        this.era = era;
    }

    /** From here on there are {@code all} these. */
    void are(List<SchemaLog.Doubt> all) {
        this.all = all;
    }

    /**
     * To be called before what the log has at {@code position} counts: throws when nothing up to there has settled a doubt, and takes what may have been
     * read wrongly out of {@code arrivals}.
     */
    void check(long position, List<Arrival> arrivals) {
        var due = all.stream()
                .filter(doubt -> position >= Era.position(era, doubt.made().logEndsAt()))
                .toList();
        if (due.isEmpty()) {
            return;
        }
        due.forEach(doubt -> arrivals.removeIf(arrival -> arrival.lsn() > Era.position(era, doubt.since())));
        throw new TransactionUnreadable("table " + due.getFirst().table() + ": "
                + due.getFirst().why()
                + "; no statement of the log says why, and rows would be read wrongly. resync begins behind it)");
    }
}
