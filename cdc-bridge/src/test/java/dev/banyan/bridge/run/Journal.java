package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Writers to table {@code item}, and to {@link Purchases}, that note each change they make in table {@code journal} in the same transaction. Half of what they write is COPY and multi-row inserts; they roll back, whole and to savepoints. The table stays
 * small: what came first is deleted.
 */
final class Journal {

    static final long LAST = 999_999_999;
    static final int HOT = 20;

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
                      big: big
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(schema, topic) + Purchases.mapping(topic);
    }

    /** Its tables. */
    static List<TableId> tables(String schema) {
        return Stream.of("item", "purchase", "line", "extra")
                .map(name -> new TableId(schema, name))
                .toList();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, rows.user(), rows.user());
    }

    /** Who may write; the password is the same word. */
    String user() {
        return rows.user();
    }

    /** Makes the tables, and tries in vain everything that a writer does: later it takes what fails for a database that is down. */
    void create() throws SQLException, IOException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            rows.create(connection);
            connection.setAutoCommit(false);
            rows.begin(statement);
            rows.insert(statement, 1, HOT);
            rows.copy(statement, 1 + HOT, LARGE);
            rows.change(statement, 1, HOT);
            rows.delete(statement, 1, HOT, HOT);
            for (var i = 0; i < HOT; i++) {
                new Purchases(0, new Random(i), rows.transactionId()).change(connection);
            }
            connection.rollback();
        }
    }

    List<Thread> startWriters() {
        return List.of(writer(1), writer(2));
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
        try (var consumer = TopicReader.consumer(bootstrapServers, topic)) {
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
            var purchases = new Purchases(number, random, rows.transactionId());
            var next = number * 100_000_000L;
            while (writing.get()) {
                try (var connection = connect()) {
                    connection.setAutoCommit(false);
                    while (writing.get()) {
                        next = write(connection, random, next, purchases);
                        LockSupport.parkNanos(200_000_000); // leaves the processors to the bridge
                    }
                } catch (SQLException | IOException e) {
                    LockSupport.parkNanos(50_000_000); // the database is down
                    next += 1_000; // what was committed at last is not known here
                }
            }
        });
    }

    private long write(Connection connection, Random random, long from, Purchases purchases)
            throws SQLException, IOException {
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
            if (random.nextBoolean()) {
                purchases.change(connection);
            }
            if (random.nextInt(7) == 0) {
                connection.rollback();
            } else {
                connection.commit();
            }
        }
        return next;
    }

    /** Compares what was written with {@code events}, which are all of the hub's, and with {@code lake}; returns the number of transactions. */
    int check(List<ConsumerRecord<String, String>> events, Path lake) throws SQLException {
        try (var connection = connect()) {
            return new JournalCheck(connection, rows.knowsTransactionId()).check(events, lake);
        }
    }
}
