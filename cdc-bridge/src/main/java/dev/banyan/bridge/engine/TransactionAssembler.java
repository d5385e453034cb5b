package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Puts Debezium's records back together into the transactions they came from. PostgreSQL sends committed transactions one after the
 * other, so one buffer is enough.
 */
public final class TransactionAssembler {

    /*
     * Between the commit of a transaction and its END record Debezium may emit a heartbeat whose offset already lies behind the
     * transaction. Storing it while the transaction is still in this buffer would lose the transaction in a crash, so a heartbeat
     * counts only while nothing is open; and only when it stands exactly at a commit.
     *
     * Rows of an incremental snapshot come inside the transaction that closes their window, but without its id, and END's counts
     * leave them out.
     *
     * A topic is no table: Debezium writes an underscore for every character of a name that Kafka's topics do not take, so that many a
     * table has another's topic, and its schemas have the names of the other's.
     *
     * MariaDB: each GTID is a BEGIN, and a statement that changes tables has no END; the next BEGIN ends it. So a BEGIN may complete a
     * truncation. Rows without an END are those of XA PREPARE, of which nobody knows yet whether they will ever be committed;
     * Debezium says nothing of XA COMMIT and XA ROLLBACK.
     *
     * MariaDB's log has rows that were rolled back, where the transaction had written to a table without transactions, or had made or
     * dropped a temporary one: behind them it says ROLLBACK, or ROLLBACK TO a savepoint and later COMMIT. END counts them all the same.
     * Debezium hands such statements out in their place, as changes of a schema.
     */

    /** What a record completed. */
    public sealed interface Outcome {

        /** Nothing yet. */
        record Nothing() implements Outcome {}

        /** A whole transaction, and the offset that may be stored once its events are safe. */
        record Committed(Transaction transaction, Map<String, ?> offset) implements Outcome {}

        /** No transaction is open and everything up to {@code position} has been handed out: {@code offset} may be stored. */
        record Quiet(long position, Map<String, ?> offset) implements Outcome {}
    }

    /** Most rows, and roughly the most bytes of values, that one transaction may have; {@code why} it may not have more, null when that is a setting. */
    public record Limits(
            int rowsMax, long bytesMax, @Nullable String why) {

        private static final int IN_MEMORY_ROWS = 500_000;
        private static final long IN_MEMORY_BYTES = 256L << 20;

        public Limits(int rowsMax, long bytesMax) {
            this(rowsMax, bytesMax, null);
        }

        /** The same for transactions that have to be in memory as a whole, because of {@code why}. */
        public Limits inMemory(String why) {
            var isLess = rowsMax > IN_MEMORY_ROWS || bytesMax > IN_MEMORY_BYTES;
            return new Limits(
                    Math.min(rowsMax, IN_MEMORY_ROWS), Math.min(bytesMax, IN_MEMORY_BYTES), isLess ? why : null);
        }

        private String expected() {
            return why == null
                    ? "at most limits.transactionRows " + rowsMax + " and limits.transactionMegabytes "
                            + (bytesMax >> 20)
                    : "at most " + rowsMax + " rows and " + (bytesMax >> 20) + " MB: " + why;
        }
    }

    /** What a transaction may have in memory, roughly, where it may be larger. */
    static final long MEMORY_BYTES = 16L << 20;

    private static final Outcome NOTHING = new Outcome.Nothing();

    private final Dbms dbms;
    private final int era;
    private final String transactionTopic;
    private final String messageTopic;
    private final String heartbeatTopic;
    private final String statementTopic;
    private final TableId signalTable;
    private final Limits limits;
    private final @Nullable Supplier<LargeList<Change>> large;
    private final RowChanges rows;

    private @Nullable String openId;
    private Instant openedAt = Instant.EPOCH;
    private List<Change> changes;
    private final Undone undone = new Undone();
    private final Map<String, Integer> countByTable = new HashMap<>();
    private final List<Change> readsLeftOver = new ArrayList<>();
    private Cause cause = Cause.UNKNOWN;
    private boolean isTruncating;
    private int count;
    private long bytes;

    /** An assembler of records under {@code topicPrefix}; the rows of {@code signalTable} are Debezium's own and are left out. */
    public TransactionAssembler(Dbms dbms, String topicPrefix, TableId signalTable, Limits limits) {
        this(dbms, 0, topicPrefix, signalTable, Map.of(), Set.of(), limits, null);
    }

    /** The same for transactions of {@code era}, with {@code loggedKeys} and {@code whole} for {@link RowChanges}; with {@code large}, empty lists, a transaction goes to a file when it grows beyond {@link #MEMORY_BYTES}. */
    public TransactionAssembler(
            Dbms dbms,
            int era,
            String topicPrefix,
            TableId signalTable,
            Map<TableId, List<String>> loggedKeys,
            Set<TableId> whole,
            Limits limits,
            @Nullable Supplier<LargeList<Change>> large) {
        this.dbms = dbms;
        this.era = era;
        this.large = large;
        this.changes = large == null ? new ArrayList<>() : large.get();
        this.transactionTopic = topicPrefix + ".transaction";
        this.messageTopic = topicPrefix + ".message";
        this.heartbeatTopic = "__debezium-heartbeat." + topicPrefix;
        this.statementTopic = topicPrefix;
        this.signalTable = signalTable;
        this.rows = new RowChanges(loggedKeys, whole);
        this.limits = limits;
    }

    /** Takes the next record, in Debezium's order. */
    public Outcome accept(SourceRecord record) {
        var topic = record.topic();
        var value = (Struct) record.value();
        if (topic.equals(transactionTopic)) {
            return "BEGIN".equals(value.getString("status")) ? begin(record, value) : end(record, value);
        }
        if (topic.equals(heartbeatTopic)) {
            return quiet(record);
        }
        if (topic.equals(messageTopic)) {
            if (value.getStruct("transaction") != null) {
                count(topic);
                if (cause.equals(Cause.UNKNOWN)) {
                    cause = CauseMessage.read(value.getStruct("message"));
                }
                return NOTHING;
            }
            return quiet(record);
        }
        if (topic.equals(statementTopic)) {
            return statement(record, value.getString("ddl"));
        }
        row(record, value);
        return NOTHING;
    }

    /** Gives rows of a backfill back, to come with the next transaction: the one they came with had been delivered before. */
    public void carryOver(List<Change> reads) {
        readsLeftOver.addAll(reads);
    }

    /** How many rows of a transaction have come whose END has not. */
    public int openRows() {
        return changes.size();
    }

    private Outcome quiet(SourceRecord record) {
        var offset = record.sourceOffset();
        return openId == null && OffsetRule.isAtCommit(offset) ? new Outcome.Quiet(commitLsn(offset), offset) : NOTHING;
    }

    /** An open transaction at BEGIN was cut by a reconnection, and comes again as a whole; or, with MariaDB, it had no END to come. */
    private Outcome begin(SourceRecord record, Struct value) {
        var id = transactionId(value);
        var before = openId;
        var outcome = dbms == Dbms.MARIADB && before != null && !before.equals(id) && !changes.isEmpty()
                ? endless(before, record.sourceOffset())
                : NOTHING;
        clear();
        openId = id;
        openedAt = Instant.ofEpochMilli(value.getInt64("ts_ms"));
        return outcome;
    }

    private Outcome endless(String id, Map<String, ?> offset) {
        if (!changes.stream().allMatch(change -> change instanceof Change.Truncated)) {
            throw new TransactionUnreadable("transaction " + id + ": " + changes.size()
                    + " rows and no commit (expected: no XA transactions on the mapped tables; MariaDB logs their rows before it is"
                    + " known whether they are committed. Let what writes to these tables commit without XA, wait until XA RECOVER"
                    + " is empty, then resync)");
        }
        return new Outcome.Committed(new Transaction(position(id), id, openedAt, changes), GtidRule.behind(offset, id));
    }

    /** Of a statement between rows only what takes them back matters here. */
    private Outcome statement(SourceRecord record, String statement) {
        var id = openId;
        if (id == null || !undone.hears(LoggedStatement.of(statement, null), changes.size())) {
            return NOTHING;
        }
        var left = complete(record.sourceOffset());
        var at = openedAt;
        readsLeftOver.clear();
        clear();
        return completed(id, at, left, Cause.UNKNOWN, record);
    }

    private Outcome end(SourceRecord record, Struct value) {
        var id = transactionId(value);
        if (!id.equals(openId)) {
            throw new IllegalStateException("END of transaction " + id + " (expected: of " + openId + ")");
        }
        if (rows.isMoving()) {
            throw new IllegalStateException("transaction " + id + ": a changed key's old row without its new row");
        }
        checkCounts(id, value);
        var complete = complete(record.sourceOffset());
        var said = cause;
        readsLeftOver.clear();
        clear();
        return switch (dbms) {
            case POSTGRESQL -> {
                var offset = record.sourceOffset();
                yield new Outcome.Committed(
                        new Transaction(commitLsn(offset), id, commitTime(offset, value), complete, said), offset);
            }
            case MARIADB -> completed(id, commitTime(record.sourceOffset(), value), complete, said, record);
        };
    }

    /** Nothing is left of a transaction of tables that are not mapped, of our heartbeat, and of what was rolled back. */
    private Outcome completed(String id, Instant at, List<Change> complete, Cause said, SourceRecord record) {
        var position = position(id);
        var offset = GtidRule.behind(record.sourceOffset(), id);
        return complete.isEmpty()
                ? new Outcome.Quiet(position, offset)
                : new Outcome.Committed(new Transaction(position, id, at, complete, said), offset);
    }

    /** Rows of a backfill come first: what the transaction did to the same rows is newer. */
    private List<Change> complete(Map<String, ?> offset) {
        if (readsLeftOver.isEmpty() && undone.isEmpty() && changes instanceof LargeList<Change>) {
            return changes;
        }
        var complete = large == null || isTruncating
                ? new ArrayList<Change>(readsLeftOver.size() + changes.size())
                : large.get();
        complete.addAll(readsLeftOver);
        if (!undone.isEmpty()) {
            undone.restored(changes, OffsetRule.snapshotTables(offset), complete::add);
        }
        undone.kept(changes, complete::add);
        return complete;
    }

    private void checkCounts(String id, Struct value) {
        var expected = value.getInt64("event_count");
        if (expected == null || expected != count) {
            throw new IllegalStateException(
                    "transaction " + id + ": " + count + " records (expected: " + expected + ", as its END counts)");
        }
        List<Struct> tables = value.getArray("data_collections");
        if (tables == null) {
            return;
        }
        long messages = 0;
        for (var table : tables) {
            var name = table.getString("data_collection");
            if (isOfMessages(name)) {
                messages += table.getInt64("event_count");
            } else {
                checkCount(id, name, countByTable.getOrDefault(name, 0), table.getInt64("event_count"));
            }
        }
        checkCount(id, "messages", countByTable.getOrDefault(messageTopic, 0), messages);
    }

    /** Debezium 3.5 calls the messages of a transaction by the name and address of an object, each by one of its own. */
    private boolean isOfMessages(String collection) {
        return collection.equals(messageTopic) || collection.contains("$LogicalDecodingMessageId@");
    }

    private static void checkCount(String id, String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException("transaction " + id + ": " + found + " records of " + what + " (expected: "
                    + expected + ", as its END counts)");
        }
    }

    private void row(SourceRecord record, Struct value) {
        var table = Shapes.table(dbms, value);
        var op = value.getString("op");
        if (op.equals("r")) {
            (openId == null ? readsLeftOver : changes).add(rows.read(table, value));
            rows.takeBytesRead(); // none of the transaction's
            return;
        }
        if (openId == null) {
            throw new IllegalStateException("a change of " + table + " outside a transaction");
        }
        count(table.toString());
        if (!table.equals(signalTable)) {
            changes.addAll(rows.of(record, table, value));
        }
        bytes += rows.takeBytesRead();
        checkSize(op);
    }

    /** A truncation is about all rows of its table, so what has one stays in memory. */
    private void checkSize(String op) {
        isTruncating |= op.equals("t");
        if (changes instanceof LargeList<Change> list) {
            checkTruncation(list);
            if (isTruncating) {
                changes = new ArrayList<>(list);
            } else if (bytes > MEMORY_BYTES) {
                list.moveToFile();
            }
        }
        var limits = isTruncating && large != null
                ? this.limits.inMemory("a truncation is among them, which needs all of them in memory")
                : this.limits;
        if (count > limits.rowsMax || bytes > limits.bytesMax) {
            throw new TransactionTooLarge("transaction " + openId + ": " + count + " rows, " + bytes
                    + " bytes so far (expected: " + limits.expected() + ")");
        }
    }

    private void checkTruncation(List<Change> list) {
        if (isTruncating && list instanceof LargeList<Change> large && large.isInFile()) {
            throw new TransactionTooLarge("transaction " + openId + ": a truncation among " + list.size()
                    + " rows (expected: none behind more rows than are kept in memory)");
        }
    }

    private void count(String table) {
        count++;
        countByTable.merge(table, 1, Integer::sum);
    }

    private void clear() {
        openId = null;
        isTruncating = false;
        changes = large == null ? new ArrayList<>() : large.get();
        undone.clear();
        countByTable.clear();
        rows.clear();
        cause = Cause.UNKNOWN;
        count = 0;
        bytes = 0;
    }

    /** BEGIN's id is {@code 758:24767912}, END's {@code 758:24768256}: only the part before the colon is the transaction's. */
    private static String transactionId(Struct value) {
        var id = value.getString("id");
        var colon = id.indexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    private long commitLsn(Map<String, ?> offset) {
        if (offset.get(OffsetRule.COMMIT_LSN) instanceof Long lsn) {
            return Era.position(era, lsn);
        }
        throw new IllegalStateException("END of a transaction without its position");
    }

    private long position(String gtid) {
        return Era.position(era, GtidRule.sequence(gtid));
    }

    private static Instant commitTime(Map<String, ?> offset, Struct value) {
        return offset.get("ts_usec") instanceof Long micros
                ? Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L)
                : Instant.ofEpochMilli(value.getInt64("ts_ms"));
    }
}
