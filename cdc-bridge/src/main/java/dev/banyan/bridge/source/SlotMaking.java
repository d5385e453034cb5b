package dev.banyan.bridge.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Makes a slot, for which PostgreSQL waits until transactions that write have ended, in three steps, and says for which it may be. */
final class SlotMaking {

    /*
     * The wait has no limit: whoever gives up begins it from its beginning, and where some transaction always runs for longer than that nobody ever has a slot. The
     * server waits for those that ran when a step of it began, so it comes to its end. Nobody waits behind it.
     *
     * A process of the server that waits does not notice that its client is gone. So it is cancelled when it is to give up, and when the look at what it waits for fails:
     * without a limit nothing else would tell that the server is away. Nor does a client notice that what lies between has forgotten a connection on which nothing came for long,
     * and that the answer is lost: the process is idle then, and the slot there or not.
     */
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int CANCELS_MAX = 50;

    /** PostgreSQL 17 can limit transactions, too. */
    private static final String NO_LIMITS = """
            SET lock_timeout = 0; SET statement_timeout = 0;
            SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('server_version_num')::int >= 170000""";

    /** Whether a process has answered, or is gone; and the oldest transaction that writes, without what it does. */
    private static final String LOOK = """
            SELECT COALESCE((SELECT state LIKE 'idle%' FROM pg_stat_activity WHERE pid = ?), true), (SELECT who FROM (
                SELECT 'process ' || pid || ' (' || concat_ws(', ', COALESCE(usename, backend_type), datname,
                           NULLIF(application_name, ''), 'since ' || to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS')) || ')' AS who,
                       age(backend_xid) AS age
                FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                UNION ALL
                SELECT 'a prepared one (' || concat_ws(', ', owner, database,
                           'since ' || to_char(prepared, 'YYYY-MM-DD HH24:MI:SS')) || ')', age(transaction)
                FROM pg_prepared_xacts) writers
            ORDER BY age DESC LIMIT 1)""";

    /** What was seen: {@code isOver} when the process does nothing any more, and {@code what} it waits for, empty when that is not known. */
    private record Look(boolean isOver, String what) {}

    private SlotMaking() {}

    /** Runs {@code sql} on {@code making}, which it leaves without limits, and looks over {@code looking} at what that waits for. */
    static void make(String sql, Connection making, Connection looking, Waiting waiting) throws SQLException {
        making.setNetworkTimeout(Runnable::run, 0);
        try (var statement = making.createStatement()) {
            statement.execute(NO_LIMITS);
            var server = making.unwrap(PGConnection.class);
            var process = process(statement);
            var failure = new AtomicReference<@Nullable SQLException>();
            var maker = Thread.ofVirtual().name("banyan-slot").start(() -> {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    failure.set(e);
                }
            });
            try {
                if (!await(maker, process, looking, waiting)) {
                    making.abort(Runnable::run);
                    throw new SQLException("no answer came (expected: whether the slot is made)");
                }
            } finally {
                end(maker, server);
            }
            var failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", e);
        }
    }

    private static int process(Statement statement) throws SQLException {
        try (var result = statement.executeQuery("SELECT pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }

    /** False when {@code process} is done, and {@code maker} has heard nothing of it from one look to the next. */
    private static boolean await(Thread maker, int process, Connection looking, Waiting waiting)
            throws SQLException, InterruptedException {
        var look = new Look(false, "");
        for (var ticks = 1; !maker.join(TICK); ticks++) {
            if (ticks % LOOK_EVERY.dividedBy(TICK) == 0) {
                var wasOver = look.isOver;
                look = look(looking, process);
                if (wasOver && look.isOver) {
                    return false;
                }
            }
            if (!waiting.goesOn(look.what)) {
                throw new SQLException("given up");
            }
        }
        return true;
    }

    /** Again and again: what has not come to the server yet is not cancelled. A statement's own cancel is sent once only. */
    private static void end(Thread maker, PGConnection server) throws SQLException, InterruptedException {
        for (var i = 0; !maker.join(TICK) && i < CANCELS_MAX; i++) {
            server.cancelQuery();
        }
    }

    private static Look look(Connection connection, int process) throws SQLException {
        try (var select = connection.prepareStatement(LOOK)) {
            select.setInt(1, process);
            try (var result = select.executeQuery()) {
                result.next();
                var oldest = result.getString(2);
                return new Look(
                        result.getBoolean(1),
                        oldest == null
                                ? ""
                                : "the slot waits for transactions that write and have not ended, the oldest: "
                                        + oldest);
            }
        }
    }
}
