package dev.banyan.gateway.store;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What gateways remember together, in H2 (one gateway) or PostgreSQL (several). Thread-safe. */
public final class ControlStore implements AutoCloseable {

    /*
     * One thread connects, brings the tables up to date, and then asks the time again and again: that is at once the sign of life and the
     * measure of the store's clock. While there is no such sign, transactions fail without waiting, so that nothing piles up
     * behind a database that does not answer.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ControlStore.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    /** What is done in one transaction; it does not commit or roll back itself. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        T apply(Connection connection) throws SQLException, StoreUnavailable;
    }

    private final StoreLocation location;
    private final StorePool.Opening opening;
    private final StoreClock clock = new StoreClock();
    private final CountDownLatch asked = new CountDownLatch(1);
    private @Nullable Thread thread;
    private volatile @Nullable HikariDataSource pool;
    private volatile @Nullable String problem = "not needed so far";
    private volatile boolean closed;

    /** Names a store; nothing is opened before {@link #start}. */
    public ControlStore(StoreLocation location) {
        this(location, StorePool::open);
    }

    ControlStore(StoreLocation location, StorePool.Opening opening) {
        this.location = location;
        this.opening = opening;
    }

    /** Begins to connect, and to try again for as long as it takes; returns at once. Does nothing the second time. */
    public synchronized void start() {
        if (thread == null && !closed) {
            problem = "not reached so far";
            thread = Thread.ofVirtual().name("control-store").start(this::run);
        }
    }

    /** Waits until the store has been reached or could not be, for this long at most; returns whether it is up. */
    public boolean awaitFirstAnswer(Duration atMost) throws InterruptedException {
        return asked.await(atMost.toMillis(), TimeUnit.MILLISECONDS) && isUp();
    }

    /** Whether the store answered when it was asked last. */
    public boolean isUp() {
        return problem == null;
    }

    /** Whether anything needs the store: if not, it was never opened. */
    public synchronized boolean isStarted() {
        return thread != null;
    }

    /** Why the store is not up; null when it is. */
    public @Nullable String problem() {
        return problem;
    }

    public StoreLocation location() {
        return location;
    }

    /** The store's own time. */
    public StoreClock clock() {
        return clock;
    }

    /**
     * Does {@code work} in one transaction and returns what it returns. Blocks for some seconds at most, so no event loop may call it;
     * fails at once while the store is down. Nothing is kept of work that throws.
     *
     * @param what the work in a few words, for the message of a failure
     */
    public <T extends @Nullable Object> T transaction(String what, Work<T> work) throws StoreUnavailable {
        String down = problem;
        HikariDataSource connections = pool;
        if (down != null || connections == null) {
            throw new StoreUnavailable(what + ": the control store is down: " + down);
        }
        boolean ends = false;
        try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.apply(connection);
            ends = true;
            connection.commit();
            return result; // without the commit, the pool rolls back as it takes the connection
        } catch (SQLException e) {
            throw new StoreUnavailable(what + ": " + e.getMessage(), e, ends);
        }
    }

    private void run() {
        Duration pause = LOOK;
        try {
            while (!closed) {
                try {
                    look();
                    up();
                    pause = LOOK;
                } catch (SQLException
                        | IOException
                        | RuntimeException
                        | Error e) { // after an error it looks again, too
                    down(e);
                    pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
                }
                asked.countDown();
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            LOG.debug("control store {} is no longer looked at", location.where());
        } finally {
            closePool(); // it may have opened after close() gave up waiting
        }
    }

    private void look() throws SQLException, IOException {
        HikariDataSource connections = pool;
        if (connections == null) {
            connections = opening.open(location);
            pool = connections;
        } else if (!isUp()) {
            connections.setPassword(location.secret()); // it may have been changed, and that may be why
        }
        try (Connection connection = connections.getConnection();
                var ask = connection.prepareStatement("SELECT CURRENT_TIMESTAMP")) {
            long before = System.nanoTime();
            try (var answer = ask.executeQuery()) {
                answer.next();
                var time = answer.getObject(1, OffsetDateTime.class).toInstant();
                clock.measured(time, before, System.nanoTime());
            }
        }
    }

    private void up() {
        if (problem != null && !closed) {
            LOG.info("control store {} is up, its clock is {} ms ahead", location.where(), clock.aheadMillis());
            problem = null;
        }
    }

    private void down(Throwable why) {
        String now = reason(why);
        if (!closed && !now.equals(problem)) {
            LOG.error("control store {} is down, traffic goes on without it: {}", location.where(), now);
            problem = now;
        }
        boolean slow =
                why instanceof SQLTransientConnectionException && why.getCause() == null; // all connections are in use
        if (!location.isShared() && !slow) {
            closePool(); // H2 gives up a file it once could not write to, until the last connection has closed
        }
    }

    private void closePool() {
        HikariDataSource connections = pool;
        pool = null;
        if (connections != null) {
            connections.close();
        }
    }

    /** The last cause says what people can mend; what is around it says which of our libraries noticed. */
    private static String reason(Throwable why) {
        Throwable cause = why;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String said = cause instanceof Error ? cause.toString() : String.valueOf(cause.getMessage());
        String message = said.strip().lines().findFirst().orElse("no reason given");
        if (message.contains("already in use") || message.contains("file is locked")) {
            return "another process has it open (expected: one gateway a run folder, or --store for several)";
        }
        return message.contains("Connection is not available") ? "it does not answer" : message;
    }

    @Override
    public synchronized void close() {
        closed = true;
        problem = "closed";
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(PAUSE_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closePool();
    }
}
