package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import io.debezium.config.Configuration;
import io.debezium.document.Document;
import io.debezium.document.DocumentReader;
import io.debezium.document.DocumentWriter;
import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.Tables;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.relational.history.AbstractSchemaHistory;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.HistoryRecordComparator;
import io.debezium.relational.history.SchemaHistoryException;
import io.debezium.relational.history.SchemaHistoryListener;
import io.debezium.text.MultipleParsingExceptions;
import io.debezium.text.ParsingException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Debezium's history of table definitions, in the bridge's {@link SchemaLog}. */
public final class StoredSchemaHistory extends AbstractSchemaHistory {

    /*
     * A definition is written here when Debezium reads it, before any row of the new shape is handed out; so it is never behind the
     * position. After a crash it may be read and written a second time: it carries the whole table, so that nothing changes by it.
     */

    /*
     * What is kept among the definitions and is none: a doubt, and that it is settled. A doubt is about how the server had the table when it was asked. So
     * it holds whatever the server has later, when somebody has mended the table; and only a statement settles it that the log had by then.
     */
    private static final String SCHEMA = "schema";
    private static final String NAME = "name";
    private static final String WHY = "why";
    private static final String SINCE = "since";
    private static final String MADE = "made";
    private static final String UNTIL = "until";
    private static final long SETTLED = -1;

    static final String SETTING = "schema.history.internal.banyan.name";

    /* Debezium makes this object itself, from the class's name, so what it needs has to be found by name too. */
    private static final Map<String, SchemaLog> LOG_BY_NAME = new ConcurrentHashMap<>();

    private @Nullable SchemaLog log;

    /** All that Debezium knows, of which it changes the definitions before it tells of them. */
    private volatile @Nullable Tables tables;

    /** The mapped tables as they were before the statement that is told next. */
    private final Map<TableId, Table> before = new ConcurrentHashMap<>();

    /** The number of the GTID behind which the log is read. */
    private long from;

    private final Map<TableId, SchemaLog.Doubt> doubted = new ConcurrentHashMap<>();

    /** Lets the engine called {@code name} use {@code log}. */
    public static void register(String name, SchemaLog log) {
        LOG_BY_NAME.put(name, log);
    }

    /** Forgets {@code name}. */
    public static void unregister(String name) {
        LOG_BY_NAME.remove(name);
    }

    /** The log of the engine called {@code name}; null when there is none. */
    static @Nullable SchemaLog registered(@Nullable String name) {
        return name == null ? null : LOG_BY_NAME.get(name);
    }

    /** The first entry of a log for a table: {@code ddl} makes it, and it was so at {@code offset}. */
    public static String definition(Map<String, Object> offset, String database, String ddl) {
        return text(new HistoryRecord(
                        Map.of("server", EngineSettings.PREFIX), offset, database, null, ddl, null, Instant.EPOCH)
                .document());
    }

    /** Where Debezium stumbles over {@code ddl}, which makes a table of {@code database}; empty when it can read it. */
    public static Optional<String> problem(String database, String ddl) {
        try {
            TableDifference.parser(database).parse(ddl, new Tables());
            return Optional.empty();
        } catch (ParsingException e) {
            return Optional.of("line " + e.getPosition().line() + ": "
                    + ddl.lines()
                            .skip(Math.max(0, e.getPosition().line() - 1))
                            .findFirst()
                            .orElse("")
                            .strip());
        } catch (MultipleParsingExceptions e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void configure(
            Configuration config,
            HistoryRecordComparator comparator,
            SchemaHistoryListener listener,
            boolean useCatalogBeforeSchema) {
        super.configure(config, comparator, listener, useCatalogBeforeSchema);
        var name = config.getString(SETTING);
        log = registered(name);
        if (log == null) {
            throw new SchemaHistoryException(SETTING + ": " + name + " (expected: a registered log)");
        }
    }

    private SchemaLog log() {
        var known = log;
        if (known == null) {
            throw new IllegalStateException("not configured");
        }
        return known;
    }

    @Override
    public void recover(Map<Map<String, ?>, Map<String, ?>> offsets, Tables schema, DdlParser parser)
            throws InterruptedException {
        from = offsets.values().stream()
                .map(GtidRule::gtid)
                .filter(gtid -> !gtid.isEmpty())
                .mapToLong(GtidRule::sequence)
                .max()
                .orElse(0);
        super.recover(offsets, schema, parser);
        tables = schema;
        doubted.keySet().retainAll(log().mapped());
        log().doubts(List.copyOf(doubted.values()));
        remember(schema);
        compare(before, 0);
    }

    /** Compares {@code tables} with how the server has them behind {@code since}, the number of a GTID. */
    private void compare(Map<TableId, Table> tables, long since) {
        var open = tables.keySet().stream()
                .filter(table -> isOpen(table, Objects.requireNonNull(tables.get(table)), since))
                .collect(Collectors.toSet());
        if (open.isEmpty()) {
            return;
        }
        log().made(open).forEach((table, made) -> {
            var why = difference(table, Objects.requireNonNull(tables.get(table)), made);
            if (!why.isEmpty()) {
                doubted.put(table, new SchemaLog.Doubt(table, why, since, made));
                keep(note(table)
                        .setString(WHY, why)
                        .setNumber(SINCE, since)
                        .setString(MADE, made.statement())
                        .setNumber(UNTIL, made.logEndsAt()));
            }
        });
    }

    /** Of a table that is doubted already the server is not asked before that is settled. */
    private boolean isOpen(TableId table, Table known, long since) {
        var doubt = doubted.get(table);
        if (doubt == null) {
            return true;
        }
        var mayBeWhy = doubt.since() < since && since < doubt.made().logEndsAt();
        if (!mayBeWhy || !difference(table, known, doubt.made()).isEmpty()) {
            return false;
        }
        doubted.remove(table);
        keep(note(table).setNumber(UNTIL, SETTLED));
        return true;
    }

    private String difference(TableId table, Table known, SchemaLog.Made made) {
        return TableDifference.of(known, made.statement(), column -> log().isRead(table, column));
    }

    private static Document note(TableId table) {
        return Document.create().setString(SCHEMA, table.schema()).setString(NAME, table.name());
    }

    private void keep(Document note) {
        log().append(text(note));
        log().doubts(List.copyOf(doubted.values()));
    }

    private void remember(Tables known) {
        before.clear();
        for (var table : log().mapped()) {
            var is = forTable(known, table);
            if (is != null) {
                before.put(table, is);
            }
        }
    }

    private static @Nullable Table forTable(Tables known, TableId table) {
        return known.forTable(new io.debezium.relational.TableId(table.schema(), null, table.name()));
    }

    @Override
    protected void storeRecord(HistoryRecord change) {
        var text = change.document().getString(HistoryRecord.Fields.DDL_STATEMENTS);
        if (text == null) {
            log().append(text(change.document()));
            return;
        }
        var statement = LoggedStatement.of(text, change.document().getString(HistoryRecord.Fields.DATABASE_NAME));
        if (statement.savepoint().isPresent() || statement.rollsBack()) {
            return;
        }
        refuse(statement);
        var offset = change.document().getDocument(HistoryRecord.Fields.POSITION);
        var gtid = offset == null ? null : offset.getString(GtidRule.GTIDS);
        if (gtid != null && statement.movesRows()) {
            log().rowsMoved(statement::names, text, gtid); // before, as that is durable
        }
        log().append(text(change.document()));
        compare(statement, gtid == null ? 0 : GtidRule.sequence(gtid));
    }

    /** Where Debezium has seen no change, the log may still have one to come. */
    private void compare(LoggedStatement statement, long since) {
        var known = tables;
        if (known == null) {
            return;
        }
        var was = Map.copyOf(before);
        remember(known);
        var touched = new HashMap<>(before);
        touched.entrySet()
                .removeIf(each -> each.getValue().equals(was.get(each.getKey())) && !statement.names(each.getKey()));
        compare(touched, since);
    }

    /** Refuses what Debezium 3.5 takes for something else than MariaDB does. */
    private void refuse(LoggedStatement statement) {
        statement.replaced().filter(to -> isAmong(log().mapped(), to)).ifPresent(table -> {
            throw misread(
                    table,
                    "CREATE OR REPLACE TABLE (expected: DROP TABLE and CREATE TABLE, or RENAME TABLE; Debezium does not take"
                            + " the new columns");
        });
        var known = tables;
        if (known == null) {
            return;
        }
        for (var origin : statement.origins()) {
            var isLeft = statement.makesIfNotThere() && isAmong(before.keySet(), origin.to());
            var isUnderstood = log().isFollowed(origin.from()) && forTable(known, origin.to()) != null;
            if (isAmong(log().mapped(), origin.to()) && !isLeft && !isUnderstood) {
                throw misread(
                        origin.to(),
                        "made from " + origin.from()
                                + ", of which the bridge does not know how it is made (expected: a table"
                                + " with the mapped one's name in its own, such as "
                                + origin.to().name()
                                + "_new, made while the bridge read the log; Debezium knows none, or how it was once");
            }
        }
        before.forEach((table, was) -> {
            var is = known.forTable(was.id());
            if (is != null && isMisread(statement, was, is)) {
                throw misread(
                        table,
                        "IF NOT EXISTS of what is there already, and otherwise (expected: as it is, or without IF NOT EXISTS;"
                                + " Debezium takes it for made");
            }
        });
    }

    private static TransactionUnreadable misread(TableId table, String why) {
        return new TransactionUnreadable(
                "table " + table + ": " + why + ", and would read rows by other columns. resync begins behind it)");
    }

    /** Without regard to case, as some servers have it. */
    private static boolean isAmong(Set<TableId> tables, TableId table) {
        return tables.stream().anyMatch(each -> each.toString().equalsIgnoreCase(table.toString()));
    }

    /** True when {@code statement} has changed what MariaDB left as it {@code was}. */
    private static boolean isMisread(LoggedStatement statement, Table was, Table is) {
        if (statement.makesIfNotThere()) {
            return !was.columns().equals(is.columns());
        }
        var hadKey = !was.primaryKeyColumnNames().isEmpty();
        if (statement.addsKeyIfNotThere()
                && hadKey
                && !was.primaryKeyColumnNames().equals(is.primaryKeyColumnNames())) {
            return true;
        }
        var stayed = was.columns().stream()
                .filter(column -> statement.addsIfNotThere(column.name()))
                .toList();
        if (stayed.isEmpty()) {
            return false;
        }
        var order = is.retrieveColumnNames();
        return stayed.stream().anyMatch(column -> !isAlike(column, is.columnWithName(column.name())))
                || !was.retrieveColumnNames().stream()
                        .filter(order::contains)
                        .toList()
                        .equals(order.stream()
                                .filter(was.retrieveColumnNames()::contains)
                                .toList());
    }

    private static boolean isAlike(Column was, @Nullable Column is) {
        return is != null
                && was.jdbcType() == is.jdbcType()
                && was.length() == is.length()
                && was.scale().equals(is.scale())
                && was.typeName().equalsIgnoreCase(is.typeName())
                && Objects.equals(was.charsetName(), is.charsetName());
    }

    @Override
    protected void recoverRecords(Consumer<HistoryRecord> changes) {
        doubted.clear();
        for (var text : log().changes()) {
            try {
                var change = DocumentReader.defaultReader().read(text);
                if (change.has(UNTIL)) {
                    recover(change);
                } else {
                    changes.accept(new HistoryRecord(comparable(change)));
                }
            } catch (IOException e) {
                throw new SchemaHistoryException("reading a table's definition from the store", e);
            }
        }
    }

    /** Debezium passes over what another server of the same log wrote, as if it were later; of what has no GTID it takes all. */
    private Document comparable(Document change) {
        var position = change.getDocument(HistoryRecord.Fields.POSITION);
        if (position != null) {
            var gtid = position.getString(GtidRule.GTIDS);
            if (gtid != null && GtidRule.sequence(gtid) < from) {
                position.remove(GtidRule.GTIDS);
            }
        }
        return change;
    }

    private void recover(Document note) {
        var table = new TableId(note.getString(SCHEMA), note.getString(NAME));
        var until = note.getLong(UNTIL);
        if (until == SETTLED) {
            doubted.remove(table);
        } else {
            var made = new SchemaLog.Made(note.getString(MADE), until);
            doubted.put(table, new SchemaLog.Doubt(table, note.getString(WHY), note.getLong(SINCE), made));
        }
    }

    private static String text(Document change) {
        try {
            return DocumentWriter.defaultWriter().write(change);
        } catch (IOException e) {
            throw new SchemaHistoryException("writing a table's definition", e);
        }
    }

    @Override
    public boolean exists() {
        return !log().changes().isEmpty();
    }

    @Override
    public boolean storageExists() {
        return true;
    }

    /** A log of these changes that keeps what is added in memory: for reading ahead, which moves nothing. */
    public static SchemaLog inMemory(List<String> changes) {
        var all = new java.util.concurrent.CopyOnWriteArrayList<>(changes);
        return new SchemaLog() {
            @Override
            public List<String> changes() {
                return List.copyOf(all);
            }

            @Override
            public void append(String change) {
                all.add(change);
            }
        };
    }
}
