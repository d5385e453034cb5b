package dev.banyan.bridge.run;

import java.sql.Connection;
import java.util.concurrent.atomic.AtomicReference;

/** A database server of a test's own that is killed and started again on the same data and port. */
interface MortalDatabase extends AutoCloseable {

    /** Creates an empty database and returns its JDBC URL. */
    String createDatabase(String name);

    /** The port from which the one reader of its log comes. */
    String readersPort() throws Exception;

    /** What {@code sql} finds, once it finds anything. */
    static String awaitText(Connection connection, String sql) throws Exception {
        var found = new AtomicReference<>("");
        try (var statement = connection.createStatement()) {
            Await.until(sql, () -> {
                try (var result = statement.executeQuery(sql)) {
                    found.set(result.next() ? result.getString(1) : "");
                    return !found.get().isEmpty();
                }
            });
        }
        return found.get();
    }

    /** Ends it as a power cut would. */
    void kill() throws Exception;

    /** Ends it in order. */
    void stop();

    void start() throws Exception;

    @Override
    void close();
}
