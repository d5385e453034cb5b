package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.source.Identity;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A bridge over its own database, slot, topic and store: every table has columns id and v. */
final class TestBridge implements AutoCloseable {

    final Dbms dbms;
    final String name;
    final Path folder;
    List<String> tables;
    List<String> columns = List.of("id", "v");
    Source.Fit fit = Source.Fit.ANY;
    boolean parks;
    boolean backfill;
    Duration lease = Duration.ofSeconds(3);
    Consumer<Point> watcher = _ -> {};
    Duration silenceMax = Duration.ofSeconds(15);
    boolean manage = true;
    boolean zeroDatesAsNull;
    Preflight.Accepted accepted = Preflight.Accepted.NONE;
    Identity identity = Identity.FULL;

    @Nullable
    String user;

    BridgeStore.Settings store;
    String bootstrapServers = Servers.kafka().bootstrapServers();
    Lake.@Nullable Settings lake;
    RunSettings.@Nullable Spooling spool;
    RunSettings.Limits limits = RunSettings.Limits.DEFAULT;
    UnaryOperator<Hub> hub = UnaryOperator.identity();
    EventMapper mapper;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Map<String, TopicReader> readers = new ConcurrentHashMap<>();
    private volatile BridgeRun run;
    private Thread thread = new Thread(() -> {});
    volatile BridgeRun.End end = BridgeRun.End.STOPPED;

    TestBridge(String name, Path folder, String... tables) {
        this(Dbms.POSTGRESQL, name, folder, tables);
    }

    TestBridge(Dbms dbms, String name, Path folder, String... tables) {
        this.dbms = dbms;
        this.name = dbms == Dbms.MARIADB ? name + "_m" : name;
        this.folder = folder;
        this.tables = List.of(tables);
        this.mapper = new RowEvents(topic());
        this.store = new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "");
        switch (dbms) {
            case POSTGRESQL -> Servers.postgres().createDatabase(this.name);
            case MARIADB -> Servers.mariadb().createDatabase(this.name);
        }
        for (var table : tables) {
            sql("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v TEXT)");
        }
        Servers.kafka().createTopic(topic(), 1);
        run = new BridgeRun(settings(this.tables), InstantSource.system());
    }

    String topic() {
        return "t." + name;
    }

    void sql(String sql) {
        try {
            asked(statement -> statement.execute(sql));
        } catch (SQLException e) {
            throw new IllegalStateException("running on " + name + ": " + sql, e);
        }
    }

    Connection connect() throws SQLException {
        return switch (dbms) {
            case POSTGRESQL -> Servers.postgres().connect(name);
            case MARIADB -> Servers.mariadb().connect(name);
        };
    }

    /** For a FROM: the numbers {@code from} to {@code to}, as column g. */
    String series(long from, long to) {
        return switch (dbms) {
            case POSTGRESQL -> "generate_series(" + from + ", " + to + ") g";
            case MARIADB -> "(SELECT seq AS g FROM seq_" + from + "_to_" + to + ") s";
        };
    }

    private String user() {
        if (user != null) {
            return user;
        }
        return dbms == Dbms.MARIADB ? Servers.mariadb().user() : "postgres";
    }

    String jdbcUrl() {
        return dbms == Dbms.MARIADB
                ? Servers.mariadb().jdbcUrl(name)
                : Servers.postgres().jdbcUrl(name);
    }

    String schema() {
        return dbms == Dbms.MARIADB ? name : "public";
    }

    String text(String sql) throws SQLException {
        return asked(statement -> {
            try (var result = statement.executeQuery(sql)) {
                return result.next() ? String.valueOf(result.getString(1)) : "";
            }
        });
    }

    private interface Question<T> {
        T ask(Statement statement) throws SQLException;
    }

    /** Over a connection that nobody uses just now: to begin one costs PostgreSQL more than most statements do. */
    private <T> T asked(Question<T> question) throws SQLException {
        var known = idle.poll();
        var connection = known == null ? connect() : known;
        try (var statement = connection.createStatement()) {
            var answer = question.ask(statement);
            if (dbms == Dbms.POSTGRESQL) { // MariaDB's are begun by what SET GLOBAL says at the time
                idle.push(connection);
                connection = null;
            }
            return answer;
        } finally {
            if (connection != null) {
                connection.close();
            }
        }
    }

    Source source() {
        return source(tables);
    }

    Source source(List<String> names) {
        return new Source(
                jdbcUrl(),
                user(),
                user(),
                dbms == Dbms.MARIADB ? "banyan_" + name : "slot_" + name,
                "pub_" + name,
                identity,
                new EngineSettings.Reading.Replica(Source.serverIdOf(name), zeroDatesAsNull),
                manage,
                names.stream()
                        .map(table -> new TableId(schema(), table))
                        .map(table -> new Source.Table(
                                table,
                                columns,
                                List.of("id"),
                                List.of("hidden"),
                                fit,
                                parks ? new Source.Parking(table.name(), List.of(table)) : null))
                        .toList());
    }

    RunSettings settings(List<String> names) {
        return new RunSettings(
                name,
                source(names),
                store,
                () -> mapper,
                () -> hub.apply(kafkaHub()),
                limits,
                backfill,
                Duration.ofMillis(300),
                silenceMax,
                lease,
                accepted,
                lake,
                spool,
                watcher);
    }

    Hub kafkaHub() {
        return new KafkaHub(
                name, new KafkaHub.Settings(bootstrapServers, Map.of(), "/test/" + name, 1, Set.of(topic())));
    }

    /** Starts and waits until it streams. */
    TestBridge start() throws Exception {
        launch();
        Await.until(name + " streams: " + run.progress().reason(), () -> {
            if (run.progress().state() == Progress.State.REFUSED) {
                throw new AssertionError(run.progress().reason());
            }
            return run.progress().state() == Progress.State.STREAMING;
        });
        return this;
    }

    /** Starts and does not wait. */
    void launch() {
        if (store.jdbcUrl().startsWith("jdbc:h2:")) {
            MigratedStore.in(folder);
        }
        var next = new BridgeRun(settings(tables), InstantSource.system());
        run = next;
        thread = Thread.ofPlatform().name("bridge-" + name).start(() -> {
            try {
                end = next.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    BridgeRun run() {
        return run;
    }

    Progress progress() {
        return run.progress();
    }

    BridgeRun.End join() throws InterruptedException {
        thread.join(Duration.ofSeconds(60));
        return end;
    }

    void stop() throws InterruptedException {
        run.stop();
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        thread.join(Duration.ofSeconds(60));
        if (thread.isAlive()) {
            throw new AssertionError("the bridge does not stop");
        }
    }

    /** Every event in the hub, in order, committed ones only. */
    List<ConsumerRecord<String, String>> events() {
        return events(topic());
    }

    /** The same of another topic. */
    List<ConsumerRecord<String, String>> events(String topic) {
        return readers.computeIfAbsent(bootstrapServers + " " + topic, _ -> new TopicReader(bootstrapServers, topic))
                .events();
    }

    /** The data of every event. */
    List<String> data() {
        return events().stream().map(ConsumerRecord::value).toList();
    }

    /** Every event folded in order: subject to v. */
    Map<String, String> fold() {
        var folded = new TreeMap<String, String>();
        for (var data : data()) {
            var parts = data.split("\\|", -1);
            if (parts[0].equals("d")) {
                folded.remove(parts[1] + "/" + parts[2]);
            } else {
                folded.put(parts[1] + "/" + parts[2], parts[3]);
            }
        }
        return folded;
    }

    /** The tables as they are: subject to v. */
    Map<String, String> table() throws SQLException {
        try (var connection = connect()) {
            return table(connection);
        }
    }

    private Map<String, String> table(Connection connection) throws SQLException {
        var rows = new TreeMap<String, String>();
        try (var statement = connection.createStatement()) {
            for (var table : tables) {
                try (var result = statement.executeQuery("SELECT id, v FROM " + table)) {
                    while (result.next()) {
                        rows.put(table + "/" + result.getLong(1), String.valueOf(result.getString(2)));
                    }
                }
            }
        }
        return rows;
    }

    void awaitEqual() throws Exception {
        try (var connection = connect()) {
            Await.until("events folded equal the tables", () -> fold().equals(table(connection)));
        }
    }

    Set<String> repeatedIds() {
        var seen = new HashSet<String>();
        var repeated = new HashSet<String>();
        for (var event : events()) {
            var id = header(event, "ce_id");
            if (!seen.add(id)) {
                repeated.add(id);
            }
        }
        return repeated;
    }

    /** The same bridge as files for the command line. */
    Path config() throws Exception {
        var mapping = new StringBuilder("version: 1\nschema: " + schema() + "\naggregates:\n");
        for (var table : tables) {
            mapping.append("""
                      %1$s:
                        topic: %2$s
                        subject: %1$s/{id}
                        type: t.{event}.v1
                        table: %1$s
                        key: [id]
                        fields:
                          id: {column: id, as: integer}
                          v: v
                        events:
                          - {event: Imported, when: backfill}
                          - {event: Added, when: created}
                          - {event: Removed, when: removed}
                          - {event: Changed, when: otherwise}
                    """.formatted(table, topic()).indent(2));
        }
        Files.writeString(folder.resolve("mapping.yaml"), mapping);
        var slot = dbms == Dbms.MARIADB ? "" : "slot: slot_" + name + ", publication: pub_" + name + ", ";
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: %1$s
                mapping: mapping.yaml
                source: {jdbcUrl: "%2$s", user: %5$s, password: %5$s, %6$smanage: true}
                store: {jdbcUrl: "%3$s"}
                hub: {kafka: {bootstrapServers: "%4$s"}}
                """.formatted(
                        name, jdbcUrl(), store.jdbcUrl(), Servers.kafka().bootstrapServers(), user(), slot));
    }

    static String header(ConsumerRecord<String, String> event, String name) {
        return new String(event.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** A field of flat JSON, as text. */
    static String field(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        if (!found.find()) {
            throw new AssertionError("no " + name + " in " + json);
        }
        return found.group(1);
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        readers.values().forEach(TopicReader::close);
        if (dbms == Dbms.POSTGRESQL) {
            sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'slot_" + name
                    + "' AND NOT active");
        }
        idle.forEach(TestBridge::end);
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("closing a connection", e);
        }
    }
}
