package dev.banyan.bridge.run;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A question to the legacy database before a backfill, that holds who asks up for 10 s at most. One that has no answer yet is not asked anew: each has a process
 * of the database's. One thread uses it.
 */
final class Question<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Question.class);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    /** How it is asked. */
    @FunctionalInterface
    interface Asked<T> {
        T ask() throws SQLException;
    }

    private final String name;
    private Thread asker = Thread.ofVirtual().unstarted(() -> {});

    /** One that is asked in a thread of this {@code name}. */
    Question(String name) {
        this.name = name;
    }

    /** Null when the database has not answered, or not who asked before. */
    @Nullable
    T answer(Asked<T> asked) throws InterruptedException {
        if (asker.isAlive()) {
            return null;
        }
        var found = new AtomicReference<@Nullable T>();
        asker = Thread.ofVirtual().name(name).start(() -> {
            try {
                found.set(asked.ask());
            } catch (SQLException e) {
                LOG.info("before a backfill: {}", e.getMessage());
            }
        });
        asker.join(ANSWER_MAX);
        return found.get();
    }
}
