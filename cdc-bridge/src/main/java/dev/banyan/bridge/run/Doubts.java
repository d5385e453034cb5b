package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.SchemaLog;
import dev.banyan.bridge.engine.TransactionUnreadable;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which mapped tables Debezium has otherwise than the server, as its history of definitions keeps them, and otherwise than the log's rows: for whoever
 * counts what was read.
 */
final class Doubts {

    /** At {@code at}, the number of a GTID, it is certain, and what is read behind {@code since} does not count then. */
    private record Due(long since, long at, String text) {}

    private final int era;
    private volatile List<Due> all = List.of();

    /** The first rows of all that are read wrongly, which nothing settles. */
    private volatile @Nullable Due misread;

    /** Of positions in {@code era}. */
    Doubts(int era) {
        this.era = era;
    }

    /** From here on there are {@code all} these of what the server says. */
    void are(List<SchemaLog.Doubt> all) {
        this.all = all.stream()
                .map(
                        doubt -> new Due(
                                doubt.since(),
                                doubt.made().logEndsAt(),
                                "table " + doubt.table() + ": " + doubt.why()
                                        + "; no statement of the log says why, and rows would be read wrongly. resync begins behind it)"))
                .toList();
    }

    /** Rows of {@code table} at the GTID with the number {@code at} are read wrongly, as {@code why} says. */
    void misread(TableId table, String why, long at) {
        if (misread == null) {
            var text = "table " + table + ": " + why + "; they would be read wrongly. resync begins behind it)";
            misread = new Due(at - 1, at, text);
        }
    }

    /** The failure for the rows that are read wrongly, at which Debezium itself may stumble before they count; null when there are none. */
    @Nullable
    TransactionUnreadable misread() {
        var due = misread;
        return due == null ? null : new TransactionUnreadable(due.text);
    }

    /**
     * To be called before what the log has at {@code position} counts: throws when nothing up to there has settled a doubt, and takes what may have been
     * read wrongly out of {@code arrivals}.
     */
    void check(long position, List<Arrival> arrivals) {
        var due = Stream.concat(Stream.ofNullable(misread), all.stream())
                .filter(doubt -> position >= Era.position(era, doubt.at))
                .toList();
        if (due.isEmpty()) {
            return;
        }
        due.forEach(doubt -> arrivals.removeIf(arrival -> arrival.lsn() > Era.position(era, doubt.since)));
        throw new TransactionUnreadable(due.getFirst().text);
    }
}
