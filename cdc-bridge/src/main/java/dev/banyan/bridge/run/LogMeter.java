package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.source.Source;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures where the log ends, how much of what the database keeps is used, whether it is at work on our log, and whether it still
 * publishes what it did, on a thread of its own: the database may not answer.
 */
final class LogMeter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogMeter.class);
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Source source;
    private final Progress progress;
    private final CheckedServer server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String unpublished = "";
    private volatile Set<TableId> parted = Set.of();

    private LogMeter(Source source, Progress progress, CheckedServer server) {
        this.source = source;
        this.progress = progress;
        this.server = server;
    }

    /** Begins at once. */
    static LogMeter start(Source source, Progress progress, CheckedServer server) {
        var meter = new LogMeter(source, progress, server);
        Thread.ofVirtual().name("banyan-log-meter").start(meter::measure);
        return meter;
    }

    /** Why not everything that was published when the engine started is so still; empty when it is. */
    String unpublished() {
        return unpublished;
    }

    /** The tables of which rows went or came with a partition since the engine started. */
    Set<TableId> parted() {
        return parted;
    }

    private void measure() {
        var wasAtWork = false;
        try {
            do {
                try (var connection = source.connect()) {
                    do {
                        unpublished = server.unpublished(connection).orElse("");
                        parted = server.parted(connection);
                        var state = LogState.of(source, connection, progress.lagMillis());
                        progress.logEndsAt(state.end());
                        progress.logPercent(state.percentUsed());
                        if (state.isAtWork() && wasAtWork) { // once may be chance: idle, it is awake now and then, too
                            progress.signOfLife();
                        }
                        wasAtWork = state.isAtWork();
                    } while (!isClosedAfterInterval());
                } catch (SQLException | IllegalArgumentException e) { // no GTID, or of two domains: the engine says so
                    LOG.debug("lag not known", e);
                } catch (RuntimeException | Error e) { // without this thread a server at work would be taken for silent
                    LOG.error("lag not known", e);
                }
            } while (!isClosedAfterInterval());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosedAfterInterval() throws InterruptedException {
        return closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
        server.close();
    }
}
