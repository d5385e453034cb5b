package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store that has no answer, or an error. */
class StoreAnswersTest {

    @Test
    void anAnswerOfPostgresqlIsNotWaitedForWithoutEnd() {
        Servers.postgres().createDatabase("answers");
        var settings = new BridgeStore.Settings(Servers.postgres().jdbcUrl("answers"), "postgres", "postgres");
        try (var store =
                BridgeStore.open(settings, "answers", "test", Duration.ofSeconds(30), InstantSource.system())) {
            assertThat(store.run("asking how long", Connection::getNetworkTimeout))
                    .isEqualTo(60_000);
        }
    }

    /** The legacy database is told that it need not keep what a server that fails might forget. */
    @ParameterizedTest
    @CsvSource({"off, on", "local, local"})
    void whatIsStoredInPostgresqlOutlastsItsServer(String ofTheRole, String ofTheStore) {
        var database = "durable_" + ofTheRole;
        Servers.postgres().createDatabase(database);
        Servers.postgres()
                .execute(
                        "postgres",
                        "ALTER ROLE postgres IN DATABASE " + database + " SET synchronous_commit = " + ofTheRole);
        var settings = new BridgeStore.Settings(Servers.postgres().jdbcUrl(database), "postgres", "postgres");
        try (var store =
                BridgeStore.open(settings, "durable", "test", Duration.ofSeconds(30), InstantSource.system())) {
            assertThat(store.run("asking what is waited for", StoreAnswersTest::synchronousCommit))
                    .isEqualTo(ofTheStore);
        }
    }

    private static String synchronousCommit(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW synchronous_commit")) {
            result.next();
            return result.getString(1);
        }
    }

    /** The pool has four, for the lease too. */
    @Test
    void aSessionThatCannotBeBegunKeepsNoConnection(@TempDir Path folder) {
        var settings = new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "");
        try (var store =
                BridgeStore.open(settings, "answers", "test", Duration.ofSeconds(30), InstantSource.system())) {
            execute(store, "ALTER TABLE bridge_gone RENAME TO away");
            for (var attempt = 0; attempt < 5; attempt++) {
                assertThatThrownBy(store::session).rootCause().hasMessageContaining("BRIDGE_GONE");
            }
            execute(store, "ALTER TABLE away RENAME TO bridge_gone");
            store.session().close();
        }
    }

    private static void execute(BridgeStore store, String sql) {
        store.run(sql, connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }
}
