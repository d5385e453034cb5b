package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.run.Servers;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** A store whose host may vanish. */
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
}
