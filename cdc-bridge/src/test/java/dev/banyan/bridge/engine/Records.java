package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's records of one transaction, as far as the assembler looks at them. */
final class Records {

    private static final Schema TRANSACTION = SchemaBuilder.struct()
            .field("status", Schema.STRING_SCHEMA)
            .field("id", Schema.STRING_SCHEMA)
            .field("event_count", Schema.OPTIONAL_INT64_SCHEMA)
            .field(
                    "data_collections",
                    SchemaBuilder.array(SchemaBuilder.struct().build())
                            .optional()
                            .build())
            .field("ts_ms", Schema.INT64_SCHEMA)
            .build();
    private static final Schema ROW =
            SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).optional().build();

    private Records() {}

    static SourceRecord of(String topic, Struct value, Map<String, ?> offset) {
        return new SourceRecord(Map.of(), offset, topic, value.schema(), value);
    }

    /** BEGIN or END, a second after 1970. */
    static SourceRecord boundary(String status, String id, @Nullable Long count, Map<String, ?> offset) {
        var value = new Struct(TRANSACTION)
                .put("status", status)
                .put("id", id)
                .put("event_count", count)
                .put("ts_ms", 1_000L);
        return of("banyan.transaction", value, offset);
    }

    /** A change of table t in {@code place}, PostgreSQL's schema or MariaDB's database. */
    static SourceRecord change(Dbms dbms, String place, String operation, long id, Map<String, ?> offset) {
        var row = operation.equals("t") ? null : new Struct(ROW).put("id", id);
        return change(dbms, place + ".t", new TableId(place, "t"), operation, row, offset);
    }

    /** A change of {@code table}, with {@code row} as it is then, in the topic of the prefix and {@code topic}. */
    static SourceRecord change(
            Dbms dbms, String topic, TableId table, String operation, @Nullable Struct row, Map<String, ?> offset) {
        var schema = row == null ? ROW : row.schema();
        var placeName = dbms == Dbms.MARIADB ? "db" : "schema";
        var source = SchemaBuilder.struct()
                .field(placeName, Schema.STRING_SCHEMA)
                .field("table", Schema.STRING_SCHEMA)
                .build();
        var envelope = SchemaBuilder.struct()
                .field("before", schema)
                .field("after", schema)
                .field("source", source)
                .field("op", Schema.STRING_SCHEMA)
                .build();
        var value = new Struct(envelope)
                .put("after", row)
                .put("source", new Struct(source).put(placeName, table.schema()).put("table", table.name()))
                .put("op", operation);
        return of("banyan." + topic, value, offset);
    }

    /** A statement that is not a change of rows. */
    static SourceRecord statement(String sql, Map<String, ?> offset) {
        var schema = SchemaBuilder.struct().field("ddl", Schema.STRING_SCHEMA).build();
        return of("banyan", new Struct(schema).put("ddl", sql), offset);
    }
}
