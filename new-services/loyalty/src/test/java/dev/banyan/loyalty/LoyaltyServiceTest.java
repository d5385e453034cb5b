package dev.banyan.loyalty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.loyalty.ledger.Delivery;
import dev.banyan.loyalty.ledger.Ledger;
import dev.banyan.loyalty.ledger.OrderEvent.Envelope;
import dev.banyan.loyalty.ledger.OrderEvent.OrderGone;
import dev.banyan.loyalty.ledger.Reading;
import dev.banyan.loyalty.ledger.Sequence;
import dev.banyan.servers.LocalKafka;
import dev.banyan.servers.LocalPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The whole service on a real PostgreSQL and a real Kafka. */
class LoyaltyServiceTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final HttpClient http = HttpClient.newHttpClient();
    private String base = "";

    @Test
    void pointsFollowOrdersThroughBrokenPayloadsOutageRestartAndReplay() throws Exception {
        try (var postgres = LocalPostgres.start();
                var kafka = LocalKafka.start();
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var url = postgres.createDatabase("loyalty");
            kafka.createTopic("shop.orders", 3);
            try (var service = start(url, kafka.bootstrapServers())) {
                assertThat(get("/loyalty").body()).contains("Nobody has points yet");
                send(producer, "OrderImported", 1001, 1, order(1001, 7, "delivered", "480.90"));
                send(producer, "OrderPlaced", 1002, 2, order(1002, 7, "new", "100.00"));
                send(producer, "OrderPaid", 1002, 3, "{not json");
                send(producer, "OrderInvented", 1002, 4, "{}");
                send(producer, "OrderPaid", 1002, 5, order(1002, 7, "paid", "100.00"));
                send(producer, "OrderPaid", 1003, 6, order(1003, 8, "paid", "2000.00"));
                await(() -> get("/loyalty/api/7").body().contains("\"points\":580")
                        && get("/loyalty/api/8").body().contains("\"gold\""));
                await(() -> get("/internal/status").body().contains("\"unknown\":1,\"fault\":1"));
                theFaultKeepsItsCause(postgres, "request-3");
                oneRecordHoldsNothingUp(service.getBean(DataSource.class));
                pagesAndJson();

                outage(postgres, true);
                await(() -> get("/loyalty").statusCode() == 503);
                send(producer, "OrderCancelled", 1002, 8, order(1002, 7, "cancelled", "100.00"));
                send(producer, "OrderShipped", 1002, 7, order(1002, 7, "shipped", "100.00"));
                send(producer, "OrderCancelled", 1002, 8, order(1002, 7, "cancelled", "100.00"));
                outage(postgres, false);
                await(() -> get("/loyalty/api/7").body().contains("\"points\":480"));
                await(() -> get("/internal/status")
                        .body()
                        .contains("\"received\":9,\"applied\":5,\"duplicate\":1,\"stale\":1"));
            }
            send(producer, "OrderRemoved", 1003, 9, "{\"orderNo\":1003,\"deleted\":true}");
            postgres.execute("loyalty", "UPDATE feed_position SET next_offset = 0");
            try (var _ = start(url, kafka.bootstrapServers())) {
                await(() -> get("/loyalty/api/8").statusCode() == 404);
                await(() -> get("/internal/status").body().contains("\"received\":10,\"applied\":1,"));
                assertThat(get("/loyalty/api/7").body()).contains("\"points\":480", "\"bronze\"", "\"cancelled\"");
                assertThat(get("/actuator/prometheus").body())
                        .contains(
                                "loyalty_commit_to_visible_seconds_bucket",
                                "loyalty_events_fault_total 1.0",
                                "loyalty_feed_faults 1.0");
                assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
            }
        }
    }

    private void pagesAndJson() throws Exception {
        assertThat(get("/loyalty/api/7").body())
                .isEqualTo("{\"customerId\":7,\"points\":580,\"tier\":\"silver\",\"orders\":["
                        + "{\"orderNo\":1002,\"points\":100,\"status\":\"paid\"},"
                        + "{\"orderNo\":1001,\"points\":480,\"status\":\"delivered\"}]}");
        assertThat(get("/loyalty/api/9").statusCode()).isEqualTo(404);
        assertThat(get("/loyalty/api/9").body()).isEqualTo("{\"error\":\"not found\",\"customerId\":\"9\"}");
        assertThat(get("/loyalty/api/7x").statusCode()).isEqualTo(400);
        assertThat(get("/loyalty/9").statusCode()).isEqualTo(404);
        assertThat(get("/loyalty/%3Cb%3E").statusCode()).isEqualTo(400);
        assertThat(get("/loyalty/%3Cb%3E").body()).contains("&lt;b&gt;").doesNotContain("<b>");
        assertThat(get("/loyalty/7").body()).contains("Customer 7", "data-order=\"1002\"", ">580<", ">silver<");
        assertThat(get("/loyalty").body()).containsSubsequence("data-customer=\"8\"", "data-customer=\"7\"");
        assertThat(get("/loyalty").headers().firstValue("Content-Security-Policy"))
                .isPresent();
    }

    private ConfigurableApplicationContext start(String url, String kafka) {
        var context = SpringApplication.run(
                LoyaltyWiring.class,
                "--server.port=0",
                "--spring.datasource.url=" + url,
                "--kafka.bootstrap-servers=" + kafka);
        base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
        return context;
    }

    /** What could not be read can be traced to who caused it. */
    private static void theFaultKeepsItsCause(LocalPostgres postgres, String request) throws Exception {
        try (var connection = postgres.connect("loyalty");
                var statement = connection.createStatement();
                var fault = statement.executeQuery("SELECT headers FROM feed_fault")) {
            assertThat(fault.next()).isTrue();
            assertThat(fault.getString(1).lines())
                    .contains("ce_causationid=" + request, "ce_traceparent=" + TRACE)
                    .anyMatch(line -> line.startsWith("ce_dataschema=urn:banyan:contract:shop.orders."));
        }
    }

    /** Neither what cannot be written nor an outage hides what became of the other records, nor does a lock last. */
    private static void oneRecordHoldsNothingUp(DataSource database) throws Exception {
        var sql = new JdbcTemplate(database);
        sql.execute("ALTER TABLE feed_fault ADD COLUMN limits text DEFAULT concat_ws(' ',"
                + " current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout'),"
                + " current_setting('statement_timeout'))");
        var transactions = new AtomicInteger();
        var ledger = new Ledger(
                new DelegatingDataSource(database) {
                    @Override
                    public Connection getConnection() throws SQLException {
                        // after the batch, the first delivery, the second, and the second as a fault
                        if (transactions.incrementAndGet() == 6) {
                            throw new SQLException("away", "08006");
                        }
                        return super.getConnection();
                    }
                },
                "other");
        var start = ledger.positions(List.of(0));
        var deliveries = List.of(gone(0, Instant.EPOCH), gone(1, Instant.MAX), gone(2, Instant.EPOCH));

        var applied = ledger.apply(start, deliveries);

        assertThat(applied.records()).isEqualTo(2);
        assertThat(applied.faults()).isEqualTo(1);
        assertThat(applied.elsewhere()).isEqualTo(Map.of(0, 2L));
        assertThat(ledger.apply(applied.elsewhere(), deliveries.subList(2, 3)).records())
                .isEqualTo(1);
        assertThat(ledger.faults()).isEqualTo(1);
        assertThat(sql.queryForObject("SELECT limits FROM feed_fault WHERE topic = 'other'", String.class))
                .isEqualTo("10s 5s 15s");

        ledger.moveTo(0, 1);
        ledger.apply(Map.of(0, 1L), List.of(new Delivery(0, 1, new Reading.Broken("another"), "", null)));
        assertThat(sql.queryForObject("SELECT reason FROM feed_fault WHERE topic = 'other'", String.class))
                .isEqualTo("another");
    }

    private static Delivery gone(int offset, Instant committedAt) {
        var envelope = new Envelope(
                "gone" + offset,
                "order/" + (9_000 + offset),
                Sequence.parse("00000000000000aa-000001"),
                committedAt,
                false);
        return new Delivery(0, offset, new Reading.Understood(new OrderGone(envelope, 9_000 + offset)), "", null);
    }

    private static void outage(LocalPostgres postgres, boolean on) {
        postgres.execute("postgres", "ALTER DATABASE loyalty ALLOW_CONNECTIONS " + !on);
        if (on) { // not at its end: what loses its connection amid a commit is applied, but not counted
            postgres.execute(
                    "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'loyalty'");
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static String order(long orderNo, long customerId, String status, String amount) {
        return """
                {"orderNo":%d,"customerId":%d,"placedAt":"2026-01-31T10:00:00Z","status":"%s","payment":"card",
                "total":{"amount":"%s","currency":"EUR"},"shippedAt":null,"lines":[]}""".formatted(orderNo, customerId, status, amount);
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, String type, long orderNo, int sequence, String data)
            throws Exception {
        var subject = "order/" + orderNo;
        var record = new ProducerRecord<>(
                "shop.orders", subject.getBytes(StandardCharsets.UTF_8), data.getBytes(StandardCharsets.UTF_8));
        Map.ofEntries( // all that the bridge writes
                        Map.entry("ce_specversion", "1.0"),
                        Map.entry("ce_id", "e" + sequence),
                        Map.entry("ce_source", "/test"),
                        Map.entry("ce_type", "shop.orders." + type + ".v1"),
                        Map.entry("ce_subject", subject),
                        Map.entry("ce_time", Instant.now().toString()),
                        Map.entry("ce_dataschema", "urn:banyan:contract:shop.orders." + type + ".v1.json"),
                        Map.entry("ce_partitionkey", subject),
                        Map.entry("ce_sequence", "00000000000000aa-%06d".formatted(sequence)),
                        Map.entry("ce_txid", "815"),
                        Map.entry("ce_causationid", "request-" + sequence),
                        Map.entry("ce_traceparent", TRACE),
                        Map.entry("ce_changed", "status,total"),
                        Map.entry("content-type", "application/json"))
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        producer.send(record).get();
    }
}
