package dev.banyan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.catalog.projection.CatalogEvent.Envelope;
import dev.banyan.catalog.projection.CatalogEvent.ProductGone;
import dev.banyan.catalog.projection.Delivery;
import dev.banyan.catalog.projection.ReadModel;
import dev.banyan.catalog.projection.Reading;
import dev.banyan.catalog.projection.Sequence;
import dev.banyan.servers.LocalKafka;
import dev.banyan.servers.LocalPostgres;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
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
class CatalogServiceTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Future<?>> sent = new ArrayList<>();
    private String base = "";

    @Test
    void servesWhatEventsSaidAndGoesOnAfterRestartBrokenPayloadAndOutages() throws Exception {
        try (var postgres = LocalPostgres.start()) {
            var url = postgres.createDatabase("catalog");
            var kafka = LocalKafka.start();
            var kafkaRuns = true;
            try {
                kafka.createTopic("shop.catalog", 3);
                try (var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 20),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
                    try (var service = start(url, kafka.bootstrapServers())) {
                        send(
                                producer,
                                "ProductAdded",
                                "P000001",
                                1,
                                product("P000001", "<script>\\\"Ä\\\"&'", "10.00"));
                        send(producer, "ProductAdded", "P000002", 2, "{not json");
                        var bytes = new byte[3_000];
                        new Random(1).nextBytes(bytes);
                        var endless = HexFormat.of().formatHex(bytes);
                        send(producer, "ProductAdded", endless, 9, product(endless, "Too long for an index", "1.00"));
                        send(producer, "ProductAdded", "A/1", 11, product("A/1", "Half", "5.00"));
                        send(producer, "Invented", "P000002", 3, "{}");
                        send(producer, "ProductAdded", "P000002", 4, product("P000002", "Saw", "12.90"));
                        send(
                                producer,
                                "CategoryAdded",
                                "TOO",
                                5,
                                "{\"code\":\"TOO\",\"name\":\"Tools\",\"parent\":null,\"order\":1}");
                        send(
                                producer,
                                "CategoryAdded",
                                "ETC",
                                12,
                                "{\"code\":\"ETC\",\"name\":\"Other\",\"parent\":null,\"order\":null}");
                        await(() -> get("/api/catalog").body().contains("Tools")
                                && get("/api/catalog").body().contains("\"total\":3"));
                        shapesAreTheShops();
                        namesAreEscaped();
                        await(() -> get("/internal/status").body().contains("\"fault\":2")
                                && get("/internal/status").body().contains("\"unknown\":1"));
                        theFaultKeepsItsCause(postgres, "request-2");
                        oneRecordHoldsNothingUp(service.getBean(DataSource.class));
                    }
                    send(producer, "PriceChanged", "P000002", 6, product("P000002", "Saw", "11.00"));
                    send(producer, "ProductRemoved", "P000001", 8, "{\"sku\":\"P000001\",\"deleted\":true}");
                    send(producer, "ProductChanged", "P000001", 7, product("P000001", "Late", "1.00"));
                    send(producer, "ProductChanged", "A/1", 10, product("A/1", "Late", "5.00"));
                    for (var i = 100; i < 3_100; i++) {
                        send(
                                producer,
                                "ProductImported",
                                "P%06d".formatted(i),
                                i,
                                product("P%06d".formatted(i), "Nail " + i, "0.10"));
                    }
                    producer.flush();
                    for (var future : sent) {
                        future.get();
                    }
                    try (var _ = start(url, kafka.bootstrapServers())) {
                        await(() -> get("/api/catalog?q=nAiL").body().contains("\"total\":3000"));
                        await(() -> get("/api/catalog/P000002").body().contains("\"11.00\""));
                        assertThat(get("/api/catalog/P000001").statusCode()).isEqualTo(404);
                        await(() -> get("/internal/status").body().contains("\"received\":3004"));
                        assertThat(get("/internal/status").body()).contains("\"stale\":2", "\"duplicate\":0");
                        assertThat(get("/actuator/prometheus").body())
                                .contains(
                                        "catalog_commit_to_visible_seconds_bucket",
                                        "catalog_feed_stalled_seconds ",
                                        "catalog_events_fault_total 0.0",
                                        "catalog_feed_faults 2.0");

                        outage(postgres, true);
                        await(() -> get("/api/catalog").statusCode() == 503);
                        send(producer, "PriceChanged", "P000002", 5_000, product("P000002", "Saw", "9.00"));
                        producer.flush();
                        outage(postgres, false);
                        await(() -> get("/api/catalog/P000002").body().contains("\"9.00\""));

                        kafkaRuns = false;
                        kafka.close();
                        assertThat(get("/catalog/P000002").statusCode()).isEqualTo(200);
                        assertThat(get("/actuator/health/readiness").statusCode())
                                .isEqualTo(200);
                    }
                }
            } finally {
                if (kafkaRuns) {
                    kafka.close();
                }
            }
        }
    }

    private void shapesAreTheShops() throws Exception {
        assertThat(get("/api/catalog/P000002").body())
                .isEqualTo("{\"sku\":\"P000002\",\"name\":\"Saw\",\"description\":null,"
                        + "\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},\"price\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},"
                        + "\"regularPrice\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},\"onSale\":false,\"available\":4,"
                        + "\"weightGrams\":120,\"status\":\"active\"}");
        assertThat(get("/api/catalog?q=saw&cat=TOO&page=1&size=5").body())
                .isEqualTo("{\"page\":1,\"size\":5,\"total\":1,\"items\":[{\"sku\":\"P000002\",\"name\":\"Saw\","
                        + "\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},\"price\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},"
                        + "\"available\":4}]}");
        assertThat(get("/api/catalog?q=" + URLEncoder.encode("%", StandardCharsets.UTF_8))
                        .body())
                .contains("\"total\":0");
        assertThat(get("/api/catalog/NONE").body()).isEqualTo("{\"error\":\"not found\",\"sku\":\"NONE\"}");
        assertThat(get("/catalog/NONE").statusCode()).isEqualTo(404);
    }

    private void namesAreEscaped() throws Exception {
        await(() -> get("/catalog").body().contains("Other"));
        assertThat(get("/catalog").body())
                .as("a category without a place is behind the others")
                .containsSubsequence("<option value=\"TOO\"", "<option value=\"ETC\"");
        assertThat(get("/catalog").body())
                .contains("data-sku=\"P000001\"", "&lt;script&gt;&quot;Ä&quot;&amp;&#39;")
                .doesNotContain("<script>");
        assertThat(get("/catalog/P000001").body())
                .contains("href=\"/buy/P000001\"", "class=\"price\">10.00 EUR<")
                .doesNotContain("<script>");
    }

    private ConfigurableApplicationContext start(String url, String kafka) {
        var context = SpringApplication.run(
                CatalogWiring.class,
                "--server.port=0",
                "--spring.datasource.url=" + url,
                "--kafka.bootstrap-servers=" + kafka);
        base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
        return context;
    }

    /** What could not be read can be traced to who caused it. */
    private static void theFaultKeepsItsCause(LocalPostgres postgres, String request) throws Exception {
        try (var connection = postgres.connect("catalog");
                var statement = connection.createStatement();
                var fault = statement.executeQuery("SELECT headers FROM feed_fault WHERE reason LIKE '%JSON%'")) {
            assertThat(fault.next()).isTrue();
            assertThat(fault.getString(1).lines())
                    .contains("ce_causationid=" + request, "ce_traceparent=" + TRACE)
                    .anyMatch(line -> line.startsWith("ce_dataschema=urn:banyan:contract:shop.catalog."));
        }
    }

    /** Neither what cannot be written nor an outage hides what became of the other records, nor does a lock last. */
    private static void oneRecordHoldsNothingUp(DataSource database) throws Exception {
        var sql = new JdbcTemplate(database);
        sql.execute("ALTER TABLE feed_fault ADD COLUMN limits text DEFAULT concat_ws(' ',"
                + " current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout'),"
                + " current_setting('statement_timeout'))");
        var transactions = new AtomicInteger();
        var readModel = new ReadModel(
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
        var start = readModel.positions(List.of(0));
        var deliveries = List.of(gone(0, Instant.EPOCH), gone(1, Instant.MAX), gone(2, Instant.EPOCH));

        var applied = readModel.apply(start, deliveries);

        assertThat(applied.records()).isEqualTo(2);
        assertThat(applied.faults()).isEqualTo(1);
        assertThat(applied.elsewhere()).isEqualTo(Map.of(0, 2L));
        assertThat(readModel
                        .apply(applied.elsewhere(), deliveries.subList(2, 3))
                        .records())
                .isEqualTo(1);
        assertThat(readModel.faults()).isEqualTo(1);
        assertThat(sql.queryForObject("SELECT limits FROM feed_fault WHERE topic = 'other'", String.class))
                .isEqualTo("10s 5s 15s");

        readModel.moveTo(0, 1);
        readModel.apply(Map.of(0, 1L), List.of(new Delivery(0, 1, new Reading.Broken("another"), "", null)));
        assertThat(sql.queryForObject("SELECT reason FROM feed_fault WHERE topic = 'other'", String.class))
                .isEqualTo("another");
    }

    private static Delivery gone(int offset, Instant committedAt) {
        var envelope = new Envelope(
                "gone" + offset, "product/G" + offset, Sequence.parse("00000000000000aa-000001"), committedAt, false);
        return new Delivery(0, offset, new Reading.Understood(new ProductGone(envelope, "G" + offset)), "", null);
    }

    private static void outage(LocalPostgres postgres, boolean on) {
        postgres.execute("postgres", "ALTER DATABASE catalog ALLOW_CONNECTIONS " + !on);
        if (on) { // not at its end: what loses its connection amid a commit is applied, but not counted
            postgres.execute(
                    "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'catalog'");
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

    private static String product(String sku, String name, String amount) {
        return """
                {"sku":"%s","name":"%s","description":null,"category":"TOO","status":"active","deleted":false,"weightGrams":120,
                "prices":[{"kind":"regular","amount":"%s","currency":"EUR","active":true}],
                "stock":[{"warehouse":"HH","onHand":5,"reserved":1}]}""".formatted(sku, name, amount);
    }

    private void send(KafkaProducer<byte[], byte[]> producer, String type, String key, int sequence, String data) {
        var escaped = key.replace("%", "%25").replace("/", "%2F");
        var subject = (type.startsWith("Category") ? "category/" : "product/") + escaped;
        var record = new ProducerRecord<>(
                "shop.catalog", subject.getBytes(StandardCharsets.UTF_8), data.getBytes(StandardCharsets.UTF_8));
        Map.ofEntries( // all that the bridge writes
                        Map.entry("ce_specversion", "1.0"),
                        Map.entry("ce_id", "e" + sequence),
                        Map.entry("ce_source", "/test"),
                        Map.entry("ce_type", "shop.catalog." + type + ".v1"),
                        Map.entry("ce_subject", subject),
                        Map.entry("ce_time", Instant.now().toString()),
                        Map.entry("ce_dataschema", "urn:banyan:contract:shop.catalog." + type + ".v1.json"),
                        Map.entry("ce_partitionkey", subject),
                        Map.entry("ce_sequence", "00000000000000aa-%06d".formatted(sequence)),
                        Map.entry("ce_txid", "815"),
                        Map.entry("ce_causationid", "request-" + sequence),
                        Map.entry("ce_traceparent", TRACE),
                        Map.entry("ce_changed", "status,total"),
                        Map.entry("content-type", "application/json"))
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        sent.add(producer.send(record));
    }
}
