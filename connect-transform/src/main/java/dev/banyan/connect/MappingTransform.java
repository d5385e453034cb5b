package dev.banyan.connect;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.RowMapper;
import dev.banyan.bridge.record.CloudEventHeaders;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.metrics.Monitorable;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns each row that Debezium reports into the event that the mapping says, in the form in which the bridge sends events to Kafka: topic,
 * key, {@code ce_} headers and data. What becomes no event is dropped and counted; heartbeats pass as they are.
 */
public final class MappingTransform<R extends ConnectRecord<R>> implements Transformation<R>, Monitorable, Versioned {

    /*
     * A changed key comes as two records, the old row with the header of the new key and then the new row with the header of the old
     * one. The old row is remembered in between, so that the second record has its before-image. When a restart lies in between the
     * rules that compare cannot hold, and the event is that of `renumbered`, or of `otherwise`.
     *
     * Of a row whose key alone is logged Debezium makes a whole one, with NULL, 0 or an empty text in all other columns, and nothing tells it from a row that has
     * them. So it is said (identity), and with keys no more than the key is read.
     */
    private static final String NEW_KEY = "__debezium.newkey";

    private static final String OLD_KEY = "__debezium.oldkey";

    private static final Logger LOG = LoggerFactory.getLogger(MappingTransform.class);

    /** A row whose key is about to change: its table, the key it gets, and the row. */
    private record Moving(TableId table, Object newKey, Row row) {
        boolean isOf(TableId other, @Nullable Object key) {
            return table.equals(other) && newKey.equals(key);
        }
    }

    private final TransformCounts counts = new TransformCounts();
    private final SourcePosition position = new SourcePosition();
    private final Map<TableId, TableRows> rowsByTable = new HashMap<>();
    private final Set<TableId> unmatched = new HashSet<>();
    private @Nullable TransformConfig config;
    private @Nullable RowMapper mapper;
    private @Nullable Moving moving;
    private @Nullable Object database;

    @Override
    public void configure(Map<String, ?> settings) {
        var read = TransformConfig.of(settings);
        try {
            var made = new RowMapper(
                    read.mapping(), read.name(), read.hashKeyBytes(), read.identity() == TransformConfig.Identity.FULL);
            for (var aggregate : read.mapping().aggregates()) {
                var table = aggregate.root().id();
                rowsByTable.put(table, new TableRows(aggregate.root(), made.columns(table), read.unavailable()));
            }
            mapper = made;
            config = read;
        } catch (IllegalArgumentException e) { // a hash key that is missing or too short
            throw new ConfigException(TransformConfig.HASH_KEY + ": " + e.getMessage());
        }
    }

    @Override
    public @Nullable R apply(R record) {
        try {
            return switch (Envelope.kind(record.topic(), record.value())) {
                case HEARTBEAT -> record;
                case NOTICE -> {
                    counts.notices.increment();
                    yield null;
                }
                case ROW -> row(record, new Envelope(record.value()));
                case UNKNOWN ->
                    throw new DataException(
                            "no envelope of Debezium (expected: its records as they come, before any other"
                                    + " transformation that unwraps them)");
            };
        } catch (DataException | MappingFailed e) {
            counts.failed.increment();
            throw new DataException("record of " + record.topic() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) { // its message may have values in it; where it was thrown says enough
            counts.failed.increment();
            var where = new IllegalStateException(e.getClass().getName());
            where.setStackTrace(e.getStackTrace());
            throw new DataException(
                    "record of " + record.topic() + ": " + e.getClass().getSimpleName(), where);
        }
    }

    private @Nullable R row(R record, Envelope envelope) {
        var source = envelope.source();
        var table = source.table();
        var rows = rowsByTable.get(table);
        if (rows == null) {
            counts.unmatched.increment();
            if (unmatched.add(table)) {
                LOG.info("no aggregate has the table {}: its records are dropped and counted", table);
            }
            return null;
        }
        if (!isOurs(source)) {
            counts.unmatched.increment();
            return null;
        }
        var place = position.of(source::get, envelope.op().equals("r"));
        var skippedBefore = counts.skipped.sum();
        var event = mapper().map(change(record, envelope, table, rows), place, this::skipped);
        if (event.isEmpty()) {
            if (counts.skipped.sum() == skippedBefore) {
                counts.unchanged.increment();
            }
            return null;
        }
        var made = record(record, event.get());
        counts.events.increment();
        return made;
    }

    /** Whether {@code source} is of the database that is told; tables without a schema are told apart by their database anyway. */
    private boolean isOurs(Envelope source) {
        var named = source.get("db");
        if (named == null || source.get("schema") == null) {
            return true;
        }
        if (!configured().database().isEmpty()) {
            return configured().database().equals(named);
        }
        if (database != null && !database.equals(named)) {
            throw new DataException("source.db: " + named + ", and before it " + database
                    + " (expected: one database, or the setting database, which says whose rows are told)");
        }
        database = named;
        return true;
    }

    private Change change(R record, Envelope envelope, TableId table, TableRows rows) {
        var moved = moving;
        moving = null;
        var before = envelope.part("before").map(part -> old(part, rows)).orElse(null);
        return switch (envelope.op()) {
            case "c" -> {
                var oldKey = record.headers().lastWithName(OLD_KEY);
                var after = after(envelope, rows, null);
                if (oldKey == null) {
                    yield new Change.Inserted(table, after);
                }
                var known = moved != null && moved.isOf(table, record.key()) ? moved.row : null;
                yield new Change.Updated(
                        table, known == null ? rows.read(new Envelope(oldKey.value()), null) : known, after);
            }
            case "r" -> new Change.Read(table, after(envelope, rows, null));
            case "u" -> {
                var after = after(envelope, rows, before);
                refuseNewKey(record, table, rows, before, after);
                yield new Change.Updated(table, before, after);
            }
            case "d" -> {
                if (before == null) {
                    throw new DataException("before: none (expected: at least the key of the deleted row)");
                }
                var newKey = record.headers().lastWithName(NEW_KEY);
                moving = newKey == null ? null : new Moving(table, newKey.value(), before);
                yield new Change.Deleted(table, before);
            }
            case "t" -> new Change.Truncated(table);
            default -> throw new DataException("op: " + envelope.op() + " (expected: c, u, d, r or t)");
        };
    }

    private Row old(Envelope part, TableRows rows) {
        return configured().identity() == TransformConfig.Identity.FULL ? rows.read(part, null) : rows.readKey(part);
    }

    /** Of a new key Debezium makes two records, if it is the record's; of one record the event of the old subject would be missing. */
    private void refuseNewKey(R record, TableId table, TableRows rows, @Nullable Row before, Row after) {
        if (mapper().changesKey(table, before, after)) {
            throw new DataException(
                    table + ": another key in one record (expected: the key of the mapping as that of the"
                            + " records, by message.key.columns of the connector: a changed one then comes as two)");
        }
        var isKnown = before != null || !(record.key() instanceof Struct || record.key() instanceof Map);
        if (!isKnown && !rows.key().stream().allMatch(new Envelope(record.key())::has)) {
            throw new DataException(
                    table + ": a record's key without " + rows.key()
                            + ", and no row before it (expected: the key of the mapping in that of the records, or identity=full)");
        }
    }

    private static Row after(Envelope envelope, TableRows rows, @Nullable Row before) {
        return rows.read(
                envelope.part("after").orElseThrow(() -> new DataException("after: none (expected: the row as it is)")),
                before);
    }

    private R record(R record, DomainEvent event) {
        var headers = new ConnectHeaders();
        CloudEventHeaders.of(event, configured().source()).forEach(headers::addString);
        return record.newRecord(
                event.topic(),
                record instanceof SinkRecord ? record.kafkaPartition() : null, // a sink's must have one
                Schema.STRING_SCHEMA,
                event.subject(),
                Schema.STRING_SCHEMA,
                event.data(),
                record.timestamp(), // not the commit's, by which Kafka would judge and delete it
                headers);
    }

    private void skipped(String aggregate, String key, String message, String reason) {
        counts.skipped.increment();
        LOG.warn("skipped a change of {} ({}): {}", aggregate, reason, message);
    }

    private RowMapper mapper() {
        if (mapper == null) {
            throw new IllegalStateException("apply() before configure()");
        }
        return mapper;
    }

    private TransformConfig configured() {
        if (config == null) {
            throw new IllegalStateException("apply() before configure()");
        }
        return config;
    }

    @Override
    public ConfigDef config() {
        return TransformConfig.DEFINITION;
    }

    @Override
    public void withPluginMetrics(PluginMetrics metrics) {
        counts.showIn(metrics);
    }

    /** What has become of the records so far. */
    TransformCounts counts() {
        return counts;
    }

    @Override
    public String version() {
        return Objects.requireNonNullElse(getClass().getPackage().getImplementationVersion(), "dev");
    }

    @Override
    public void close() {
        LOG.info("mapping transformation closed: {}", counts);
    }
}
