package dev.banyan.connect;

import dev.banyan.bridge.mapping.RowPlace;
import dev.banyan.bridge.mapping.Sequence;
import java.time.Instant;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** Finds out where rows' changes stand in the log of their database, as Debezium's {@code source} says. Used by one thread. */
final class SourcePosition {

    /*
     * 63 bits hold a place: PostgreSQL's LSN as it is; of MySQL and MariaDB 27 bits for the binlog's number and 36 for the place in it
     * (a transaction may make a file longer than the 1 GiB at which the server begins the next); of SQL Server 24 for the virtual log file, 23 for the
     * block and 16 for the record in it. What does not fit is refused, never cut.
     *
     * MySQL and MariaDB write the rows of a statement into one event of the binlog, also several changes of one row: INSERT ... ON DUPLICATE
     * KEY UPDATE may name a key twice. They have one place, and Debezium counts them in source.row.
     *
     * What an incremental snapshot reads is no change, and has no place of its own. Debezium sends it between two changes of the log, as it was at the
     * first or later, so its id is made of the place of the first and a number that no change has. Of PostgreSQL that place is in source.sequence only,
     * ["LSN of the last commit", "LSN of the change"]; source.lsn is null.
     *
     * A sequence is one of commits. A binlog has transactions one behind the other, as they were committed. In the logs of PostgreSQL and SQL Server their rows lie
     * between each other's: a row that was written before a snapshot looked at it may be committed after that, and its place in the log is lower than
     * that of the look. PostgreSQL's rows have not the place of their commit, but that of the commit before, which tells as much: what a snapshot reads
     * comes behind that commit, and before all that is sent after. Until a connector has seen a commit, its first snapshot's place is remembered for it.
     */
    private static final int READ_ROW = 999_999;
    private static final Pattern SEQUENCE = Pattern.compile("\\[(?:null|\"(\\d+)\"), *(?:null|\"(\\d+)\")]");
    private static final int BINLOG_BITS = 36;
    private static final int BINLOG_FILE_BITS = 27;
    private static final int BLOCK_BITS = 23;
    private static final int RECORD_BITS = 16;
    private static final int LOG_FILE_BITS = 24;
    private static final long MICROS = 1_000_000L;

    private long firstSnapshot = -1;

    /** The place in {@code source}, whose fields {@code field} looks up, of a change or, with {@code isRead}, of what a snapshot read. */
    RowPlace of(Function<String, @Nullable Object> field, boolean isRead) {
        var connector = String.valueOf(field.apply("connector"));
        return switch (connector) {
            case "postgresql" -> postgresql(field, isRead);
            case "mysql", "mariadb" -> binlog(field);
            case "sqlserver" -> sqlServer(field, isRead);
            default ->
                throw new DataException("source.connector: " + connector
                        + " (expected: postgresql, mysql, mariadb or sqlserver, whose positions are known)");
        };
    }

    private RowPlace postgresql(Function<String, @Nullable Object> field, boolean isRead) {
        var isIncremental = isIncremental(field);
        var sequence = SEQUENCE.matcher(isIncremental ? text(field, "sequence") : sequence(field));
        if (!sequence.matches() || (isIncremental && sequence.group(2) == null)) {
            throw unusable(
                    "sequence",
                    String.valueOf(field.apply("sequence")),
                    "two places in the log such as [\"24023119\",\"24023128\"]");
        }
        var place = isIncremental ? parsed(sequence.group(2), 10, "sequence") : number(field, "lsn");
        if (place > Sequence.ROW_MAX) {
            throw unusable("lsn", Long.toString(place), "at most " + Sequence.ROW_MAX);
        }
        return new RowPlace(
                place,
                isIncremental ? READ_ROW : 0,
                sequence(sequence.group(1), place, isRead),
                transaction(field.apply("txId"), place),
                committed(field));
    }

    private String sequence(@Nullable String commitBefore, long place, boolean isRead) {
        if (commitBefore == null && isRead) {
            firstSnapshot = Math.max(firstSnapshot, place);
        }
        var before = commitBefore == null ? firstSnapshot : parsed(commitBefore, 10, "sequence");
        return isRead ? Sequence.ofRow(before, 0) : Sequence.ofRow(Math.max(before, place), place);
    }

    private static String sequence(Function<String, @Nullable Object> field) {
        return field.apply("sequence") instanceof String text ? text : "[null,null]";
    }

    private static RowPlace binlog(Function<String, @Nullable Object> field) {
        var file = text(field, "file");
        var at = number(field, "pos");
        var place =
                packed(binlogNumber(file), BINLOG_FILE_BITS, "file") << BINLOG_BITS | packed(at, BINLOG_BITS, "pos");
        var gtid = field.apply("gtid");
        var row = isIncremental(field) ? READ_ROW : row(field);
        return new RowPlace(
                place,
                row,
                Sequence.of(place, row),
                gtid == null ? file + ":" + at : gtid.toString(),
                committed(field));
    }

    private static RowPlace sqlServer(Function<String, @Nullable Object> field, boolean isRead) {
        var commitText = text(field, "commit_lsn");
        var change = field.apply("change_lsn");
        var place = change == null || change.equals("NULL")
                ? logSequenceNumber(commitText, "commit_lsn")
                : logSequenceNumber(change.toString(), "change_lsn");
        var commit = logSequenceNumber(commitText, "commit_lsn");
        // Counted back from the commit, because 63 bits are more than the digits of a row hold.
        var row = isRead ? Sequence.ROW_MAX : Sequence.ROW_MAX - 1 - (commit - place);
        if (row < 0 || row > Sequence.ROW_MAX) {
            throw unusable("change_lsn", String.valueOf(change), "not far before its commit, " + commitText);
        }
        return new RowPlace(
                place, isIncremental(field) ? READ_ROW : 0, Sequence.ofRow(commit, row), commitText, committed(field));
    }

    private static boolean isIncremental(Function<String, @Nullable Object> field) {
        return "incremental".equals(field.apply("snapshot"));
    }

    private static String transaction(@Nullable Object id, long place) {
        return id == null ? Long.toHexString(place) : id.toString();
    }

    private static int row(Function<String, @Nullable Object> field) {
        return field.apply("row") instanceof Number number ? number.intValue() : 0;
    }

    private static Instant committed(Function<String, @Nullable Object> field) {
        return field.apply("ts_us") instanceof Number micros
                ? Instant.ofEpochSecond(
                        Math.floorDiv(micros.longValue(), MICROS), Math.floorMod(micros.longValue(), MICROS) * 1_000L)
                : Instant.ofEpochMilli(number(field, "ts_ms"));
    }

    /** 7 of {@code binlog.000007}. */
    private static long binlogNumber(String file) {
        return parsed(file.substring(file.lastIndexOf('.') + 1), 10, "file");
    }

    /** {@code 0000002c:00000a18:0003}: file, block, record, in hexadecimal. */
    private static long logSequenceNumber(String text, String name) {
        var parts = text.split(":", -1);
        if (parts.length != 3) {
            throw unusable(name, text, "three numbers such as 0000002c:00000a18:0003");
        }
        return packed(parsed(parts[0], 16, name), LOG_FILE_BITS, name) << (BLOCK_BITS + RECORD_BITS)
                | packed(parsed(parts[1], 16, name), BLOCK_BITS, name) << RECORD_BITS
                | packed(parsed(parts[2], 16, name), RECORD_BITS, name);
    }

    private static long parsed(String text, int radix, String name) {
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException e) {
            throw new DataException("source." + name + ": '" + text + "' (expected: a number)", e);
        }
    }

    private static long packed(long value, int bits, String name) {
        if (value < 0 || value >>> bits != 0) {
            throw unusable(name, Long.toString(value), "less than 2 to the power of " + bits);
        }
        return value;
    }

    private static long number(Function<String, @Nullable Object> field, String name) {
        if (field.apply(name) instanceof Number number) {
            return number.longValue();
        }
        throw unusable(name, "none", "a number: without a position an event has no id");
    }

    private static String text(Function<String, @Nullable Object> field, String name) {
        if (field.apply(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw unusable(name, "none", "a text: without a position an event has no id");
    }

    private static DataException unusable(String name, String found, String expected) {
        return new DataException("source." + name + ": " + found + " (expected: " + expected + ")");
    }
}
