package dev.banyan.connect;

import java.time.Instant;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Where a row's change stands in the log of its database, as Debezium's {@code source} says. {@code place} rises with the log, from one
 * change of a row to its next; where several rows have one place, {@code row} rises among them. {@code transaction} is what the database calls
 * the transaction.
 */
record SourcePosition(long place, int row, String transaction, Instant committed) {

    /*
     * 63 bits hold a place: PostgreSQL's LSN as it is; of MySQL and MariaDB 27 bits for the binlog's number and 36 for the place in it
     * (a transaction may make a file longer than the 1 GiB at which the server begins the next); of SQL Server 24 for the virtual log file, 23 for the
     * block and 16 for the record in it. What does not fit is refused, never cut.
     *
     * MySQL and MariaDB write the rows of a statement into one event of the binlog, also several changes of one row: INSERT ... ON DUPLICATE
     * KEY UPDATE may name a key twice. They have one place, and Debezium counts them in source.row.
     *
     * What an incremental snapshot reads is no change, and has no place of its own. Debezium sends it between two changes of the log, as it was at the
     * first or later, so it has the place of the first and comes last there: behind any change that lies at it, before the next. Of PostgreSQL that place
     * is in source.sequence only, ["LSN of the last commit", "LSN of the change"]; source.lsn is null.
     */
    private static final int READ_ROW = 999_999;
    private static final Pattern SEQUENCE = Pattern.compile("\\[(?:null|\"\\d+\"), *\"(\\d+)\"]");
    private static final int BINLOG_BITS = 36;
    private static final int BINLOG_FILE_BITS = 27;
    private static final int BLOCK_BITS = 23;
    private static final int RECORD_BITS = 16;
    private static final int LOG_FILE_BITS = 24;
    private static final long MICROS = 1_000_000L;

    /** The position in {@code source}, whose fields {@code field} looks up. */
    static SourcePosition of(Function<String, @Nullable Object> field) {
        var connector = String.valueOf(field.apply("connector"));
        var position = of(connector, field);
        return isRead(field)
                ? new SourcePosition(position.place, READ_ROW, position.transaction, position.committed)
                : position;
    }

    private static boolean isRead(Function<String, @Nullable Object> field) {
        return "incremental".equals(field.apply("snapshot"));
    }

    private static SourcePosition of(String connector, Function<String, @Nullable Object> field) {
        return switch (connector) {
            case "postgresql" -> {
                var place = isRead(field) ? ofSequence(text(field, "sequence")) : number(field, "lsn");
                yield new SourcePosition(place, 0, transaction(field.apply("txId"), place), committed(field));
            }
            case "mysql", "mariadb" -> {
                var file = text(field, "file");
                var at = number(field, "pos");
                var place = packed(binlogNumber(file), BINLOG_FILE_BITS, "file") << BINLOG_BITS
                        | packed(at, BINLOG_BITS, "pos");
                var gtid = field.apply("gtid");
                yield new SourcePosition(
                        place, row(field), gtid == null ? file + ":" + at : gtid.toString(), committed(field));
            }
            case "sqlserver" -> {
                var change = field.apply("change_lsn");
                var commit = text(field, "commit_lsn");
                var place = logSequenceNumber(change == null || change.equals("NULL") ? commit : change.toString());
                yield new SourcePosition(place, 0, commit, committed(field));
            }
            default ->
                throw new DataException("source.connector: " + connector
                        + " (expected: postgresql, mysql, mariadb or sqlserver, whose positions are known)");
        };
    }

    private static long ofSequence(String text) {
        var sequence = SEQUENCE.matcher(text);
        if (!sequence.matches()) {
            throw unusable("sequence", text, "two places in the log such as [\"24023119\",\"24023128\"]");
        }
        return parsed(sequence.group(1), 10, "sequence");
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
    private static long logSequenceNumber(String text) {
        var parts = text.split(":", -1);
        if (parts.length != 3) {
            throw unusable("change_lsn", text, "three numbers such as 0000002c:00000a18:0003");
        }
        return packed(parsed(parts[0], 16, "change_lsn"), LOG_FILE_BITS, "change_lsn") << (BLOCK_BITS + RECORD_BITS)
                | packed(parsed(parts[1], 16, "change_lsn"), BLOCK_BITS, "change_lsn") << RECORD_BITS
                | packed(parsed(parts[2], 16, "change_lsn"), RECORD_BITS, "change_lsn");
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
