package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What Debezium is told. Each value that is not its default has its reason in the decision records or beside it. */
public record EngineSettings(
        String name,
        Database database,
        Reading reading,
        TableId signalTable,
        List<Table> tables,
        Duration heartbeat,
        long queueBytesMax) {

    /** The topic prefix; events of ours never carry it. */
    public static final String PREFIX = "banyan";

    /** Topic of the heartbeats that Debezium makes by itself, whether anything comes through the log or not. */
    public static final String HEARTBEAT_TOPIC = "__debezium-heartbeat." + PREFIX;

    /** Starts the texts of the bridge's own messages in the log. */
    public static final String MESSAGE_PREFIX = "banyan.heartbeat";

    /** What Debezium writes for a large value that the statement did not touch; another in each process, so that no value equals it. */
    static final String UNAVAILABLE = "\u0001banyan-unavailable-" + UUID.randomUUID();

    /** How to reach the legacy database; {@code parameters} are its driver's, of {@link #parametersOf}. */
    public record Database(
            String host, int port, String name, String user, String password, Map<String, String> parameters) {
        public Database {
            parameters = Map.copyOf(parameters);
        }

        /** One whose driver is told nothing more. */
        public Database(String host, int port, String name, String user, String password) {
            this(host, port, name, user, password, Map.of());
        }

        /** Without what is secret. */
        @Override
        public String toString() {
            return "Database[" + host + ":" + port + "/" + name + ", user " + user + "]";
        }
    }

    /** As what the bridge reads the log. */
    public sealed interface Reading {

        /** The kind of database whose log this reads. */
        Dbms dbms();

        /** Through a slot, as a publication says. */
        record Slot(String name, String publication) implements Reading {
            @Override
            public Dbms dbms() {
                return Dbms.POSTGRESQL;
            }
        }

        /** As a replica that no other replica shares its server id with; dates that are none are NULL, or refused. */
        record Replica(long serverId, boolean zeroDatesAsNull) implements Reading {
            @Override
            public Dbms dbms() {
                return Dbms.MARIADB;
            }
        }
    }

    /** A table to read, and of it these columns; with {@code allBut} every column but those. */
    public record Table(
            TableId id, List<String> columns, @Nullable List<String> allBut) {
        public Table {
            columns = List.copyOf(columns);
            allBut = allBut == null ? null : List.copyOf(allBut);
        }

        public Table(TableId id, List<String> columns) {
            this(id, columns, null);
        }
    }

    /** What the engine can pass on of a driver's parameters, to all of its connections, with Debezium's name for each. */
    private static final Map<String, String> OF_POSTGRESQL = Map.of(
            "sslmode", "database.sslmode",
            "sslrootcert", "database.sslrootcert",
            "sslcert", "database.sslcert",
            "sslkey", "database.sslkey",
            "sslpassword", "database.sslpassword",
            "sslfactory", "database.sslfactory",
            "sslhostnameverifier", "driver.sslhostnameverifier",
            "sslNegotiation", "driver.sslNegotiation",
            "channelBinding", "driver.channelBinding",
            "requireAuth", "driver.requireAuth");

    private static final Map<String, String> OF_MARIADB = Map.of(
            "sslMode", "database.ssl.mode",
            "trustStore", "database.ssl.truststore",
            "trustStorePassword", "database.ssl.truststore.password",
            "keyStore", "database.ssl.keystore",
            "keyStorePassword", "database.ssl.keystore.password");

    private static final int ANSWER_SECONDS = 30;

    /** What a row waits at most for others; 500 by default. Debezium spins through the last millisecond of each, so a few cost a processor. */
    private static final int POLL_MS = 10;

    private static final int BATCH_ROWS_MAX = 4096;
    private static final int QUEUE_ROWS_MAX = 4 * BATCH_ROWS_MAX;

    public EngineSettings {
        tables = List.copyOf(tables);
    }

    /** The parameters of {@code dbms}' driver that hold for the engine's connections too: whom they trust, and how they prove who they are. */
    public static Set<String> parametersOf(Dbms dbms) {
        return new TreeSet<>(namesByParameter(dbms).keySet());
    }

    private static Map<String, String> namesByParameter(Dbms dbms) {
        return switch (dbms) {
            case POSTGRESQL -> OF_POSTGRESQL;
            case MARIADB -> OF_MARIADB;
        };
    }

    /** The engine's properties. */
    public Properties properties() {
        var properties = new Properties();
        properties.setProperty("name", name);
        properties.setProperty("topic.prefix", PREFIX);
        // An engine waits a minute for its names in JMX, longer than anybody waits for it, while one that hangs as it
        // is
        // closed holds them.
        properties.setProperty("custom.metric.tags", "engine=" + name);
        properties.setProperty("offset.storage", StoredOffsets.class.getName());
        properties.setProperty(StoredOffsets.SETTING, name);
        properties.setProperty("offset.flush.interval.ms", "0");
        properties.setProperty("bootstrap.servers", "unused:1"); // Connect 4.2 wants one, nobody calls it
        database(properties);
        switch (reading) {
            case Reading.Slot slot -> postgresql(properties, slot);
            case Reading.Replica replica -> mariadb(properties, replica);
        }
        stream(properties);
        backfill(properties);
        speed(properties);
        return properties;
    }

    private void database(Properties properties) {
        properties.setProperty("database.hostname", database.host());
        properties.setProperty("database.port", Integer.toString(database.port()));
        properties.setProperty("database.user", database.user());
        properties.setProperty("database.password", database.password());
        var names = namesByParameter(reading.dbms());
        database.parameters().forEach((name, value) -> properties.put(names.get(name), value));
    }

    private void postgresql(Properties properties, Reading.Slot slot) {
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("database.dbname", database.name());
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", slot.name());
        properties.setProperty("publication.name", slot.publication());
        properties.setProperty("publication.autocreate.mode", "disabled"); // the plan makes it, before the slot
        // What roles and databases may set differently: what changes the texts of values, and what ends a chunk's
        // query.
        properties.setProperty(
                "driver.options",
                "-c bytea_output=hex -c extra_float_digits=1 -c IntervalStyle=postgres -c statement_timeout=0 -c lock_timeout=0 -c row_security=off");
        properties.setProperty("driver.stringtype", "unspecified"); // a date that a backfill goes on from is text, too
        properties.setProperty("database.connection.factory.class", EngineConnections.class.getName());
        properties.setProperty("driver.socketTimeout", Integer.toString(ANSWER_SECONDS));
        properties.setProperty("driver.socketFactory", EngineSockets.class.getName());
        properties.setProperty("driver.socketFactoryArg", name);
        properties.setProperty("driver.binaryTransfer", "false"); // arrays then keep PostgreSQL's own text
        properties.setProperty("slot.drop.on.stop", "false");
        properties.setProperty("slot.max.retries", "3");
        properties.setProperty("slot.retry.delay.ms", "1000");
        properties.setProperty("converters", "values");
        properties.setProperty("values.type", PostgresValues.class.getName());
        properties.setProperty("include.unknown.datatypes", "true"); // as text, by the converter
        properties.setProperty("time.precision.mode", "adaptive");
        properties.setProperty("interval.handling.mode", "string");
        properties.setProperty("hstore.handling.mode", "json");
        properties.setProperty("lsn.flush.mode", "connector");
        properties.setProperty("heartbeat.interval.ms", Long.toString(heartbeat.toMillis()));
        properties.setProperty(
                "heartbeat.action.query",
                "SELECT pg_logical_emit_message(false, '" + MESSAGE_PREFIX + "', clock_timestamp()::text)");
        properties.setProperty("message.prefix.include.list", "banyan\\..*");
    }

    /** Heartbeats are transactions of our own table (see run/BinlogHeartbeat): Debezium needs not make any. */
    private void mariadb(Properties properties, Reading.Replica replica) {
        properties.setProperty("connector.class", "io.debezium.connector.mariadb.MariaDbConnector");
        properties.setProperty("database.server.id", Long.toString(replica.serverId()));
        properties.setProperty(
                "connect.keep.alive", "false"); // our supervisor reconnects, at a place of its own choosing
        properties.setProperty("schema.history.internal", StoredSchemaHistory.class.getName());
        properties.setProperty(StoredSchemaHistory.SETTING, name);
        var names = new ArrayList<String>();
        tables.forEach(table -> names.add(table.id().name()));
        names.add(signalTable.name());
        properties.setProperty("internal.schema.history.internal.ddl.filter", LoggedStatement.leftOut(names));
        properties.setProperty("include.schema.changes", "true"); // TransactionAssembler hears of them in their place
        properties.setProperty("time.precision.mode", "adaptive_time_microseconds");
        properties.setProperty("converters", "dates");
        properties.setProperty("dates.type", TemporalConverter.class.getName());
        properties.setProperty("dates." + TemporalConverter.ENGINE, name);
        properties.setProperty("dates." + TemporalConverter.AS_NULL, Boolean.toString(replica.zeroDatesAsNull()));
        properties.setProperty("bigint.unsigned.handling.mode", "precise");
        properties.setProperty("inconsistent.schema.handling.mode", "fail");
        properties.setProperty("event.deserialization.failure.handling.mode", "fail");
        properties.setProperty("driver.sessionVariables", "max_statement_time=0"); // a role may have a limit
        properties.setProperty("driver.yearIsDateType", "false"); // no date has the year 0000
        properties.setProperty("enable.time.adjuster", "false"); // a year of two digits is one of the first century
        properties.setProperty("heartbeat.interval.ms", "0");
    }

    private void stream(Properties properties) {
        var names = new ArrayList<String>();
        var columns = new ArrayList<String>();
        for (var table : tables) {
            names.add(quoted(table.id()));
            if (table.allBut() != null) {
                columns.add(quoted(table.id()) + "\\." + allBut(table.allBut()));
                continue;
            }
            for (var column : table.columns()) {
                columns.add(quoted(table.id()) + "\\." + quoted(column));
            }
        }
        names.add(quoted(signalTable));
        columns.add(quoted(signalTable) + "\\..*");
        properties.setProperty("table.include.list", String.join(",", names));
        properties.setProperty("column.include.list", String.join(",", columns));
        properties.setProperty("snapshot.mode", "no_data");
        properties.setProperty("provide.transaction.metadata", "true");
        properties.setProperty("tombstones.on.delete", "false");
        properties.setProperty("skipped.operations", "none"); // truncations too
        properties.setProperty("event.converting.failure.handling.mode", "fail");
        properties.setProperty("decimal.handling.mode", "precise");
        properties.setProperty("unavailable.value.placeholder", UNAVAILABLE);
        properties.setProperty("event.processing.failure.handling.mode", "fail");
        // Our supervisor starts the engine anew, and looks first whether it is the same server on the same timeline.
        properties.setProperty("errors.max.retries", "0");
    }

    private void backfill(Properties properties) {
        properties.setProperty("signal.data.collection", signalTable.toString());
        properties.setProperty("incremental.snapshot.watermarking.strategy", "insert_delete"); // leaves no rows behind
        properties.setProperty("signal.enabled.channels", "source,in-process");
        properties.setProperty("signal.poll.interval.ms", "200");
        properties.setProperty("incremental.snapshot.chunk.size", "2048");
        properties.setProperty("notification.enabled.channels", SnapshotNotices.CHANNEL);
        properties.setProperty(SnapshotNotices.SETTING, name);
    }

    private void speed(Properties properties) {
        properties.setProperty("poll.interval.ms", Integer.toString(POLL_MS));
        properties.setProperty("max.batch.size", Integer.toString(BATCH_ROWS_MAX));
        properties.setProperty("max.queue.size", Integer.toString(QUEUE_ROWS_MAX));
        properties.setProperty("max.queue.size.in.bytes", Long.toString(queueBytesMax));
        properties.setProperty("record.processing.threads", "1"); // nothing to transform, and order is kept anyway
    }

    private static String allBut(List<String> columns) {
        return columns.isEmpty()
                ? ".*"
                : "(?!(?:" + columns.stream().map(EngineSettings::quoted).collect(Collectors.joining("|")) + ")$).*";
    }

    private static String quoted(TableId table) {
        return quoted(table.schema()) + "\\." + quoted(table.name());
    }

    /** An expression that matches {@code name} alone, without a comma, which would end it in a list of Debezium's. */
    static String quoted(String name) {
        return Pattern.quote(name).replace(",", "\\E\\x2c\\Q");
    }
}
