package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinlogHeartbeatTest {

    @TempDir
    Path folder;

    @Test
    void aServerThatDoesNotTakeTheBeatHasNotCutTheConnection() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "beats", folder, "one")) {
            var source = bridge.settings(bridge.tables).source();
            var schema = source.heartbeatTable().schema();
            bridge.sql("CREATE DATABASE " + schema);
            bridge.sql("CREATE TABLE " + schema + ".heartbeat (id INT PRIMARY KEY, beaten_at DATETIME(6))");
            bridge.sql("INSERT INTO " + schema + ".heartbeat VALUES (1, NULL)");
            try (var heartbeat = BinlogHeartbeat.start(source, Duration.ofMillis(20))) {
                Await.until("it beats", () -> !"null"
                        .equals(String.valueOf(bridge.text("SELECT beaten_at FROM " + schema + ".heartbeat"))));
                bridge.sql("RENAME TABLE " + schema + ".heartbeat TO " + schema + ".away");
                Await.until("it is told why not", () -> heartbeat.refusal().contains("doesn't exist"));
                bridge.sql("RENAME TABLE " + schema + ".away TO " + schema + ".heartbeat");
                Await.until("it beats again", () -> heartbeat.refusal().isEmpty());
                assertThat(heartbeat.isCut()).isFalse();
            }
        }
    }
}
