package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
