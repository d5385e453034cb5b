package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** What the doctor finds in a real database, and that the SQL it prints mends it; what explain tells of the log, and that it moves nothing. */
class DoctorTest {

    @TempDir
    Path folder;

    @Test
    void theSqlItPrintsMendsWhatItFinds() throws Exception {
        try (var bridge = new TestBridge("doctored", folder, "one", "two")) {
            bridge.sql("DROP TABLE two");
            bridge.sql("CREATE TABLE two (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)");
            bridge.sql("ALTER TABLE one ALTER v TYPE TIMESTAMP USING NULL");
            var config = bridge.config().toString();

            var first = Printed.of("doctor", "--config", config, "--json");
            assertThat(first.exitCode()).isEqualTo(1);
            var findings = JsonMapper.shared().readTree(first.out()).path("findings");
            for (var finding : findings) {
                var cure = finding.path("cure").asString();
                if (finding.path("level").asString().equals("FAIL") && cure.contains(";")) {
                    for (var line : cure.split("; ", -1)) {
                        bridge.sql(line.replaceFirst("--.*", ""));
                    }
                }
            }
            assertThat(first.out())
                    .contains(
                            "REPLICA IDENTITY FULL",
                            "CREATE PUBLICATION pub_doctored",
                            "pg_create_logical_replication_slot")
                    .contains("publish_via_partition_root = true")
                    .contains("all topics are there");

            var warned = Printed.of("doctor", "--config", config);
            assertThat(warned.exitCode()).isZero();
            assertThat(warned.out())
                    .contains("WARN public.one.v: timestamp without time zone (field v, line ")
                    .contains("as: localTimestamp, with the zone its clock shows");

            bridge.sql("ALTER TABLE one ALTER v TYPE money USING NULL");
            var second = Printed.of("doctor", "--config", config);
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.out())
                    .contains("OK   set-up: identities, publication, rights and slot are there")
                    .contains("nobody reads it", "without limit")
                    .contains("FAIL public.one.v: money (field v, line ")
                    .doesNotContain("partitioned")
                    .endsWith("the bridge cannot run yet\n");

            bridge.sql("ALTER TABLE one ALTER v TYPE TEXT");
            var third = Printed.of("doctor", "--config", config);
            assertThat(third.out())
                    .contains("OK   columns: 4 fields fit", "OK   position: ", "where the first start begins")
                    .endsWith("the bridge can run\n");
            assertThat(third.exitCode()).isZero();
            assertThat(Files.exists(folder.resolve("store.mv.db")))
                    .as("it makes no store")
                    .isFalse();
        }
    }

    @Test
    void itSaysWhatItCannotReach() throws Exception {
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: away
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                store: {jdbcUrl: "jdbc:h2:file:./none"}
                hub: {kafka: {bootstrapServers: "127.0.0.1:1"}}
                """);
        Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));

        var ran = Printed.of("doctor", "--config", config.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out())
                .contains("FAIL hashKeyFile: hash key: none (expected: one, public.cust.email is hashed)")
                .contains("FAIL legacy database: Connection to 127.0.0.1:1 refused")
                .contains("FAIL hub: asking Kafka at 127.0.0.1:1");
    }

    @Test
    void aStoreThatDoesNotAnswerIsNotTakenForOneInUse() throws Exception {
        var ran = Printed.of("doctor", "--config", config("jdbc:postgresql://127.0.0.1:1/none", 0));

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out())
                .contains("FAIL store: store jdbc:postgresql://127.0.0.1:1/none: Connection to 127.0.0.1:1 refused");
    }

    @Test
    void aPortThatIsTakenIsSaidInALine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ran = Printed.of("run", "--config", config("jdbc:h2:mem:none", taken.getLocalPort()));

            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err())
                    .isEqualTo("status.port " + taken.getLocalPort()
                            + ": Address already in use (expected: a free port, or 0 for any)\n");
        }
    }

    private String config(String store, int statusPort) throws IOException {
        Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));
        Files.writeString(folder.resolve("hash.key"), "thirty-two bytes of nobody's business");
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: away
                mapping: mapping.yaml
                hashKeyFile: hash.key
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                store: {jdbcUrl: "%s", user: nobody}
                hub: {kafka: {bootstrapServers: "%s"}}
                status: {port: %d}
                """.formatted(
                                store, Servers.kafka().bootstrapServers(), statusPort))
                .toString();
    }

    @ParameterizedTest
    @EnumSource
    void explainTellsWhatComesNextAndMovesNothing(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "explained", folder, "one")) {
            var config = bridge.config().toString();
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            bridge.awaitEqual();
            if (dbms == Dbms.POSTGRESQL) {
                assertThat(Printed.of("explain", "--config", config).err())
                        .contains("slot slot_explained: somebody reads it");
            }
            bridge.stop();
            bridge.sql("UPDATE one SET v = 'b' WHERE id = 1");
            bridge.sql("INSERT INTO one VALUES (2, 'c'), (3, 'd')");
            Await.until(
                    "nobody confirms any more", () -> !slot(bridge, "active").equals("t"));
            var before = slot(bridge, "confirmed_flush_lsn");

            for (var attempt = 0; attempt < 2; attempt++) {
                var ran = Printed.of("explain", "--config", config);
                assertThat(ran.exitCode()).as(ran.toString()).isZero();
                assertThat(ran.out())
                        .contains("1 changes\n    one/1: Changed, ")
                        .contains(
                                "2 changes\n    one/2: Added, its root row is new\n    one/3: Added, its root row is new")
                        .contains("\n2 transactions from ");
            }
            var one = Printed.of("explain", "--config", config, "--transactions", "1", "--json");
            assertThat(JsonMapper.shared()
                            .readTree(one.out())
                            .at("/decisions/0/subject")
                            .asString())
                    .isEqualTo("one/1");
            assertThat(slot(bridge, "confirmed_flush_lsn")).isEqualTo(before);

            bridge.start();
            bridge.awaitEqual();
            assertThat(bridge.data()).hasSize(4);
        }
    }

    /** What PostgreSQL says of the bridge's slot; MariaDB has none. */
    private static String slot(TestBridge bridge, String expression) throws SQLException {
        return bridge.dbms == Dbms.MARIADB
                ? ""
                : bridge.text("SELECT " + expression + " FROM pg_replication_slots WHERE slot_name = 'slot_"
                        + bridge.name + "'");
    }
}
