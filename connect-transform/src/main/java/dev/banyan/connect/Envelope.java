package dev.banyan.connect;

import dev.banyan.bridge.change.TableId;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;

/** One field after the other of what Debezium says of a row: a {@link Struct} where a record has a schema, else a {@link Map}. */
record Envelope(Object value) {

    /** What a record is, if it is none about a row. */
    enum Kind {
        ROW,
        /** Moves the connector's position, and must therefore reach Kafka. */
        HEARTBEAT,
        /** A tombstone, a change of the schema, the begin or end of a transaction, a message in the log. */
        NOTICE,
        /** Something else: another transformation was there first, or another connector. */
        UNKNOWN
    }

    /** What the record of {@code topic} with {@code value} is. */
    static Kind kind(String topic, @Nullable Object value) {
        if (value == null) {
            return Kind.NOTICE;
        }
        var schema =
                value instanceof Struct struct ? String.valueOf(struct.schema().name()) : "";
        if (schema.endsWith(".Heartbeat") || topic.startsWith("__debezium-heartbeat")) {
            return Kind.HEARTBEAT;
        }
        var envelope = new Envelope(value);
        if (envelope.has("op") && envelope.has("source")) {
            return "m".equals(envelope.get("op")) ? Kind.NOTICE : Kind.ROW;
        }
        var isNotice = (envelope.has("tableChanges") && envelope.has("ddl"))
                || (envelope.has("status") && envelope.has("event_count"));
        return isNotice ? Kind.NOTICE : Kind.UNKNOWN;
    }

    boolean has(String field) {
        return switch (value) {
            case Struct struct -> struct.schema().field(field) != null;
            case Map<?, ?> map -> map.containsKey(field);
            default -> false;
        };
    }

    @Nullable
    Object get(String field) {
        return switch (value) {
            case Struct struct -> struct.schema().field(field) == null ? null : struct.get(field);
            case Map<?, ?> map -> map.get(field);
            default -> null;
        };
    }

    String op() {
        return String.valueOf(get("op"));
    }

    /** What {@code source} says. */
    Envelope source() {
        return part("source")
                .orElseThrow(() -> new DataException("source: none (expected: Debezium's source of the row)"));
    }

    /** The rows {@code before} and {@code after}, where there are any. */
    Optional<Envelope> part(String field) {
        return Optional.ofNullable(get(field)).map(Envelope::new);
    }

    /** The table of a {@link #source}: of its schema, or of its database where tables have no schema. */
    TableId table() {
        var schema = get("schema");
        var group = schema == null ? get("db") : schema;
        if (group == null || get("table") == null) {
            throw new DataException("source.table: none (expected: the table of the row)");
        }
        return new TableId(group.toString(), String.valueOf(get("table")));
    }
}
