package dev.banyan.connect;

import java.math.BigDecimal;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Records about rows of {@code shop.ord}, as Debezium's connector for PostgreSQL writes them. */
final class Orders {

    static final String TOPIC = "legacy.shop.ord";

    private static final Schema ROW = SchemaBuilder.struct()
            .name("legacy.shop.ord.Value")
            .optional()
            .field("ord_no", Schema.INT64_SCHEMA)
            .field("sts_cd", Schema.OPTIONAL_STRING_SCHEMA)
            .field("amt", Decimal.builder(2).optional().build())
            .field(
                    "ord_ts",
                    SchemaBuilder.int64()
                            .name("io.debezium.time.MicroTimestamp")
                            .optional()
                            .build())
            .field("note", Schema.OPTIONAL_STRING_SCHEMA)
            .field("email", Schema.OPTIONAL_STRING_SCHEMA)
            .field(
                    "unmapped",
                    SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA)
                            .optional()
                            .build())
            .build();

    private static final Schema SOURCE = SchemaBuilder.struct()
            .field("connector", Schema.STRING_SCHEMA)
            .field("ts_ms", Schema.INT64_SCHEMA)
            .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
            .field("snapshot", Schema.OPTIONAL_STRING_SCHEMA)
            .field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
            .field("db", Schema.STRING_SCHEMA)
            .field("schema", Schema.STRING_SCHEMA)
            .field("table", Schema.STRING_SCHEMA)
            .field("txId", Schema.OPTIONAL_INT64_SCHEMA)
            .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
            .build();

    private static final Schema ENVELOPE = SchemaBuilder.struct()
            .name("legacy.shop.ord.Envelope")
            .field("before", ROW)
            .field("after", ROW)
            .field("source", SOURCE)
            .field("op", Schema.STRING_SCHEMA)
            .build();

    static final Schema KEY =
            SchemaBuilder.struct().field("ord_no", Schema.INT64_SCHEMA).build();

    private Orders() {}

    static Struct row(long number, @Nullable String status, String note) {
        return new Struct(ROW)
                .put("ord_no", number)
                .put("sts_cd", status)
                .put("amt", new BigDecimal("12.50"))
                .put("ord_ts", 1_764_105_480_000_000L)
                .put("note", note)
                .put("email", "ada@example.org");
    }

    static Struct key(long number) {
        return new Struct(KEY).put("ord_no", number);
    }

    /** A record with its place {@code lsn} in the log, of a row whose key is {@code number}. */
    static SourceRecord record(
            String op, long number, @Nullable Struct before, @Nullable Struct after, @Nullable Long lsn) {
        return record("ord", op, number, before, after, lsn);
    }

    static SourceRecord record(
            String table, String op, long number, @Nullable Struct before, @Nullable Struct after, @Nullable Long lsn) {
        var source = new Struct(SOURCE)
                .put("connector", "postgresql")
                .put("ts_ms", 1_764_105_481_234L)
                .put("ts_us", 1_764_105_481_234_567L)
                .put("db", "shop")
                .put("schema", "shop")
                .put("table", table)
                .put("txId", 758L)
                .put("lsn", lsn);
        var value = new Struct(ENVELOPE)
                .put("before", before)
                .put("after", after)
                .put("source", source)
                .put("op", op);
        return record(KEY, key(number), ENVELOPE, value);
    }

    /** What an incremental snapshot sends of a row after the change at {@code lsn} and the commit at {@code commit}, as a real one does. */
    static SourceRecord read(long number, Struct row, long commit, long lsn) {
        var record = after(commit, record("r", number, null, row, lsn));
        ((Struct) record.value())
                .getStruct("source")
                .put("txId", null)
                .put("snapshot", "incremental")
                .put("lsn", null);
        return record;
    }

    /** {@code record} as it is when the last commit before it was at {@code commit}. */
    static SourceRecord after(@Nullable Long commit, SourceRecord record) {
        var source = ((Struct) record.value()).getStruct("source");
        source.put(
                "sequence", "[" + (commit == null ? "null" : "\"" + commit + "\"") + ",\"" + source.get("lsn") + "\"]");
        return record;
    }

    static SourceRecord record(
            @Nullable Schema keySchema, @Nullable Object key, @Nullable Schema schema, @Nullable Object value) {
        return new SourceRecord(Map.of(), Map.of(), TOPIC, null, keySchema, key, schema, value);
    }
}
