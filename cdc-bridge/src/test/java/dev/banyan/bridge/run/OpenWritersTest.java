package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.source.OpenWriters;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenWritersTest {

    @TempDir
    Path folder;

    @Test
    void oneThatIsPreparedIsCalledAsWhoeverEndsItMustCallIt() throws Exception {
        try (var bridge = new TestBridge("writers", folder, "one");
                var connection = bridge.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO one VALUES (1, 'a')");
            statement.execute("PREPARE TRANSACTION E'order ''7''\\n'");
            connection.setAutoCommit(true);
            try {
                assertThat(OpenWriters.of(bridge.source(), bridge.source().tableIds()))
                        .containsValue("prepared transaction 'order ''7''?'")
                        .hasSize(1);
            } finally {
                statement.execute("ROLLBACK PREPARED E'order ''7''\\n'");
            }
        }
    }
}
