package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.record.PostgresSchemas;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** Notices the first row of a table that was changed while the log was read, where the mapping does not fit it any more. */
public final class Shapes {

    /** What would do in place of a {@code column} whose values are of {@code sqlType}; empty when that will do. */
    @FunctionalInterface
    public interface Fit {
        String expected(TableId table, String column, String sqlType);
    }

    /** Hears how the rows of a table are made that does not fit, and why the mapping does not fit them; empty when it does. */
    @FunctionalInterface
    public interface Listener {
        void met(TableId table, String shape, String why);
    }

    private final Dbms dbms;
    private final Map<TableId, List<String>> columnsByTable;
    private final Fit fit;
    private final Set<TableId> misfits;
    private final Listener listener;

    /* Debezium hands out the same Schema object for a table until PostgreSQL describes it anew; those before are let go. */
    private final Map<TableId, Schema> lastByTable = new HashMap<>();

    public Shapes(Dbms dbms, Map<TableId, List<String>> columnsByTable, Fit fit) {
        this(dbms, columnsByTable, fit, Set.of(), (_, _, _) -> {});
    }

    /** The same, where the tables {@code misfits} may have any shape, and {@code listener} is told of it. */
    public Shapes(
            Dbms dbms, Map<TableId, List<String>> columnsByTable, Fit fit, Set<TableId> misfits, Listener listener) {
        this.dbms = dbms;
        this.columnsByTable = Map.copyOf(columnsByTable);
        this.fit = fit;
        this.misfits = Set.copyOf(misfits);
        this.listener = listener;
    }

    /** Throws {@link ShapeChanged} when {@code record} is a row that lacks a column, or has one of a type that does not fit. */
    @SuppressWarnings("ReferenceEquality") // all their fields would be compared, for each row
    public void check(SourceRecord record) {
        var schema = record.valueSchema();
        if (schema == null || schema.field("after") == null) {
            return;
        }
        var table = table(dbms, (Struct) record.value());
        if (lastByTable.get(table) == schema) {
            return;
        }
        var types = types(schema.field("after").schema());
        var misfit = misfit(table, types);
        if (misfits.contains(table)) {
            listener.met(table, text(types), misfit);
        } else if (!misfit.isEmpty()) {
            throw new ShapeChanged(table, misfit, text(types));
        }
        lastByTable.put(table, schema);
    }

    /** What of {@code shape}, as {@link ShapeChanged#shape} has it, does not fit; empty when all does. */
    public String misfit(TableId table, String shape) {
        var types = new LinkedHashMap<String, String>();
        for (var line : shape.lines().toList()) {
            var tab = line.indexOf('\t');
            if (tab > 0) {
                types.put(line.substring(tab + 1), line.substring(0, tab));
            }
        }
        return misfit(table, types);
    }

    private String misfit(TableId table, Map<String, String> types) {
        for (var column : columnsByTable.getOrDefault(table, List.of())) {
            var found = types.get(column);
            var type = found == null ? "not there" : found;
            var expected = found == null ? "every column that the mapping reads" : fit.expected(table, column, found);
            if (!expected.isEmpty()) {
                return table + "." + column + ": " + type + " from this row on (expected: " + expected + ")";
            }
        }
        return "";
    }

    private static Map<String, String> types(Schema row) {
        var types = new LinkedHashMap<String, String>();
        row.fields().forEach(field -> types.put(field.name(), sqlType(field.schema())));
        return types;
    }

    /** A line a column: its type, a tab, its name. */
    private static String text(Map<String, String> types) {
        return types.entrySet().stream()
                .map(entry -> entry.getValue() + "\t" + entry.getKey())
                .collect(Collectors.joining("\n"));
    }

    /** The table whose row {@code envelope} is about. */
    static TableId table(Dbms dbms, Struct envelope) {
        var source = envelope.getStruct("source");
        return new TableId(source.getString(dbms == Dbms.MARIADB ? "db" : "schema"), source.getString("table"));
    }

    /** What the standard calls the type of values of {@code schema}. */
    private static String sqlType(Schema schema) {
        return switch (Objects.requireNonNullElse(schema.name(), "")) {
            case PostgresSchemas.DATE, "io.debezium.time.Date" -> "date";
            case PostgresSchemas.TIMESTAMP, "io.debezium.time.MicroTimestamp" -> "timestamp without time zone";
            case PostgresSchemas.ZONED_TIMESTAMP, "io.debezium.time.ZonedTimestamp" -> "timestamp with time zone";
            case PostgresSchemas.NUMERIC, Decimal.LOGICAL_NAME -> "numeric";
            default ->
                switch (schema.type()) {
                    case BOOLEAN -> "boolean";
                    case INT8, INT16 -> "smallint";
                    case INT32 -> "integer";
                    case INT64 -> "bigint";
                    case FLOAT32 -> "real";
                    case FLOAT64 -> "double precision";
                    case BYTES -> "bytea";
                    case STRING, ARRAY, MAP, STRUCT -> "text";
                };
        };
    }
}
