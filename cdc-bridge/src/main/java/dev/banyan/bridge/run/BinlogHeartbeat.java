package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes one row of the bridge's own in MariaDB now and then: a transaction that comes back through the log, moves the position of a
 * quiet database, and shows that the log still comes. PostgreSQL needs none: there Debezium writes a message into the log.
 */
final class BinlogHeartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BinlogHeartbeat.class);

    /** The class of SQL states that are about the connection. */
    private static final String CONNECTION_STATES = "08";

    /** Less than the connection waits for any answer: a lock is not to be taken for a lost connection. */
    private static final int BEAT_SECONDS_MAX = 20;

    private final Source source;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean cut;
    private volatile String refusal = "";

    private BinlogHeartbeat(Source source, Duration interval) {
        this.source = source;
        this.interval = interval;
    }

    /** Begins at once; with PostgreSQL it does nothing. */
    static BinlogHeartbeat start(Source source, Duration interval) {
        var heartbeat = new BinlogHeartbeat(source, interval);
        if (source.dbms() == Dbms.MARIADB) {
            Thread.ofVirtual().name("banyan-heartbeat").start(heartbeat::beat);
        }
        return heartbeat;
    }

    private void beat() {
        try {
            do {
                try (var connection = source.connect()) {
                    beat(connection);
                } catch (SQLException e) {
                    if (!isLost(e)) {
                        refuse(e);
                    }
                    LOG.debug("heartbeat", e); // the database is away: the log's silence is what counts
                }
            } while (!isClosedAfterInterval());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beat(Connection connection) throws SQLException, InterruptedException {
        var table = source.heartbeatTable();
        try (var update = connection.prepareStatement(
                "UPDATE `" + table.schema() + "`.`" + table.name() + "` SET beaten_at = NOW(6) WHERE id = 1")) {
            update.setQueryTimeout(BEAT_SECONDS_MAX);
            update.executeUpdate();
            while (!isClosedAfterInterval()) {
                beatAgain(update);
            }
        }
    }

    private void beatAgain(PreparedStatement update) throws SQLException {
        try {
            update.executeUpdate();
            refusal = "";
        } catch (SQLException e) {
            if (isLost(e)) {
                cut = true;
                throw e;
            }
            refuse(e);
        }
    }

    /** The server is there and does not let us write: read-only, or locked for a backup. */
    private void refuse(SQLException e) {
        var why = String.valueOf(e.getMessage());
        if (refusal.isEmpty()) {
            LOG.warn("the heartbeat cannot be written: {}", why);
        }
        refusal = why;
    }

    private static boolean isLost(SQLException e) {
        var state = e.getSQLState();
        return state == null || state.startsWith(CONNECTION_STATES);
    }

    /** Why the server did not let us write the last beat; empty when it did. */
    String refusal() {
        return refusal;
    }

    /** True when the connection was lost after a beat. Debezium does not notice when the server ends its connection in good order. */
    boolean isCut() {
        return cut;
    }

    private boolean isClosedAfterInterval() throws InterruptedException {
        return closed.await(interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
