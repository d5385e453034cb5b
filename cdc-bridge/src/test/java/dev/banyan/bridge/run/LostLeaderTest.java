package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that stands still or dies, and others that wait to take over: real processes, with the lease of the product. */
class LostLeaderTest {

    private static final long LEASE_MS = 10_000;

    @TempDir
    Path folder;

    private static Path config(TestBridge bridge) throws Exception {
        Servers.postgres().createDatabase("leader_store");
        var config = bridge.config();
        var store = "store: {jdbcUrl: \"" + Servers.postgres().jdbcUrl("leader_store")
                + "\", user: postgres, password: postgres}";
        return Files.writeString(config, Files.readString(config).replaceAll("store: .*", store));
    }

    private static long ofStore(String expression) throws SQLException {
        try (var connection = Servers.postgres().connect("leader_store");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT " + expression + " FROM bridge_state")) {
            result.next();
            return result.getLong(1);
        }
    }

    private static void awaitSent(TestBridge bridge) throws Exception {
        var rows = bridge.table().entrySet().stream()
                .map(row -> "{\"id\":" + row.getKey().substring("p/".length()) + ",\"v\":\"" + row.getValue() + "\"}")
                .toList();
        Await.until("once each: " + rows, () -> bridge.data().equals(rows));
    }

    @Test
    void whoStoodStillEndsAndWhoDiedIsReplacedAndNothingIsLostOrRepeated() throws Exception {
        try (var bridge = new TestBridge("leader", folder, "p")) {
            var config = config(bridge);
            try (var first = new BridgeProcess(folder, config)) {
                first.awaitStreaming();
                bridge.sql("INSERT INTO p VALUES (1, 'by the first')");
                awaitSent(bridge);
                first.signal("STOP");
                var epoch = ofStore("epoch");
                bridge.sql("INSERT INTO p VALUES (2, 'while it stands still')");
                try (var second = new BridgeProcess(folder, config)) {
                    Await.until("another has the lease", () -> ofStore("epoch") > epoch);
                    first.signal("CONT");
                    Await.until("the first ends", () -> !first.isAlive());
                    assertThat(first.end()).startsWith("exit 1\n").contains("REFUSED: another bridge has taken over");
                    whoDiesIsReplaced(bridge, config, second);
                }
            }
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    private void whoDiesIsReplaced(TestBridge bridge, Path config, BridgeProcess leader) throws Exception {
        try (var waiting = new BridgeProcess(folder, config)) {
            awaitSent(bridge);
            Await.until("one waits", () -> waiting.tells("\"state\":\"standby\""));
            leader.kill();
            var since = System.nanoTime();
            assertThat(ofStore("lease_until_ms - EXTRACT(EPOCH FROM clock_timestamp()) * 1000"))
                    .as("ms until another may take over")
                    .isLessThanOrEqualTo(LEASE_MS);
            bridge.sql("INSERT INTO p VALUES (3, 'by the last')");
            awaitSent(bridge);
            System.out.printf(
                    "sent again %.1f s after a kill -9 of the leader%n", (System.nanoTime() - since) / 1_000_000_000.0);
        }
    }
}
