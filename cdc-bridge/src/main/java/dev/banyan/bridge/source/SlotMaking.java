package dev.banyan.bridge.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes a slot, for which PostgreSQL waits until transactions that write have ended, in three steps, and says for which it may be. */
final class SlotMaking {

    /*
     * The wait has no limit: whoever gives up begins it from its beginning, and where some transaction always runs for longer than that nobody ever has a slot. The
     * server waits for those that ran when a step of it began, so it comes to its end. Nobody waits behind it.
     *
     * A process of the server that waits does not notice that its client is gone. So it is cancelled when it is to give up, and when the look at what it waits for fails:
     * without a limit nothing else would tell that the server is away.
     */
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int CANCELS_MAX = 50;

    /** PostgreSQL 17 can limit transactions, too. */
    private static final String NO_LIMITS = """
            SET lock_timeout = 0; SET statement_timeout = 0;
            SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('server_version_num')::int >= 170000""";

    private static final String WRITERS = """
            SELECT who FROM (
                SELECT 'process ' || pid || ' (' || concat_ws(', ', COALESCE(usename, backend_type), datname,
                           NULLIF(application_name, ''), 'since ' || to_char(xact_start, 'YYYY-MM-DD HH24:MI:SS')) || ')' AS who,
                       age(backend_xid) AS age
                FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                UNION ALL
                SELECT 'a prepared one (' || concat_ws(', ', owner, database,
                           'since ' || to_char(prepared, 'YYYY-MM-DD HH24:MI:SS')) || ')', age(transaction)
                FROM pg_prepared_xacts) writers
            ORDER BY age DESC LIMIT 5""";

    private SlotMaking() {}

    /** Runs {@code sql} on {@code making}, which it leaves without limits, and looks over {@code looking} at what that waits for. */
    static void make(String sql, Connection making, Connection looking, Waiting waiting) throws SQLException {
        making.setNetworkTimeout(Runnable::run, 0);
        try (var statement = making.createStatement()) {
            statement.execute(NO_LIMITS);
            var failure = new AtomicReference<@Nullable SQLException>();
            var maker = Thread.ofVirtual().name("banyan-slot").start(() -> {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    failure.set(e);
                }
            });
            try {
                await(maker, looking, waiting);
            } finally {
                end(maker, statement);
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

    private static void await(Thread maker, Connection looking, Waiting waiting)
            throws SQLException, InterruptedException {
        var what = "";
        for (var ticks = 1; !maker.join(TICK); ticks++) {
            if (ticks % LOOK_EVERY.dividedBy(TICK) == 0) {
                what = writers(looking);
            }
            if (!waiting.goesOn(what)) {
                throw new SQLException("given up");
            }
        }
    }

    /** Again and again: what has not come to the server yet is not cancelled. */
    private static void end(Thread maker, Statement statement) throws SQLException, InterruptedException {
        for (var i = 0; maker.isAlive() && i < CANCELS_MAX; i++) {
            statement.cancel();
            maker.join(TICK);
        }
    }

    /** The oldest transactions that write, without what they do; empty when there are none. */
    private static String writers(Connection connection) throws SQLException {
        var writers = new ArrayList<String>();
        try (var select = connection.createStatement();
                var result = select.executeQuery(WRITERS)) {
            while (result.next()) {
                writers.add(result.getString(1));
            }
        }
        return writers.isEmpty()
                ? ""
                : "the slot waits for transactions that write and have not ended, the oldest: "
                        + String.join(", ", writers);
    }
}
