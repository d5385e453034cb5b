package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.record.PostgresSchemas;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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

    private final Dbms dbms;
    private final Map<TableId, List<String>> columnsByTable;
    private final Fit fit;

    /* Debezium hands out the same Schema object for a table until the table changes. */
    private final Set<Schema> known = Collections.newSetFromMap(new IdentityHashMap<>());

    public Shapes(Dbms dbms, Map<TableId, List<String>> columnsByTable, Fit fit) {
        this.dbms = dbms;
        this.columnsByTable = Map.copyOf(columnsByTable);
        this.fit = fit;
    }

    /** Throws {@link MappingFailed} when {@code record} is a row that lacks a column, or has one of a type that does not fit. */
    public void check(SourceRecord record) {
        var schema = record.valueSchema();
        if (schema == null || schema.field("after") == null || known.contains(schema)) {
            return;
        }
        var table = table(dbms, (Struct) record.value());
        for (var column : columnsByTable.getOrDefault(table, List.of())) {
            var field = schema.field("after").schema().field(column);
            var type = field == null ? "not there" : sqlType(field.schema());
            var expected = field == null ? "every column that the mapping reads" : fit.expected(table, column, type);
            if (!expected.isEmpty()) {
                throw new MappingFailed("the table has changed: " + table + "." + column + ": " + type
                        + " from this row on (expected: " + expected + ")");
            }
        }
        known.add(schema);
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
