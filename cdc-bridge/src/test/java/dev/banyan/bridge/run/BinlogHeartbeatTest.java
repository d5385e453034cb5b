package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.shyiko.mysql.binlog.BinaryLogClient;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.source.Source;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows that MariaDB's log still comes. */
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

    /** A server may end what idles for some seconds, and a heartbeat's connection idles from one beat to the next. */
    @Test
    void noServerHangsUpBetweenTwoBeats() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "idle", folder)) {
            bridge.sql("SET GLOBAL wait_timeout = 2");
            try (var connection = bridge.source().connect();
                    var statement = connection.createStatement();
                    var result = statement.executeQuery("SELECT @@wait_timeout")) {
                result.next();
                assertThat(result.getLong(1)).as("the longest heartbeatMillis").isGreaterThan(60);
            } finally {
                bridge.sql("SET GLOBAL wait_timeout = DEFAULT");
            }
        }
    }

    /** Debezium hands nothing on of tables that are not mapped, and a heartbeat lies behind what legacy committed before it. */
    @Test
    void aServerThatSendsIsToldFromOneThatIsIdle() throws Exception {
        var held = new CountDownLatch(1);
        try (var bridge = new TestBridge(Dbms.MARIADB, "sending", folder, "one");
                var connection = bridge.source().connect()) {
            var database = bridge.source().database();
            var reader = new BinaryLogClient(database.host(), database.port(), database.user(), database.password());
            reader.setServerId(Source.serverIdOf(bridge.name));
            reader.setKeepAlive(false); // it would take one that is held for one that is cut off
            reader.registerEventListener(_ -> awaitQuietly(held));
            reader.connect(TimeUnit.SECONDS.toMillis(30));
            try {
                bridge.sql("INSERT INTO one SELECT g, REPEAT('x', 65000) FROM " + bridge.series(1, 400));
                Await.until("it sends", () -> isAtWork(bridge, connection));
                assertThat(isAtWork(bridge, connection)).isTrue();
                held.countDown();
                Await.until("it has sent all", () -> !isAtWork(bridge, connection));
            } finally {
                held.countDown();
                reader.disconnect();
            }
        }
    }

    private static boolean isAtWork(TestBridge bridge, Connection connection) throws SQLException {
        return LogState.of(bridge.source(), connection, OptionalLong.empty()).isAtWork();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
