package dev.banyan.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.record.CloudEventHeaders;
import dev.banyan.servers.LocalKafka;
import dev.banyan.servers.LocalPostgres;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed jar in a real worker, behind Debezium's connector on a real PostgreSQL, set up as the page says. */
class ConnectWorkerIT {

    private static final String SECRET = "0123456789abcdef";
    private static final TableId TABLE = new TableId("shop", "ord");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> OWN = Set.of("ce_id", "ce_sequence", "ce_txid", "ce_causationid", "ce_time");

    @TempDir
    static Path folder;

    private static LocalPostgres postgres;
    private static LocalKafka kafka;
    private static Worker worker;

    @BeforeAll
    static void start() throws Exception {
        try (var starting = Executors.newVirtualThreadPerTaskExecutor()) {
            var database = starting.submit(() -> LocalPostgres.start());
            kafka = LocalKafka.start();
            kafka.createTopic("shop.orders", 1);
            worker = new Worker(folder, kafka.bootstrapServers());
            postgres = database.get();
        }
        postgres.createDatabase("shop");
        sql(
                "CREATE SCHEMA shop",
                "CREATE TABLE shop.ord (ord_no bigint PRIMARY KEY, sts_cd char(1), amt numeric(10,2), ord_ts timestamp,"
                        + " note text, email text, internal jsonb)",
                "ALTER TABLE shop.ord REPLICA IDENTITY FULL",
                "CREATE TABLE shop.signal (id text PRIMARY KEY, type text, data text)",
                "CREATE PUBLICATION connect_shop FOR TABLE shop.ord, shop.signal",
                "SELECT pg_create_logical_replication_slot('connect_shop', 'pgoutput')");
    }

    @AfterAll
    static void stop() {
        worker.close();
        kafka.close();
        postgres.close();
    }

    @Test
    void theJarIsSmallAndHasNothingOfTheWorkersOrTheBridges() throws Exception {
        try (var jar = new JarFile("target/connect-transform.jar")) {
            var folders = new HashSet<String>();
            jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .map(entry -> entry.getName().replaceFirst("META-INF/versions/\\d+/", ""))
                    .map(name -> name.substring(0, name.lastIndexOf('/')))
                    .forEach(folders::add);
            assertThat(folders)
                    .contains("dev/banyan/bridge/mapping", "dev/banyan/connect/jackson/core")
                    .allMatch(name -> name.startsWith("dev/banyan/connect")
                            || Set.of("change", "mapping", "record", "yaml")
                                    .contains(name.replace("dev/banyan/bridge/", "")));
        }
        assertThat(Files.size(Path.of("target/connect-transform.jar"))).isLessThan(2_000_000);
    }

    @Test
    void rowsBecomeTheBridgesEventsAndAKillLosesNone() throws Exception {
        var config = connector();
        assertThat(worker.get("/connector-plugins?connectorsOnly=false").body())
                .contains("dev.banyan.connect.MappingTransform");
        refusesAggregates(config);

        sql(insert(1, "N"), insert(2, "P"));
        try (var consumer = consumer();
                var writer = postgres.connect("shop")) {
            var events = new ArrayList<ConsumerRecord<String, String>>();
            hold(writer, "UPDATE shop.ord SET sts_cd = 'S' WHERE ord_no = 2");
            var created = worker.put("/connectors/shop/config", config);
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            read(consumer, events, all -> all.size() >= 2);
            writer.commit();
            read(consumer, events, all -> all.size() >= 3);
            assertThat(sequences(events, "order/2"))
                    .hasSize(2)
                    .doesNotHaveDuplicates()
                    .isSorted();
            sql(
                    insert(3, "N"),
                    "UPDATE shop.ord SET sts_cd = 'P' WHERE ord_no = 3",
                    "UPDATE shop.ord SET internal = '{}' WHERE ord_no = 3",
                    "UPDATE shop.ord SET sts_cd = 'S' WHERE ord_no = 3",
                    "DELETE FROM shop.ord WHERE ord_no = 2");
            read(consumer, events, all -> all.size() >= 7);
            assertSame(events, ofTheMapper());
            assertThat(worker.metric("events-total")).isEqualTo(7);
            assertThat(worker.metric("unchanged-total")).isEqualTo(1);

            sql("UPDATE shop.ord SET ord_no = 30, amt = 1 WHERE ord_no = 3");
            read(consumer, events, all -> all.size() >= 9);
            assertThat(types(events).subList(7, 9)).containsExactly("OrderRemoved", "OrderRenumbered");

            readAgain(consumer, events);
            killedWhileAWriterGoesOn(config, consumer, events);
        }
    }

    /** An incremental snapshot gives each row's state, in order with the commits, and ends no task. */
    private static void readAgain(KafkaConsumer<String, String> consumer, List<ConsumerRecord<String, String>> events)
            throws Exception {
        var before = events.size();
        try (var writer = postgres.connect("shop")) {
            hold(writer, "UPDATE shop.ord SET sts_cd = 'P' WHERE ord_no = 1");
            sql(
                    "INSERT INTO shop.signal VALUES ('again', 'execute-snapshot', '{\"data-collections\": [\"shop.ord\"]}')");
            read(consumer, events, all -> all.size() >= before + 2);
            writer.commit();
        }
        read(consumer, events, all -> all.size() >= before + 3);

        assertThat(types(events).subList(before, events.size()))
                .containsExactly("OrderImported", "OrderImported", "OrderChanged");
        var ofOne =
                events.stream().filter(event -> event.key().equals("order/1")).toList();
        assertThat(sequences(events, "order/1"))
                .hasSize(3)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(ofOne).extracting(event -> headers(event).get("ce_id")).doesNotHaveDuplicates();
        assertThat(headers(ofOne.get(1))).containsEntry("ce_backfill", "true");
        assertThat(worker.metric("failed-total")).isZero();
    }

    /** Runs {@code statement} in a transaction that stays open. */
    private static void hold(Connection writer, String statement) throws Exception {
        writer.setAutoCommit(false);
        try (var running = writer.createStatement()) {
            running.execute(statement);
        }
    }

    private static List<String> sequences(List<ConsumerRecord<String, String>> events, String key) {
        return events.stream()
                .filter(event -> event.key().equals(key))
                .map(event -> String.valueOf(headers(event).get("ce_sequence")))
                .toList();
    }

    private static void refusesAggregates(String config) throws Exception {
        var file = folder.resolve("aggregate.yaml");
        Files.writeString(file, HowToPage.mapping().replace("    events:\n", """
                                    children:
                                      lines:
                                        table: ord_line
                                        key: [ord_no, line_no]
                                        parent: [ord_no]
                                        fields: {line: line_no}
                                    events:
                                """));
        var refused = worker.put(
                "/connectors/refused/config",
                config.replace(folder.resolve("mapping.yaml").toString(), file.toString()));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(file + ":23:16: order.children.lines: rows of another table");
    }

    private static void killedWhileAWriterGoesOn(
            String config, KafkaConsumer<String, String> consumer, List<ConsumerRecord<String, String>> events)
            throws Exception {
        try (var connection = postgres.connect("shop");
                var statement = connection.createStatement()) {
            for (var number = 1000; number < 1400; number++) {
                statement.execute(insert(number, "N"));
                if (number == 1200) {
                    read(consumer, events, all -> all.getLast().key().compareTo("order/1050") > 0);
                    worker.kill();
                }
            }
        }
        worker.restart(); // a worker that stands alone keeps its offsets, not its connectors
        var created = worker.put("/connectors/shop/config", config);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        var expected = new HashSet<String>();
        for (var number = 1000; number < 1400; number++) {
            expected.add("order/" + number);
        }
        read(consumer, events, all -> all.stream()
                .map(ConsumerRecord::key)
                .collect(Collectors.toSet())
                .containsAll(expected));
        var idByKey = new HashMap<String, String>();
        for (var event : events) {
            var id = headers(event).get("ce_id");
            // Once more after the kill is allowed (as are the ones from before), under another id it is not.
            if (expected.contains(event.key())) {
                assertThat(idByKey.merge(event.key(), String.valueOf(id), (first, again) -> first))
                        .isEqualTo(id);
            }
        }
    }

    /** The page's connector, on the servers of this test. */
    private static String connector() throws Exception {
        var mapping = Files.writeString(folder.resolve("mapping.yaml"), HowToPage.mapping());
        return HowToPage.connector()
                .replace("db.example", "127.0.0.1")
                .replace("5432", Integer.toString(postgres.port()))
                .replace("\"reader\"", "\"" + postgres.user() + "\"")
                .replace(
                        "\"heartbeat.interval.ms\"",
                        "\"signal.data.collection\": \"shop.signal\", \"heartbeat.interval.ms\"")
                .replace("/etc/banyan/mapping.yaml", mapping.toString());
    }

    /** What the bridge makes of the same rows. */
    private static List<DomainEvent> ofTheMapper() throws Exception {
        var mapper = new Mapper(
                MappingFile.parse(Path.of("mapping"), HowToPage.mapping()),
                "shop",
                SECRET.getBytes(StandardCharsets.UTF_8));
        var images = new InMemoryImages();
        var events = new ArrayList<DomainEvent>();
        for (var change : List.of(
                new Change.Read(TABLE, row(1, "N")),
                new Change.Read(TABLE, row(2, "P")),
                new Change.Updated(TABLE, row(2, "P"), row(2, "S")),
                new Change.Inserted(TABLE, row(3, "N")),
                new Change.Updated(TABLE, row(3, "N"), row(3, "P")),
                new Change.Updated(TABLE, row(3, "P"), row(3, "P")),
                new Change.Updated(TABLE, row(3, "P"), row(3, "S")),
                new Change.Deleted(TABLE, row(2, "S")))) {
            events.addAll(mapper.map(new Transaction(1, "1", Instant.EPOCH, List.of(change)), images));
        }
        return events;
    }

    private static void assertSame(List<ConsumerRecord<String, String>> records, List<DomainEvent> events) {
        assertThat(records).hasSameSizeAs(events);
        for (int i = 0; i < events.size(); i++) {
            var record = records.get(i);
            var event = events.get(i);
            assertThat(record.topic()).isEqualTo(event.topic());
            assertThat(record.key()).isEqualTo(event.subject());
            assertThat(record.value()).isEqualTo(event.data()).doesNotContain("ada@example.org");
            var expected = new LinkedHashMap<>(CloudEventHeaders.of(event, "/banyan/bridge/shop"));
            var found = headers(record);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            assertThat(found.get("ce_time"))
                    .isEqualTo(
                            Instant.parse(String.valueOf(found.get("ce_time"))).toString());
            expected.keySet().removeAll(OWN);
            found.keySet().removeAll(OWN);
            assertThat(found).isEqualTo(expected);
        }
    }

    private static List<String> types(List<ConsumerRecord<String, String>> records) {
        return records.stream()
                .map(record -> String.valueOf(headers(record).get("ce_type")).replaceAll("shop\\.orders\\.|\\.v1", ""))
                .toList();
    }

    private static Map<String, String> headers(ConsumerRecord<String, String> record) {
        var headers = new LinkedHashMap<String, String>();
        record.headers()
                .forEach(header -> headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        return headers;
    }

    private static KafkaConsumer<String, String> consumer() {
        var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.assign(List.of(new TopicPartition("shop.orders", 0)));
        return consumer;
    }

    private static void read(
            KafkaConsumer<String, String> consumer,
            List<ConsumerRecord<String, String>> events,
            Predicate<List<ConsumerRecord<String, String>>> isEnough) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isEnough.test(events)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("only " + types(events) + "\n" + worker.log());
            }
            consumer.poll(Duration.ofMillis(100)).forEach(events::add);
        }
    }

    private static String insert(long number, String status) {
        return "INSERT INTO shop.ord VALUES (" + number + ", '" + status
                + "', 12.50, '2025-11-25 21:18:00', 'x', 'ada@example.org', null)";
    }

    private static Row row(long number, String status) {
        return new Row(Map.of(
                "ord_no",
                number,
                "sts_cd",
                status,
                "amt",
                new BigDecimal("12.50"),
                "ord_ts",
                LocalDateTime.parse("2025-11-25T21:18:00"),
                "note",
                "x",
                "email",
                "ada@example.org"));
    }

    /** Each statement in a transaction of its own. */
    private static void sql(String... statements) throws Exception {
        try (var connection = postgres.connect("shop");
                var statement = connection.createStatement()) {
            for (var each : statements) {
                statement.execute(each);
            }
        }
    }
}
