package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Values at the edges of PostgreSQL's types, exact or refused: read by a backfill, from the log, and from the bridge's own store. */
class EdgeValuesTest {

    private static final long STREAMED = 10_000;
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path folder;

    /** The values of field v by id, of the events of one type. */
    private static Map<String, Map<Long, String>> values(TestBridge bridge, String type) {
        var values = new HashMap<String, Map<Long, String>>();
        for (var event : bridge.events()) {
            if (TestBridge.header(event, "ce_type").equals("t." + type + ".v1")) {
                var data = JSON.readTree(event.value());
                var v = data.path("v");
                values.computeIfAbsent(event.key().substring(0, event.key().indexOf('/')), _ -> new HashMap<>())
                        .put(data.path("id").asLong(), v.isNull() ? null : v.asString());
            }
        }
        return values;
    }

    private static Connection printing(TestBridge bridge) throws Exception {
        var connection = bridge.connect();
        try (var statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex';"
                    + " SET IntervalStyle = 'postgres'; SET extra_float_digits = 1");
        }
        return connection;
    }

    private Path config(TestBridge bridge, List<EdgeValues.Section> sections) throws Exception {
        var mapping = new StringBuilder("version: 1\nschema: public\naggregates:\n");
        sections.forEach(section -> mapping.append(section.aggregate(bridge.topic())));
        var config = bridge.config();
        Files.writeString(folder.resolve("mapping.yaml"), mapping);
        return config;
    }

    @Test
    void everyValueIsExactOrRefusedOnEveryWay() throws Exception {
        var sections = EdgeValues.read();
        try (var bridge = new TestBridge("edges", folder)) {
            bridge.sql("CREATE TYPE edge_mood AS ENUM ('sad', 'it''s ok', '', '  padded  ')");
            bridge.sql("CREATE DOMAIN edge_cents AS numeric(12, 2)");
            bridge.sql("CREATE DOMAIN edge_email AS text CHECK (VALUE LIKE '%@%')");
            bridge.sql("CREATE TYPE edge_point AS (x integer, name text)");
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            bridge.sql("CREATE SEQUENCE touches");
            // What administrators set, and what must not show.
            bridge.sql("ALTER DATABASE edges SET bytea_output = 'escape'");
            bridge.sql("ALTER DATABASE edges SET IntervalStyle = 'sql_standard'");
            bridge.sql("ALTER DATABASE edges SET DateStyle = 'German'");
            bridge.sql("ALTER DATABASE edges SET TimeZone = 'Asia/Kolkata'");
            bridge.sql("ALTER DATABASE edges SET extra_float_digits = -5");
            try (var connection = printing(bridge)) {
                for (var section : sections) {
                    section.create(connection);
                    section.insert(connection, 0);
                }
                var config = config(bridge, sections);
                try (var process = new BridgeProcess(folder, config, "user.timezone=America/Sao_Paulo")) {
                    process.awaitStreaming();
                    Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
                    for (var section : sections) {
                        section.insert(connection, STREAMED);
                    }
                    var last = sections.getLast();
                    var lastId = last.cases().getLast().id() + STREAMED;
                    Await.until("the last one arrives", () -> values(bridge, "Added")
                            .getOrDefault(last.table(), Map.of())
                            .containsKey(lastId));
                }
                // Of the roots it has only what its store remembers.
                try (var process = new BridgeProcess(folder, config, "user.timezone=America/Sao_Paulo")) {
                    process.awaitStreaming();
                    for (var section : sections) {
                        bridge.sql("INSERT INTO touch SELECT nextval('touches'), id FROM " + section.table()
                                + " ORDER BY id");
                    }
                    bridge.sql("INSERT INTO e0 VALUES (1000000, 1)");
                    Await.until("it is through", () -> values(bridge, "Added")
                            .getOrDefault("e0", Map.of())
                            .containsKey(1_000_000L));
                }
                var wrong = new ArrayList<String>();
                for (var way : List.of("Imported", "Added", "Changed")) {
                    var values = values(bridge, way);
                    for (var section : sections) {
                        var ofTable = values.getOrDefault(section.table(), Map.of());
                        if (!way.equals("Added")) {
                            section.wrong(connection, ofTable, 0).forEach(each -> wrong.add(way + " " + each));
                        }
                        if (!way.equals("Imported")) {
                            section.wrong(connection, ofTable, STREAMED)
                                    .forEach(each -> wrong.add(way + " streamed " + each));
                        }
                    }
                }
                assertThat(wrong).isEmpty();
                var faults = Printed.of("events", "faults", "ls", "--config", config.toString())
                        .out();
                for (var section : sections) {
                    for (var subject : section.refusedSubjects(STREAMED)) {
                        assertThat(faults).contains(subject + ", transaction ");
                    }
                }
            }
        }
    }

    /** Types that a backfill or Debezium would alter, and fields that ask for another type. */
    private static final List<List<String>> REFUSED_AT_SET_UP = List.of(
            List.of("money", "as: string"),
            List.of("money[]", "as: string"),
            List.of("interval", "as: string"),
            List.of("interval[]", "as: string"),
            List.of("edge_span", "as: string"),
            List.of("time with time zone", "as: string"),
            List.of("point", "as: string"),
            List.of("box", "as: string"),
            List.of("circle", "as: string"),
            List.of("line", "as: string"),
            List.of("lseg", "as: string"),
            List.of("path", "as: string"),
            List.of("polygon", "as: string"),
            List.of("regclass", "as: string"),
            List.of("jsonpath", "as: string"),
            List.of("interval", "as: hash"),
            List.of("money", "as: mask"),
            List.of("point", "as: code, words: {a: b}"),
            List.of("timestamp without time zone", "as: timestamp"),
            List.of("timestamp with time zone", "as: localTimestamp, zone: UTC"),
            List.of("date", "as: timestamp"),
            List.of("text", "as: decimal"),
            List.of("jsonb", "as: decimal"),
            List.of("bytea", "as: integer"),
            List.of("boolean", "as: integer"),
            List.of("uuid", "as: date"),
            List.of("integer[]", "as: integer"));

    @Test
    void whatCouldNotBeExactIsRefusedBeforeAnythingIsRead() throws Exception {
        try (var bridge = new TestBridge("edges_refused", folder)) {
            bridge.sql("CREATE DOMAIN edge_span AS interval");
            var mapping = new StringBuilder("version: 1\nschema: public\naggregates:\n");
            for (var i = 0; i < REFUSED_AT_SET_UP.size(); i++) {
                var section = new EdgeValues.Section(
                        "r" + i,
                        REFUSED_AT_SET_UP.get(i).getFirst(),
                        REFUSED_AT_SET_UP.get(i).getLast(),
                        "",
                        "",
                        List.of());
                bridge.sql("CREATE TABLE " + section.table() + " (id BIGINT PRIMARY KEY, v " + section.type() + ")");
                mapping.append(section.aggregate(bridge.topic()));
            }
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            bridge.sql(
                    "CREATE TABLE made (id BIGINT PRIMARY KEY, v INTEGER GENERATED ALWAYS AS (id::int + 1) VIRTUAL)");
            bridge.sql("CREATE TABLE kept (id BIGINT PRIMARY KEY, v INTEGER GENERATED ALWAYS AS (id::int + 1) STORED)");
            mapping.append(
                    new EdgeValues.Section("kept", "", "as: integer", "", "", List.of()).aggregate(bridge.topic()));
            mapping.append(
                    new EdgeValues.Section("made", "", "as: integer", "", "", List.of()).aggregate(bridge.topic()));
            var config = bridge.config().toString();
            Files.writeString(folder.resolve("mapping.yaml"), mapping);
            Files.writeString(folder.resolve("hash.key"), "sixteen bytes and more");
            Files.writeString(Path.of(config), Files.readString(Path.of(config)) + "hashKeyFile: hash.key\n");

            var planned = Printed.of("plan", "--config", config).out();
            for (var i = 0; i < REFUSED_AT_SET_UP.size(); i++) {
                assertThat(planned)
                        .contains("CANNOT GO ON: table public.r" + i + ": column v is "
                                + REFUSED_AT_SET_UP.get(i).getFirst() + " (expected: ");
            }
            assertThat(planned)
                    .contains(
                            "CANNOT GO ON: table public.made: column v is generated, and its values do not come",
                            "CANNOT GO ON: table public.kept: column v is generated, and its values do not come");
            var ran = Printed.of("run", "--config", config);
            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.out() + ran.err()).contains("table public.r0: column v is money (expected: ");
            assertThat(bridge.text("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'slot_edges_refused'"))
                    .isEqualTo("0");
            assertThat(bridge.events()).isEmpty();
        }
    }

    @Test
    void aTextOf64MebibytesIsExactInTheLakeAndInTheStore() throws Exception {
        try (var bridge = new TestBridge("edges_large", folder)) {
            bridge.sql("CREATE TABLE large (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql(
                    "ALTER TABLE large ALTER v SET STORAGE EXTERNAL"); // compressing it takes longer than all else here
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            var config = bridge.config();
            Files.writeString(
                    folder.resolve("mapping.yaml"),
                    "version: 1\nschema: public\naggregates:\n"
                            + new EdgeValues.Section("large", "text", "as: string", "", "", List.of())
                                    .aggregate(bridge.topic()));
            Files.writeString(config, Files.readString(config) + "lake: {folder: lake}\n");
            for (var sql : List.of(
                    "INSERT INTO large SELECT 1, string_agg(md5(g::text), '') FROM generate_series(1, 2097152) g",
                    "INSERT INTO touch VALUES (1, 1)")) {
                try (var process = new BridgeProcess(folder, config, "-Xmx1g")) {
                    process.awaitStreaming();
                    var before = bridge.events().size();
                    bridge.sql(sql);
                    Await.until("its event arrives", () -> bridge.events().size() > before);
                    assertThat(bridge.events().getLast().value()).isEmpty();
                    assertThat(bridge.events().getLast().headers().lastHeader("ce_dataref"))
                            .isNotNull();
                }
            }
            var inLake = new ArrayList<String>();
            new LakeReader(folder.resolve("lake")).read(LakeFilter.ALL, 0, record -> {
                var v = JSON.readTree(record.event().data()).path("v").asString();
                return inLake.add(v.length() + " " + md5(v));
            });
            assertThat(inLake)
                    .hasSize(2)
                    .containsOnly(bridge.text("SELECT octet_length(v) || ' ' || md5(v) FROM large"));
            assertThat(inLake.getFirst()).startsWith((64 << 20) + " ");
        }
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
