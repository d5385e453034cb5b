package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.engine.EngineConnections;
import dev.banyan.bridge.hub.KafkaTopics;
import io.debezium.jdbc.JdbcConfiguration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import tools.jackson.databind.json.JsonMapper;

/** What the plan says of real databases and hubs, before the first start and after it, and that it changes nothing. */
class PlanTest {

    @TempDir
    Path folder;

    private static void assertCommentsButForSql(String script) {
        assertThat(script.lines().filter(line -> !line.startsWith("--")))
                .allMatch(line -> line.matches("(CREATE|ALTER|SELECT|GRANT|INSERT) .*;"));
    }

    @Test
    void saysAllThatTheBridgeWouldMakeAndMakesNothingOfIt() throws Exception {
        try (var bridge = new TestBridge("planned", folder, "one", "two")) {
            var config = bridge.config();
            var mapping = folder.resolve("mapping.yaml");
            Files.writeString(
                    mapping, Files.readString(mapping).replaceAll("(?s)(two:.*topic: )t.planned", "$1new.two"));
            Files.writeString(
                    config,
                    Files.readString(config).replace("/planned\"", "/planned?ApplicationName=of-the-url\"")
                            + "lake: {folder: lake}\nspool: {folder: spool}\nfaultKeyFile: none.key\n");

            var before = Printed.of("plan", "--config", config.toString());

            assertThat(before.exitCode()).as(before.err()).isEqualTo(3);
            assertThat(before.out())
                    .contains(
                            "! replica identity of public.one: ",
                            "+ publication pub_planned: ",
                            "+ slot slot_planned: ",
                            "+ table banyan.signal: ",
                            "= rights of postgres: all, as a superuser",
                            "= topic t.planned: 1 partition, 1 replica, cleanup delete",
                            "+ topic new.two: 4 partitions",
                            "+ topic banyan.bridge.planned.position: 1 partition, compacted",
                            "+ table bridge_image",
                            "+ table bridge_schema_history",
                            "+ lake " + folder.resolve("lake"),
                            "+ spool " + folder.resolve("spool").resolve("planned"),
                            "! faultKeyFile: " + folder.resolve("none.key") + " cannot be read",
                            "t.Added.v1: to new.two or t.planned, key one/{id} or two/{id}, data urn:banyan:contract:t.Added.v1.json")
                    .contains(
                            "in this order; the bridge runs it at its first start\n",
                            "\nCREATE PUBLICATION pub_planned");
            assertThat(before.out()).as("of a URL").contains("/planned, as ").doesNotContain("of-the-url");
            assertCommentsButForSql(before.out());
            assertThat(
                            bridge.text(
                                    "SELECT (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_namespace"
                                            + " WHERE nspname = 'banyan') + (SELECT count(*) FROM pg_replication_slots WHERE database = 'planned')"))
                    .isEqualTo("0");
            assertThat(folder).isDirectoryNotContaining("glob:**{store*,lake,spool}");
            var again = Printed.of("plan", "--config", config.toString(), "--json");
            assertThat(again.out()).as("no topic was made").contains("\"mark\":\"CREATE\",\"place\":\"hub: Kafka");
            var json = JsonMapper.shared().readTree(again.out());
            assertThat(json.at("/stepsLeft").asBoolean()).isTrue();
            assertThat(json.at("/steps")).hasSizeGreaterThan(4);
            assertThat(json.at("/events/0/keys/0").asString()).isEqualTo("one/{id}");
        }
    }

    @Test
    void saysWhatIsThereAndWhatDiffers() throws Exception {
        try (var bridge = new TestBridge("planned_again", folder, "one", "two")) {
            var config = bridge.config().toString();
            bridge.start();
            bridge.stop();

            var whole = Printed.of("plan", "--config", config);

            assertThat(whole.exitCode()).as(whole.out()).isZero();
            assertThat(whole.out())
                    .contains(
                            "= replica identity of public.two: FULL",
                            "= publication pub_planned_again: 3 tables",
                            "= slot slot_planned_again: pgoutput, planned_again, log reserved",
                            "= topic banyan.bridge.planned_again.position: 1 partition, 1 replica, cleanup compact",
                            "= table bridge_state")
                    .doesNotContain("--   +", "--   !", "--   ?")
                    .endsWith("-- nothing to do in the legacy database\n");

            bridge.sql("ALTER PUBLICATION pub_planned_again DROP TABLE two");
            bridge.sql("ALTER TABLE one REPLICA IDENTITY DEFAULT");
            var differs = Printed.of("plan", "--config", config);
            assertThat(differs.exitCode()).isEqualTo(3);
            assertThat(differs.out())
                    .contains(
                            "! publication pub_planned_again: tables the mapping reads",
                            "! replica identity of public.one");

            var mapping = folder.resolve("mapping.yaml");
            var sound = Files.readString(mapping);
            Files.writeString(
                    mapping,
                    sound.replace("table: one", "table: \"one\\nDROP TABLE one;\"")
                            .replace("table: two", "table: \"two\\r\\n\\\\! id\""));
            var hostile = Printed.of("plan", "--config", config);
            assertThat(hostile.out()).contains("CANNOT GO ON: ", "one DROP TABLE one;", "two  \\! id");
            assertCommentsButForSql(hostile.out());
            Files.writeString(mapping, sound);

            var file = Path.of(config);
            Files.writeString(file, Files.readString(file).replace("manage: true", "identity: keys, manage: true"));
            bridge.sql("ALTER TABLE two REPLICA IDENTITY NOTHING");
            assertThat(Printed.of("plan", "--config", config).out())
                    .as("of old rows their keys will do")
                    .contains(
                            "= replica identity of public.one: has the key",
                            "ALTER TABLE public.two REPLICA IDENTITY DEFAULT");
            bridge.sql(
                    "ALTER TABLE one DROP CONSTRAINT one_pkey, ALTER id SET NOT NULL; CREATE UNIQUE INDEX one_id ON one (id)");
            assertThat(Printed.of("plan", "--config", config).out())
                    .contains("ALTER TABLE public.one REPLICA IDENTITY FULL");
            bridge.sql("ALTER TABLE one REPLICA IDENTITY USING INDEX one_id");
            assertThat(Printed.of("plan", "--config", config).out())
                    .contains("= replica identity of public.one: has the key");
        }
    }

    /** As every role is that nobody has granted anything, outside of the schema public. */
    @Test
    void aRoleThatMayUseNoSchemaIsToldOfEachRightThatItLacks() throws Exception {
        try (var bridge = new TestBridge("planned_role", folder, "one")) {
            bridge.sql("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
            bridge.sql("CREATE ROLE planned_reader LOGIN REPLICATION");
            bridge.user = "planned_reader";
            var config = bridge.config().toString();

            var before = Printed.of("plan", "--config", config);

            assertThat(before.exitCode()).as(before.err()).isEqualTo(3);
            assertThat(before.out())
                    .contains(
                            "\nGRANT USAGE ON SCHEMA public TO planned_reader;",
                            "\nGRANT SELECT ON public.one TO planned_reader;",
                            "\nGRANT USAGE ON SCHEMA banyan TO planned_reader;");
            assertThat(Printed.of("doctor", "--config", config).out()).contains("GRANT USAGE ON SCHEMA public");
            before.out().lines().filter(line -> !line.startsWith("--")).forEach(bridge::sql);
            var after = Printed.of("plan", "--config", config);
            assertThat(after.exitCode()).as(after.out() + after.err()).isZero();
            assertThat(after.out()).contains("= rights of planned_reader: reads the log and the tables");

            bridge.sql("ALTER TABLE one ENABLE ROW LEVEL SECURITY");
            var filtered =
                    "CANNOT BEGIN: table public.one: has row-level security, by which planned_reader may not see all rows";
            assertThat(Printed.of("plan", "--config", config).out())
                    .as("nobody is made a member of a superuser")
                    .contains(filtered, "(expected: ALTER ROLE planned_reader BYPASSRLS)");
            bridge.sql("CREATE ROLE planned_owner");
            bridge.sql("ALTER TABLE one OWNER TO planned_owner");
            assertThat(Printed.of("doctor", "--config", config).out())
                    .contains(
                            "(expected: ALTER ROLE planned_reader BYPASSRLS or GRANT planned_owner TO planned_reader)");
            assertThatThrownBy(() -> rows(bridge, bridge.source().connect()))
                    .as("of ours")
                    .hasMessageContaining("row-level security");
            assertThatThrownBy(() -> rows(bridge, asTheEngineConnects(bridge)))
                    .as("of the engine's")
                    .hasMessageContaining("row-level security");
            bridge.sql("ALTER ROLE planned_reader SET transaction_timeout = '1s'");
            assertNoTransactionIsTooLong(asTheEngineConnects(bridge));
            assertNoTransactionIsTooLong(asTheEngineConnects(
                    bridge,
                    Map.of("replication", "database", "preferQueryMode", "simple", "assumeMinServerVersion", "9.4")));
            bridge.sql("ALTER TABLE one OWNER TO planned_reader");
            assertThat(Printed.of("plan", "--config", config).out()).doesNotContain(filtered);
            bridge.sql("ALTER TABLE one FORCE ROW LEVEL SECURITY");
            assertThat(Printed.of("plan", "--config", config).out())
                    .contains(
                            filtered,
                            "(expected: ALTER ROLE planned_reader BYPASSRLS or ALTER TABLE public.one NO FORCE ROW LEVEL SECURITY)");
            bridge.sql("ALTER ROLE planned_reader BYPASSRLS");
            assertThat(Printed.of("plan", "--config", config).exitCode()).isZero();

            bridge.sql("REVOKE USAGE ON SCHEMA banyan FROM planned_reader");
            assertThat(Printed.of("plan", "--config", config).out())
                    .contains("\nGRANT USAGE ON SCHEMA banyan TO planned_reader;")
                    .doesNotContain("CREATE");
        } finally {
            try (var connection = Servers.postgres().connect("postgres");
                    var statement = connection.createStatement()) {
                statement.execute("DROP DATABASE IF EXISTS planned_role WITH (FORCE)");
                statement.execute("DROP ROLE IF EXISTS planned_reader, planned_owner");
            }
        }
    }

    private static void rows(TestBridge bridge, Connection connection) throws SQLException {
        try (connection;
                var select = connection.createStatement()) {
            select.executeQuery("SELECT * FROM " + bridge.tables.getFirst());
        }
    }

    private static Connection asTheEngineConnects(TestBridge bridge) throws SQLException {
        return asTheEngineConnects(bridge, Map.of());
    }

    private static Connection asTheEngineConnects(TestBridge bridge, Map<String, String> more) throws SQLException {
        var engine = bridge.source()
                .engineSettings("engine", Duration.ofSeconds(1), 1)
                .properties();
        var config = JdbcConfiguration.create()
                .withHostname(engine.getProperty("database.hostname"))
                .withPort(Integer.parseInt(engine.getProperty("database.port")))
                .withDatabase(engine.getProperty("database.dbname"))
                .withUser(engine.getProperty("database.user"))
                .with("options", engine.getProperty("driver.options"));
        more.forEach(config::with);
        return new EngineConnections().connect(config.build());
    }

    private static void assertNoTransactionIsTooLong(Connection connection) throws SQLException {
        try (connection;
                var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW transaction_timeout")) {
            result.next();
            assertThat(result.getString(1)).isEqualTo("0");
        }
    }

    @Test
    void wordsOfTheLanguageAreNoNamesUnlessTheyAreQuoted() throws Exception {
        try (var bridge = new TestBridge("planned_words", folder, "one")) {
            bridge.sql("CREATE ROLE \"user\" LOGIN REPLICATION");
            bridge.user = "user";
            var config = bridge.config();
            Files.writeString(
                    config, Files.readString(config).replace("publication: pub_planned_words", "publication: order"));

            var plan = Printed.of("plan", "--config", config.toString());

            assertThat(plan.out()).contains("\nCREATE PUBLICATION \"order\" FOR TABLE", " TO \"user\";");
            plan.out().lines().filter(line -> !line.startsWith("--")).forEach(bridge::sql);
            assertThat(Printed.of("plan", "--config", config.toString()).exitCode())
                    .isZero();
        } finally {
            try (var connection = Servers.postgres().connect("postgres");
                    var statement = connection.createStatement()) {
                statement.execute("DROP DATABASE IF EXISTS planned_words WITH (FORCE)");
                statement.execute("DROP ROLE IF EXISTS \"user\"");
            }
        }
    }

    @Test
    void aTopicThatCannotServeDiffers() throws Exception {
        try (var bridge = new TestBridge("planned_topics", folder, "one")) {
            Servers.kafka().createTopic(KafkaTopics.position("planned_topics"), 2);
            assertThat(Printed.of("plan", "--config", bridge.config().toString())
                            .out())
                    .contains("! topic banyan.bridge.planned_topics.position: 2 partitions (expected: 1)");
        }
        var topic = new KafkaTopics.Found(1, 3, "delete", 1_000);
        assertThat(topic.wrongForPosition()).startsWith("cleanup.policy delete (expected: compact");
        assertThat(topic.wrongForEvents(1_001)).startsWith("max.message.bytes 1000 (expected: at least");
        assertThat(topic.wrongForEvents(1_000)).isEmpty();
        assertThat(KafkaTopics.messageBytes(4 << 20)).hasValue(4 << 20);
        assertThat(KafkaTopics.messageBytes(1 << 20)).isEmpty();
    }

    @Test
    void mariadbAndQueuesToo() throws Exception {
        var server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        var endpoint =
                "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort();
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        System.setProperty("aws.region", "eu-west-1");
        try (var client = SqsClient.builder()
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .endpointOverride(URI.create(endpoint))
                        .build();
                var bridge = new TestBridge(Dbms.MARIADB, "planned", folder, "one")) {
            var queue =
                    client.createQueue(request -> request.queueName("there")).queueUrl();
            var config = bridge.config();
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replaceAll(
                                    "hub: .*",
                                    "hub: {sqs: {region: eu-west-1, endpoint: \"" + endpoint + "\", destinations: {\""
                                            + bridge.topic() + "\": \"" + queue + "\"}}}"));

            var before = Printed.of("plan", "--config", config.toString());

            assertThat(before.exitCode()).as(before.err()).isEqualTo(3);
            assertThat(before.out())
                    .contains(
                            "= right to REPLICATION SLAVE",
                            "= right to read planned_m.one",
                            "+ database banyan_planned_m: ",
                            "+ table banyan_planned_m.heartbeat: ",
                            "= queue " + queue + ": for t.planned_m");
            assertCommentsButForSql(before.out());

            client.deleteQueue(request -> request.queueUrl(queue));
            assertThat(Printed.of("plan", "--config", config.toString()).out())
                    .contains("! queue " + queue + ": for t.planned_m: ");
        } finally {
            server.stopAndWait();
        }
    }

    @Test
    void aRoleThatMaySendButNotAskLeavesNothingToDo() throws Exception {
        var refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", call -> {
            var answer = "{\"__type\":\"com.amazonaws.sqs#AccessDenied\",\"message\":\"no\"}"
                    .getBytes(StandardCharsets.UTF_8);
            call.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            call.sendResponseHeaders(403, answer.length);
            call.getResponseBody().write(answer);
            call.close();
        });
        refusing.start();
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        var endpoint = "http://127.0.0.1:" + refusing.getAddress().getPort();
        try {
            var config = Files.writeString(folder.resolve("bridge.yaml"), """
                    name: away
                    mapping: mapping.yaml
                    source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                    store: {jdbcUrl: "jdbc:h2:file:./none"}
                    hub: {sqs: {region: eu-west-1, endpoint: "%s", destinations: {"*": "%s/0/all"}}}
                    """.formatted(endpoint, endpoint));
            Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));

            assertThat(Printed.of("plan", "--config", config.toString()).out())
                    .contains("? queue " + endpoint + "/0/all: for shop.catalog, shop.customers, shop.orders,"
                            + " shop.sales: AccessDenied: no");
        } finally {
            refusing.stop(0);
        }
    }

    @Test
    void saysWhatItCannotAsk() throws Exception {
        var config = Files.writeString(folder.resolve("bridge.yaml"), """
                name: away
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                store: {jdbcUrl: "jdbc:h2:file:./none"}
                hub: {kinesis: {region: eu-west-1, endpoint: "http://127.0.0.1:1", destinations: {"*": all}}}
                """);
        Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));

        var ran = Printed.of("plan", "--config", config.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("legacy database jdbc:postgresql://127.0.0.1:1/none, as nobody: Connection to");
        assertThat(ran.out())
                .contains(
                        "? all of it: Connection to 127.0.0.1:1 refused",
                        "! stream all: for shop.catalog, shop.customers, shop.orders, shop.sales: ",
                        "! needed: hash key: none (expected: one, public.cust.email is hashed)",
                        "shop.orders.OrderPaid.v1: to shop.orders, key order/{orderNo}, data ");
    }
}
