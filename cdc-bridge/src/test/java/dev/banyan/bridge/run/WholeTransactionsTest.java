package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rules about more than one row, on real transactions, through a bridge that is killed between them. */
class WholeTransactionsTest {

    private static final int PRODUCTS = 600;

    private static final String MAPPING = """
            version: 1
            schema: SCHEMA
            transactions:
              - {event: CheckoutCompleted, topic: TOPIC, type: "{event}.v1", all: [OrderPlaced, StockChanged], none: [OrderRemoved]}
            aggregates:
              order:
                topic: TOPIC
                subject: order/{no}
                type: "{event}.v1"
                table: ord
                key: [no]
                fields: {no: {column: no, as: integer}, status: {column: sts, as: code, words: {N: new, P: paid}}}
                children:
                  lines:
                    table: pos
                    key: [ord_no, pos_no]
                    parent: [ord_no]
                    fields: {sku: {column: prd, as: integer}, quantity: {column: qty, as: integer}}
                events:
                  - {event: OrderImported, when: backfill}
                  - {event: OrderPlaced, when: created}
                  - {event: OrderRemoved, when: removed}
                  - {event: OrderChanged, when: otherwise}
              stock:
                topic: TOPIC
                subject: stock/{sku}
                type: "{event}.v1"
                table: stk
                key: [prd]
                fields: {sku: {column: prd, as: integer}, onHand: {column: qty, as: integer}}
                events:
                  - {event: StockImported, when: backfill}
                  - {event: StockAdded, when: created}
                  - {event: StockRemoved, when: removed}
                  - {event: StockChanged, when: otherwise, bulk: {event: StockCounted, atLeast: 100}}
            """;

    @TempDir
    Path folder;

    static void commit(TestBridge bridge, String... statements) throws SQLException {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (var sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    private static String[] checkout(int order) {
        return new String[] {
            "INSERT INTO ord VALUES (" + order + ", 'N')",
            "INSERT INTO pos VALUES (" + order + ", 1, 1, 2), (" + order + ", 2, 2, 1)",
            "UPDATE stk SET qty = qty - 2 WHERE prd = 1",
            "INSERT INTO pos VALUES (" + order + ", 3, 1, 1)",
            "UPDATE stk SET qty = qty - 1 WHERE prd IN (1, 2)"
        };
    }

    private static List<ConsumerRecord<String, String>> live(TestBridge bridge) {
        return bridge.events().stream()
                .filter(event -> !TestBridge.header(event, "ce_type").equals("StockImported.v1"))
                .toList();
    }

    private static List<String> told(List<ConsumerRecord<String, String>> events) {
        return events.stream()
                .map(event -> TestBridge.header(event, "ce_type").replace(".v1", "") + " "
                        + event.key().replaceFirst("tx:.*", "tx"))
                .toList();
    }

    private static JsonNode data(ConsumerRecord<String, String> event) {
        return JsonMapper.shared().readTree(event.value());
    }

    @ParameterizedTest
    @EnumSource
    void whatHappensTogetherIsToldTogether(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "whole", folder)) {
            bridge.sql("CREATE TABLE ord (no BIGINT PRIMARY KEY, sts CHAR(1))");
            bridge.sql(
                    "CREATE TABLE pos (ord_no BIGINT, pos_no INT, prd BIGINT, qty INT, PRIMARY KEY (ord_no, pos_no))");
            bridge.sql("CREATE TABLE stk (prd BIGINT PRIMARY KEY, qty INT)");
            bridge.sql("INSERT INTO stk SELECT g, 100 FROM " + bridge.series(1, PRODUCTS));
            var config = bridge.config();
            Files.writeString(
                    folder.resolve("mapping.yaml"),
                    MAPPING.replace("SCHEMA", bridge.schema()).replace("TOPIC", bridge.topic()));
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
                commit(bridge, checkout(1));
                commit(bridge, "UPDATE stk SET qty = 50 WHERE prd = 3");
                Await.until("it tells of both", () -> live(bridge).size() == 5);
                process.kill();
            }
            commit(bridge, "UPDATE stk SET qty = qty + 1");
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (var sql : checkout(2)) {
                    statement.execute(sql);
                }
                connection.rollback();
                statement.execute("INSERT INTO ord VALUES (3, 'N')");
                var savepoint = connection.setSavepoint();
                statement.execute("UPDATE stk SET qty = qty - 1 WHERE prd = 1");
                connection.rollback(savepoint);
                connection.commit();
            }
            commit(
                    bridge,
                    "UPDATE pos SET qty = qty + 1 WHERE ord_no = 1",
                    "DELETE FROM pos WHERE ord_no = 1 AND pos_no = 3",
                    "UPDATE ord SET sts = 'P' WHERE no = 1");
            commit(
                    bridge,
                    "DELETE FROM ord WHERE no = 3",
                    "UPDATE stk SET qty = 7 WHERE prd = 3",
                    "INSERT INTO ord VALUES (4, 'N')");
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                Await.until("it tells of the last one", () -> told(live(bridge)).contains("OrderPlaced order/4"));
            }
            var events = live(bridge);
            assertThat(told(events))
                    .containsExactly(
                            "OrderPlaced order/1",
                            "StockChanged stock/1",
                            "StockChanged stock/2",
                            "CheckoutCompleted tx",
                            "StockChanged stock/3",
                            "StockCounted bulk:stock",
                            "StockCounted bulk:stock",
                            "OrderPlaced order/3",
                            "OrderChanged order/1",
                            "OrderRemoved order/3",
                            "StockChanged stock/3",
                            "OrderPlaced order/4");
            var placed = data(events.getFirst());
            assertThat(placed.path("lines")).hasSize(3);
            var checkout = data(events.get(3));
            assertThat(checkout.path("count").asInt()).isEqualTo(3);
            assertThat(checkout.at("/events/0/id").asString()).isEqualTo(TestBridge.header(events.getFirst(), "ce_id"));
            assertThat(events.subList(0, 4).stream().map(event -> TestBridge.header(event, "ce_causationid")))
                    .containsOnly(Objects.requireNonNull(events.get(3).key()));
            assertThat(data(events.get(5)).path("items").size()
                            + data(events.get(6)).path("items").size())
                    .isEqualTo(PRODUCTS);
            assertThat(events.get(5).value() + events.get(6).value()).contains("{\"sku\":3,\"onHand\":51}");
            assertThat(data(events.get(8)).path("lines").toString())
                    .isEqualTo("[{\"sku\":1,\"quantity\":3},{\"sku\":2,\"quantity\":2}]");
            assertThat(events.stream().map(event -> TestBridge.header(event, "ce_sequence")))
                    .isSorted();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }
}
