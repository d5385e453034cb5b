package dev.banyan.cli.demo;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The shop's nightly job, all day: calls the stored procedure that writes the suppliers' prices straight into the tables, one
 * category after the other, a little up and a little down.
 */
final class NightlyJob implements AutoCloseable {

    private static final Duration STOP_MAX = Duration.ofSeconds(30);

    private final String jdbcUrl;
    private final List<String> categories;
    private final Size size;
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean hurry;
    private volatile boolean stopped;

    NightlyJob(String jdbcUrl, List<String> categories, Size size) {
        this.jdbcUrl = jdbcUrl;
        this.categories = List.copyOf(categories);
        this.size = size;
        this.thread = Thread.ofVirtual().name("nightly-job").start(this::run);
    }

    private void run() {
        try (var legacy = DriverManager.getConnection(jdbcUrl)) {
            for (var number = 0; !stopped; number++) {
                call(legacy, number % 2 == 0 ? "0.4" : "-0.4", categories.get(number % categories.size()));
                runs.incrementAndGet();
                Thread.sleep(size.jobRest(hurry));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException | RuntimeException e) {
            failure.set(e);
        }
    }

    private static void call(Connection legacy, String percent, String category) throws SQLException {
        try (var statement = legacy.prepareCall("call sp_nightly_prices(?, ?)")) {
            statement.setBigDecimal(1, new BigDecimal(percent));
            statement.setString(2, category);
            statement.execute();
        }
    }

    /** From now on with hardly a rest between two categories, or with a long one again. */
    void hurry(boolean withoutRest) {
        hurry = withoutRest;
    }

    /** Returns how many categories were repriced so far. */
    int runs() {
        var failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("the nightly job", failed);
        }
        return runs.get();
    }

    /** Returns why it does not work any more, or does not end: that it failed, or hangs at a category after it was closed. */
    Optional<String> trouble() {
        var failed = failure.get();
        if (failed != null) {
            return Optional.of(failed.toString());
        }
        return stopped && thread.isAlive() ? Optional.of("it does not end") : Optional.empty();
    }

    /** Ends after the category that is being repriced. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(STOP_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
