package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.source.LogState;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of PostgreSQL while nothing comes through the log. */
class LogStateTest {

    @TempDir
    Path folder;

    @Test
    void aServerThatDecodesWhatIsNotPublishedIsToldFromOneThatIsIdle() throws Exception {
        try (var bridge = new TestBridge("decoding", folder, "one").start();
                var connection = bridge.connect()) {
            bridge.sql("CREATE TABLE unpublished (id BIGINT)");
            Await.until("it is at work", () -> {
                bridge.sql("INSERT INTO unpublished SELECT generate_series(1, 100000)");
                return LogState.of(bridge.source(), connection, OptionalLong.empty())
                        .isAtWork();
            });
            Await.until("it is idle", () -> !LogState.of(bridge.source(), connection, OptionalLong.empty())
                    .isAtWork());
        }
    }

    @Test
    void itsEndIsBehindWhatIsCommittedAndNotYetWritten() throws Exception {
        try (var bridge = new TestBridge("unwritten", folder, "one");
                var connection = bridge.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
            statement.execute("INSERT INTO one VALUES (1, 'a')");
            try (var result = statement.executeQuery("SELECT pg_current_wal_insert_lsn() - '0/0'")) {
                result.next();
                assertThat(LogState.end(bridge.source(), connection)).isGreaterThanOrEqualTo(result.getLong(1));
            }
        }
    }
}
