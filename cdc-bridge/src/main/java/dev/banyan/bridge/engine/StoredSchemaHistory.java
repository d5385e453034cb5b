package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import io.debezium.config.Configuration;
import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.connector.mariadb.charset.MariaDbCharsetRegistry;
import io.debezium.document.DocumentReader;
import io.debezium.document.DocumentWriter;
import io.debezium.relational.Tables;
import io.debezium.relational.history.AbstractSchemaHistory;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.HistoryRecordComparator;
import io.debezium.relational.history.SchemaHistoryException;
import io.debezium.relational.history.SchemaHistoryListener;
import io.debezium.text.MultipleParsingExceptions;
import io.debezium.text.ParsingException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Debezium's history of table definitions, in the bridge's {@link SchemaLog}. */
public final class StoredSchemaHistory extends AbstractSchemaHistory {

    /*
     * A definition is written here when Debezium reads it, before any row of the new shape is handed out; so it is never behind the
     * position. After a crash it may be read and written a second time: it carries the whole table, so that nothing changes by it.
     */

    /** Partitions that go, or come, with their rows, and tables that are others from there on. A statement too many is a backfill too many. */
    private static final Pattern MOVES_ROWS = Pattern.compile(
            "\\b(?:DROP|TRUNCATE|EXCHANGE|CONVERT|DISCARD|IMPORT)\\b.*\\bPARTITION\\b"
                    + "|\\b(?:DROP|RENAME)\\s+TABLES?\\b|\\bALTER\\s+(?:ONLINE\\s+)?IGNORE\\s+TABLE\\b"
                    + "|\\bALTER\\b.*\\bTABLE\\b.*\\b(?:RENAME\\s+(?!(?:COLUMN|INDEX|KEY)\\b)|(?:DISCARD|IMPORT)\\s+TABLESPACE\\b)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What Debezium 3.5 passes over where it knows a table of that name: it would read the rows by the old columns. */
    private static final Pattern REPLACES = Pattern.compile(
            "\\bCREATE\\s+OR\\s+REPLACE\\s+TABLE\\s+(?:[`\"]?([^\\s`\".(]+)[`\"]?\\s*\\.\\s*)?[`\"]?([^\\s`\".(]+)",
            Pattern.CASE_INSENSITIVE);

    static final String SETTING = "schema.history.internal.banyan.name";

    /* Debezium makes this object itself, from the class's name, so what it needs has to be found by name too. */
    private static final Map<String, SchemaLog> LOG_BY_NAME = new ConcurrentHashMap<>();

    private @Nullable SchemaLog log;

    /** What MariaDB calls its character sets: read from a file, which takes longer than most definitions. */
    private static final class CharacterSets {
        static final MariaDbCharsetRegistry ALL = new MariaDbCharsetRegistry();

        private CharacterSets() {}
    }

    /** Lets the engine called {@code name} use {@code log}. */
    public static void register(String name, SchemaLog log) {
        LOG_BY_NAME.put(name, log);
    }

    /** Forgets {@code name}. */
    public static void unregister(String name) {
        LOG_BY_NAME.remove(name);
    }

    /** The first entry of a log for a table: {@code ddl} makes it, and it was so at {@code offset}. */
    public static String definition(Map<String, Object> offset, String database, String ddl) {
        return text(new HistoryRecord(
                Map.of("server", EngineSettings.PREFIX), offset, database, null, ddl, null, Instant.EPOCH));
    }

    /** Where Debezium stumbles over {@code ddl}, which makes a table of {@code database}; empty when it can read it. */
    public static Optional<String> problem(String database, String ddl) {
        var parser = new MariaDbAntlrDdlParser(true, false, false, Tables.TableFilter.includeAll(), CharacterSets.ALL);
        parser.setCurrentDatabase(database);
        try {
            parser.parse(ddl, new Tables());
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
        log = name == null ? null : LOG_BY_NAME.get(name);
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
    protected void storeRecord(HistoryRecord change) {
        var statement = change.document().getString(HistoryRecord.Fields.DDL_STATEMENTS);
        if (statement != null && Undone.isAbout(statement)) {
            return;
        }
        if (statement != null) {
            refuseReplaced(statement, change.document().getString(HistoryRecord.Fields.DATABASE_NAME));
        }
        var offset = change.document().getDocument(HistoryRecord.Fields.POSITION);
        if (statement != null && offset != null && MOVES_ROWS.matcher(statement).find()) {
            log().rowsMoved(statement, String.valueOf(offset.getString(GtidRule.GTIDS))); // before, as that is durable
        }
        log().append(text(change));
    }

    private void refuseReplaced(String statement, @Nullable String database) {
        var replaced = REPLACES.matcher(statement);
        if (!replaced.find()) {
            return;
        }
        var place = replaced.group(1) == null ? String.valueOf(database) : replaced.group(1);
        var table = new TableId(place, replaced.group(2));
        if (log().isMapped(table)) {
            throw new TransactionUnreadable("table " + table
                    + ": CREATE OR REPLACE TABLE (expected: DROP TABLE and CREATE TABLE, or RENAME TABLE; Debezium does not take the"
                    + " new columns, and would read rows by the old ones. resync begins behind it)");
        }
    }

    @Override
    protected void recoverRecords(Consumer<HistoryRecord> changes) {
        for (var text : log().changes()) {
            try {
                changes.accept(new HistoryRecord(DocumentReader.defaultReader().read(text)));
            } catch (IOException e) {
                throw new SchemaHistoryException("reading a table's definition from the store", e);
            }
        }
    }

    private static String text(HistoryRecord change) {
        try {
            return DocumentWriter.defaultWriter().write(change.document());
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
