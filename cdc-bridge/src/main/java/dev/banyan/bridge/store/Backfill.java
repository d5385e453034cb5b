package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request to read whole tables, one after the other. It stays until every row has been delivered, or it is cancelled, however often the
 * bridge is restarted. {@code rowsPerSecond} is how fast it was when it was last updated; null when that is not known. {@code failure} is why
 * it does not get on; null while it does.
 */
public record Backfill(
        String id,
        List<Table> tables,
        State state,
        Wish wish,
        long rowsRead,
        @Nullable Long rowsPerSecond,
        @Nullable Failure failure,
        long requestedAtMs,
        long updatedAtMs) {

    /** What the id of one begins with that only compares what it reads with what is remembered; its signals do so, too. */
    static final String PARITY = "parity-";

    private static final Duration FRESH = Duration.ofSeconds(30);

    /** Where a backfill stands. */
    public enum State {
        /** Asked for, as a whole or for rows that it did not get; Debezium has not recorded it yet, so it is signalled again after a restart. */
        REQUESTED,
        /** Part of the stored offset: Debezium resumes it by itself. */
        RUNNING,
        DONE,
        /** Given up before its end. */
        CANCELLED
    }

    /** What people want of it. */
    public enum Wish {
        GO,
        PAUSE,
        CANCEL
    }

    /**
     * A table of it; {@code rowsEstimated} is what the database's statistics said when it was first signalled, null when they said nothing. {@code
     * parity} is what came of comparing it so far; null where nothing is compared.
     */
    public record Table(
            TableId id,
            Reading reading,
            long rowsRead,
            @Nullable Long rowsEstimated,
            @Nullable Parity parity) {

        /** A table of which nothing is compared. */
        public Table(TableId id, Reading reading, long rowsRead, @Nullable Long rowsEstimated) {
            this(id, reading, rowsRead, rowsEstimated, null);
        }
    }

    /** A chunk could not be read, so many times in a row; {@code why} is what was said the last time. Not once: it has not begun, and waits. */
    public record Failure(int times, String why) {}

    /** After so many failures in a row it is paused: a person has to see why, and the log has been held up each time. */
    static final int FAILURES_MAX = 5;

    /** Where one table stands. */
    public enum Reading {
        WAITING,
        READING,
        READ
    }

    public Backfill {
        tables = List.copyOf(tables);
    }

    /** A backfill of {@code tables} that has not begun. */
    public static Backfill of(List<TableId> tables, long nowMs) {
        return of(UUID.randomUUID().toString(), tables, nowMs);
    }

    /** A parity run over {@code tables} that has not begun. */
    static Backfill parity(List<TableId> tables, long nowMs) {
        return of(PARITY + UUID.randomUUID().toString().replace("-", ""), tables, nowMs);
    }

    private static Backfill of(String id, List<TableId> tables, long nowMs) {
        return new Backfill(
                id,
                tables.stream()
                        .map(table -> new Table(table, Reading.WAITING, 0, null))
                        .toList(),
                State.REQUESTED,
                Wish.GO,
                0,
                null,
                null,
                nowMs,
                nowMs);
    }

    /** The one of {@code backfills}, oldest first, that is under way or is next: they run one after the other. */
    public static Optional<Backfill> head(List<Backfill> backfills) {
        return backfills.stream().filter(backfill -> !backfill.isOver()).findFirst();
    }

    /** True for a parity run, and for a signal that asks for rows of one. */
    public static boolean isParity(@Nullable String idOrSignal) {
        return idOrSignal != null && idOrSignal.startsWith(PARITY);
    }

    /** True when it only compares what it reads. */
    public boolean isParity() {
        return isParity(id);
    }

    public boolean isOver() {
        return state == State.DONE || state == State.CANCELLED;
    }

    /** True when it is to be cancelled and Debezium has not recorded it. */
    public boolean isCancelledUnbegun() {
        return state == State.REQUESTED && wish == Wish.CANCEL;
    }

    /** True when Debezium is to be asked for rows whose tables it has read: {@link IncompleteRows}. */
    public boolean isToReadAgain() {
        return state == State.REQUESTED && tables.stream().noneMatch(table -> table.reading == Reading.WAITING);
    }

    /** The same in another state. */
    Backfill in(State other) {
        return new Backfill(id, tables, other, wish, rowsRead, rowsPerSecond, failure, requestedAtMs, updatedAtMs);
    }

    /** Its state in a word for people. */
    public String word() {
        return isOver() || wish == Wish.GO
                ? (isToReadAgain() ? State.RUNNING : state).name().toLowerCase(Locale.ROOT)
                : wish == Wish.PAUSE ? "paused" : "cancelling";
    }

    /** About how many rows it has in all; empty when the statistics do not say so of each table. A table that is read has what was read. */
    public OptionalLong rowsEstimated() {
        var sum = 0L;
        for (var table : tables) {
            var rows = table.reading == Reading.READ ? (Long) table.rowsRead : table.rowsEstimated;
            if (rows == null) {
                return OptionalLong.empty();
            }
            sum += Math.max(rows, table.rowsRead);
        }
        return OptionalLong.of(sum);
    }

    /** Rows a second of late; empty when it does not run, or has not been heard of for 30 s. */
    public OptionalLong rowsPerSecond(long nowMs) {
        return rowsPerSecond == null
                        || state != State.RUNNING
                        || wish != Wish.GO
                        || nowMs - updatedAtMs > FRESH.toMillis()
                ? OptionalLong.empty()
                : OptionalLong.of(rowsPerSecond);
    }

    /** About how long it still takes; empty when rate or rows are not known. */
    public OptionalLong secondsLeft(long nowMs) {
        var rate = rowsPerSecond(nowMs);
        var rows = rowsEstimated();
        return rate.isEmpty() || rate.getAsLong() == 0 || rows.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.ceilDiv(Math.max(0, rows.getAsLong() - rowsRead), rate.getAsLong()));
    }

    /** All of it, for JSON; what is not known is null. */
    public Map<String, @Nullable Object> describe(long nowMs) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("state", word());
        json.put("requested", Instant.ofEpochMilli(requestedAtMs).toString());
        json.put("rowsRead", rowsRead);
        json.put("rowsEstimated", orNull(rowsEstimated()));
        json.put("rowsPerSecond", orNull(rowsPerSecond(nowMs)));
        json.put("secondsLeft", orNull(secondsLeft(nowMs)));
        json.put("failures", failure == null ? 0 : failure.times);
        json.put("failure", failure == null ? null : failure.why);
        if (isParity()) {
            var sum = Parity.sum(
                    tables.stream().map(Table::parity).filter(Objects::nonNull).toList());
            json.put("finished", isOver() ? Instant.ofEpochMilli(updatedAtMs).toString() : null);
            json.put("compared", sum.compared());
            json.put("differing", sum.differing());
            json.put(
                    "cures",
                    tables.stream().flatMap(table -> cure(table).stream()).toList());
        }
        json.put(
                "tables",
                tables.stream()
                        .map(table -> {
                            var each = new LinkedHashMap<String, @Nullable Object>();
                            each.put("table", table.id.toString());
                            each.put("state", table.reading.name().toLowerCase(Locale.ROOT));
                            each.put("rowsRead", table.rowsRead);
                            each.put("rowsEstimated", table.rowsEstimated);
                            if (table.parity != null) {
                                table.parity.describe(each);
                            }
                            return each;
                        })
                        .toList());
        return json;
    }

    /** What makes good what differs of {@code table}. */
    private static Optional<String> cure(Table table) {
        if (table.parity == null || table.parity.differing() == 0) {
            return Optional.empty();
        }
        return Optional.of(
                table.parity.gone() > 0
                        ? "./banyan bridge resync --config FILE --table " + table.id
                        : "./banyan bridge backfill start --config FILE " + table.id);
    }

    private static @Nullable Long orNull(OptionalLong number) {
        return number.isPresent() ? (@Nullable Long) number.getAsLong() : null;
    }
}
