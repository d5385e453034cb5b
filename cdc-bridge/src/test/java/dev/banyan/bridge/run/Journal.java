package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.source.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Writers to table {@code item} that note each change they make in table {@code journal} in the same transaction, and the comparison of
 * that journal with events. Half of what they write is COPY and multi-row inserts; they roll back, whole and to savepoints. The table stays
 * small: what came first is deleted.
 */
final class Journal {

    static final long LAST = 999_999_999;
    private static final int HOT = 20;

    /** Rows of a transaction that a bridge with little memory keeps in a file. */
    private static final int LARGE = 150;

    private final String url;
    private final JournaledRows rows;
    private final long seed;
    private final AtomicBoolean writing = new AtomicBoolean(true);

    Journal(String url, long seed) {
        this.url = url;
        this.rows = Source.dbms(url) == Dbms.MARIADB ? new MariaDbRows() : new PostgresRows();
        this.seed = seed;
    }

    /** How its table becomes events on {@code topic}. */
    static String mapping(String schema, String topic) {
        return """
                version: 1
                schema: %s
                aggregates:
                  item:
                    topic: %s
                    subject: item/{id}
                    type: t.{event}.v1
                    table: item
                    key: [id]
                    fields:
                      id: {column: id, as: integer}
                      v: v
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(schema, topic);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, rows.user(), rows.user());
    }

    /** Who may write; the password is the same word. */
    String user() {
        return rows.user();
    }

    void create() throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, v TEXT)");
            statement.execute("CREATE TABLE journal (tx BIGINT, id BIGINT, v TEXT)");
            statement.execute("CREATE SEQUENCE s");
        }
    }

    List<Thread> startWriters() {
        return List.of(writer(1), writer(2));
    }

    /** Waits until the bridge has made its slot: what was written before is not sent. */
    void awaitSlot() throws Exception {
        Await.until("the slot is there", Duration.ofMinutes(3), () -> {
            try (var connection = connect();
                    var statement = connection.createStatement();
                    var result = statement.executeQuery(
                            "SELECT count(*) FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL")) {
                result.next();
                return result.getInt(1) == 1;
            }
        });
    }

    void stop(List<Thread> writers) throws InterruptedException {
        writing.set(false);
        for (var writer : writers) {
            writer.join();
        }
    }

    void writeLast() throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            rows.begin(statement);
            rows.insert(statement, LAST, 1);
            connection.commit();
        }
    }

    /** Waits until the last row's event is on {@code topic}. */
    static void awaitLast(String bootstrapServers, String topic) throws Exception {
        try (var consumer = TestBridge.consumer(bootstrapServers, topic)) {
            Await.until("the last one is there", Duration.ofMinutes(30), () -> {
                for (var event : consumer.poll(Duration.ofMillis(100))) {
                    if (event.key().equals("item/" + LAST)) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    /** Writes until it is stopped; a connection that breaks is made anew, and the journal says what was committed. */
    private Thread writer(int number) {
        return Thread.ofPlatform().name("writer-" + number).start(() -> {
            var random = new Random(seed * 31 + number);
            var next = number * 100_000_000L;
            while (writing.get()) {
                try (var connection = connect()) {
                    connection.setAutoCommit(false);
                    while (writing.get()) {
                        next = write(connection, random, next);
                        LockSupport.parkNanos(200_000_000); // leaves the processors to the bridge
                    }
                } catch (SQLException | IOException e) {
                    LockSupport.parkNanos(50_000_000); // the database is down
                    next += 1_000; // what was committed at last is not known here
                }
            }
        });
    }

    private long write(Connection connection, Random random, long from) throws SQLException, IOException {
        var next = from;
        try (var statement = connection.createStatement()) {
            rows.begin(statement);
            if (next % 1_000_000 == 0) {
                rows.insert(statement, next, HOT); // the rows that are changed again and again
                connection.commit();
                return next + HOT;
            }
            var hot = from / 100_000_000L * 100_000_000L;
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    var count = random.nextInt(8) == 0 ? LARGE : 1 + random.nextInt(15);
                    rows.copy(statement, next, count);
                    next += count;
                }
                case 2 -> {
                    rows.insert(statement, next, 10);
                    next += 10;
                }
                case 3 -> rows.change(statement, hot + random.nextInt(HOT / 2), 3);
                case 4 -> {
                    rows.change(statement, hot, 2);
                    var savepoint = connection.setSavepoint();
                    rows.change(statement, hot + HOT / 2, 4);
                    rows.insert(statement, next, 3);
                    connection.rollback(savepoint);
                    rows.change(statement, hot + 5, 1);
                    next += 3;
                }
                default -> rows.delete(statement, hot + HOT, next, 60);
            }
            if (random.nextInt(7) == 0) {
                connection.rollback();
            } else {
                connection.commit();
            }
        }
        return next;
    }

    /** By transaction, what it did: {@code subject=v}, {@code -} for a row that is gone. */
    private Map<String, Set<String>> entries() throws SQLException {
        var entries = new TreeMap<String, Set<String>>();
        try (var connection = connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT tx, id, v FROM journal")) {
            while (result.next()) {
                entries.computeIfAbsent(result.getString(1), _ -> new TreeSet<>())
                        .add("item/" + result.getLong(2) + "=" + result.getString(3));
            }
        }
        return entries;
    }

    int transactions() throws SQLException {
        return entries().size();
    }

    /** The table as it is: subject to v. */
    private Map<String, String> table() throws SQLException {
        var found = new TreeMap<String, String>();
        try (var connection = connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id, v FROM item")) {
            while (result.next()) {
                found.put("item/" + result.getLong(1), result.getString(2));
            }
        }
        return found;
    }

    private static String v(ConsumerRecord<String, String> event) {
        var dataref = event.headers().lastHeader("ce_dataref");
        try {
            return TestBridge.field(
                    dataref == null
                            ? event.value()
                            : Files.readString(Path.of(URI.create(TestBridge.header(event, "ce_dataref")))),
                    "v");
        } catch (IOException e) {
            throw new UncheckedIOException("reading the data that " + event.key() + " names", e);
        }
    }

    /**
     * Nothing lost, nothing invented, no transaction torn or repeated, no key out of order; a row that a backfill tells of is as the events
     * before it say, and all of them folded are the table. The lake holds what the hub holds.
     */
    void check(List<ConsumerRecord<String, String>> events, Path lake) throws SQLException {
        var found = new TreeMap<String, Set<String>>();
        var order = new ArrayList<String>();
        var last = new HashMap<String, Long>();
        var folded = new TreeMap<String, String>();
        for (var event : events) {
            var tx = TestBridge.header(event, "ce_txid");
            var type = TestBridge.header(event, "ce_type");
            var removed = type.equals("t.Removed.v1");
            var v = removed ? "-" : v(event);
            if (type.equals("t.Imported.v1")) {
                assertThat(v).as("backfill of " + event.key()).isEqualTo(folded.get(event.key()));
                continue;
            }
            if (removed) {
                folded.remove(event.key());
            } else {
                folded.put(event.key(), v);
            }
            assertThat(found.computeIfAbsent(tx, _ -> new TreeSet<>()).add(event.key() + "=" + v))
                    .as("repeated: " + event.key())
                    .isTrue();
            if (order.isEmpty() || !order.getLast().equals(tx)) {
                order.add(tx);
            }
            var number = removed ? Long.MAX_VALUE : Long.parseLong(v);
            var before = last.put(event.key(), number);
            assertThat(before == null || before < number)
                    .as("order of " + event.key())
                    .isTrue();
        }
        if (rows.knowsTransactionId()) {
            assertThat(found).isEqualTo(entries());
        } else {
            assertThat(found.values())
                    .containsExactlyInAnyOrderElementsOf(entries().values());
        }
        assertThat(order).as("transactions stand together").doesNotHaveDuplicates();
        assertThat(folded).isEqualTo(table());
        var inLake = new ArrayList<String>();
        new LakeReader(lake)
                .read(LakeFilter.ALL, 0, record -> inLake.add(record.event().id()));
        var inHub =
                events.stream().map(event -> TestBridge.header(event, "ce_id")).toList();
        assertThat(inLake)
                .as("the lake holds what the hub holds")
                .containsExactlyInAnyOrderElementsOf(inHub)
                .isEqualTo(inHub);
    }
}
