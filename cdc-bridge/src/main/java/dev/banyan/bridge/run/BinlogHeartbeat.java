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

    private final Source source;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean cut;

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
            update.executeUpdate();
            while (!isClosedAfterInterval()) {
                beatAgain(update);
            }
        }
    }

    private void beatAgain(PreparedStatement update) throws SQLException {
        try {
            update.executeUpdate();
        } catch (SQLException e) {
            cut = true;
            throw e;
        }
    }

    /** True when a beat failed after others had not. Debezium does not notice when the server ends its connection in good order. */
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
