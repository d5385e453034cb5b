package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** Values at the edges of each database's types, exact or refused: read by a backfill, from the log, and from the bridge's own store. */
class EdgeValuesTest {

    private static final long STREAMED = 10_000;

    /** {@link #LARGE_PART_BYTES} bytes. */
    private static final String LARGE_PART = "x\u00e9\ud83d\ude00z\u4e2d";

    private static final int LARGE_PART_BYTES = 11;

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

    private static boolean hasAdded(TestBridge bridge, String table, long id) {
        return bridge.events().reversed().stream()
                .anyMatch(event -> event.key().equals(table + "/" + id)
                        && TestBridge.header(event, "ce_type").equals("t.Added.v1"));
    }

    private static Connection printing(TestBridge bridge) throws Exception {
        var connection = bridge.connect();
        try (var statement = connection.createStatement()) {
            statement.execute(
                    switch (bridge.dbms) {
                        case POSTGRESQL ->
                            "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex';"
                                    + " SET IntervalStyle = 'postgres'; SET extra_float_digits = 1";
                        case MARIADB -> "SET time_zone = '+00:00', sql_mode = ''";
                    });
        }
        return connection;
    }

    /** Settings that administrators make, and that must not show. */
    private static void administer(TestBridge bridge) {
        var settings =
                switch (bridge.dbms) {
                    case POSTGRESQL ->
                        List.of(
                                "ALTER DATABASE edges SET bytea_output = 'escape'",
                                "ALTER DATABASE edges SET IntervalStyle = 'sql_standard'",
                                "ALTER DATABASE edges SET DateStyle = 'German'",
                                "ALTER DATABASE edges SET TimeZone = 'Asia/Kolkata'",
                                "ALTER DATABASE edges SET extra_float_digits = -5");
                    // Clocks that are put forward and back, which no offset shows.
                    case MARIADB ->
                        List.of(
                                "INSERT INTO mysql.time_zone VALUES (4711, 'N')",
                                "INSERT INTO mysql.time_zone_name VALUES ('Europe/Berlin', 4711)",
                                "INSERT INTO mysql.time_zone_transition_type VALUES (4711, 0, 3600, 0, 'CET'), (4711, 1, 7200, 1, 'CEST')",
                                "INSERT INTO mysql.time_zone_transition VALUES (4711, 1711846800, 1), (4711, 1729990800, 0)",
                                "SET GLOBAL time_zone = 'Europe/Berlin'");
                };
        settings.forEach(bridge::sql);
    }

    private Path config(TestBridge bridge, List<EdgeValues.Section> sections) throws Exception {
        var mapping = new StringBuilder("version: 1\nschema: " + bridge.schema() + "\naggregates:\n");
        sections.forEach(section -> mapping.append(section.aggregate(bridge.topic())));
        var config = bridge.config();
        Files.writeString(folder.resolve("mapping.yaml"), mapping);
        if (bridge.dbms == Dbms.MARIADB) {
            Files.writeString(
                    config, Files.readString(config).replace("manage: true", "manage: true, zeroDates: asNull"));
        }
        return config;
    }

    @ParameterizedTest
    @EnumSource
    void everyValueIsExactOrRefusedOnEveryWay(Dbms dbms) throws Exception {
        var sections = EdgeValues.read(dbms, false);
        try (var bridge = new TestBridge(dbms, "edges", folder)) {
            if (dbms == Dbms.POSTGRESQL) {
                bridge.sql("CREATE TYPE edge_mood AS ENUM ('sad', 'it''s ok', '', '  padded  ')");
                bridge.sql("CREATE DOMAIN edge_cents AS numeric(12, 2)");
                bridge.sql("CREATE DOMAIN edge_email AS text CHECK (VALUE LIKE '%@%')");
                bridge.sql("CREATE TYPE edge_point AS (x integer, name text)");
                bridge.sql("CREATE TYPE edge_stay AS (x integer, span interval)");
                bridge.sql("CREATE TYPE edge_spans AS RANGE (subtype = interval)");
            }
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            administer(bridge);
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
                    Await.until("the last one arrives", () -> hasAdded(bridge, last.table(), lastId));
                }
                // Of the roots it has only what its store remembers.
                try (var process = new BridgeThread(folder, config)) {
                    process.awaitStreaming();
                    for (var section : sections) {
                        bridge.sql("INSERT INTO touch SELECT id, id FROM " + section.table() + " ORDER BY id");
                    }
                    bridge.sql("INSERT INTO e0 VALUES (1000000, 1)");
                    Await.until("it is through", () -> hasAdded(bridge, "e0", 1_000_000));
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
        } finally {
            if (dbms == Dbms.MARIADB) {
                Servers.mariadb().execute("", "SET GLOBAL time_zone = 'SYSTEM'");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCouldNotBeExactIsRefusedBeforeAnythingIsRead(Dbms dbms) throws Exception {
        var refused = EdgeValues.read(dbms, true);
        try (var bridge = new TestBridge(dbms, "edges_refused", folder)) {
            if (dbms == Dbms.POSTGRESQL) {
                bridge.sql("CREATE DOMAIN edge_span AS interval");
            }
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            try (var connection = bridge.connect()) {
                for (var section : refused) {
                    section.create(connection);
                }
            }
            bridge.sql("CREATE TABLE made (id BIGINT PRIMARY KEY, v BIGINT GENERATED ALWAYS AS (id + 1) VIRTUAL)");
            bridge.sql("CREATE TABLE kept (id BIGINT PRIMARY KEY, v BIGINT GENERATED ALWAYS AS (id + 1) STORED)");
            var sections = new ArrayList<>(refused);
            sections.add(section(bridge, "made", "", "as: integer"));
            sections.add(section(bridge, "kept", "", "as: integer"));
            var config = config(bridge, sections).toString();
            Files.writeString(folder.resolve("hash.key"), "sixteen bytes and more");
            Files.writeString(Path.of(config), Files.readString(Path.of(config)) + "hashKeyFile: hash.key\n");

            var planned = Printed.of("plan", "--config", config).out();
            var table = "CANNOT GO ON: table " + bridge.schema() + ".";
            for (var each : refused) {
                assertThat(planned).contains(table + each.table() + ": column v is " + each.type() + " (expected: ");
            }
            assertThat(planned).contains(table + "made: column v is generated");
            assertThat(planned.contains(table + "kept: column v is generated, and its values do not come"))
                    .isEqualTo(dbms == Dbms.POSTGRESQL);
            var ran = Printed.of("run", "--config", config);
            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.out() + ran.err())
                    .contains("table " + bridge.schema() + "."
                            + refused.getFirst().table() + ": column v is "
                            + refused.getFirst().type() + " (expected: ");
            if (dbms == Dbms.POSTGRESQL) {
                assertThat(bridge.text(
                                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'slot_edges_refused'"))
                        .isEqualTo("0");
            }
            assertThat(bridge.events()).isEmpty();
        }
    }

    private static EdgeValues.Section section(TestBridge bridge, String table, String type, String field) {
        return new EdgeValues.Section(bridge.dbms, table, type, field, "", "", List.of());
    }

    @Test
    void aTextOf8MebibytesIsExactInTheLakeAndInTheStore() throws Exception {
        largeText(Dbms.POSTGRESQL, 8);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void aTextOf64MebibytesIsExactInTheLakeAndInTheStore(Dbms dbms) throws Exception {
        largeText(dbms, 64);
    }

    private void largeText(Dbms dbms, int mebibytes) throws Exception {
        var bytes = mebibytes << 20;
        var parts = bytes / LARGE_PART_BYTES + 1;
        if (dbms == Dbms.MARIADB) {
            Servers.mariadb().execute("", "SET GLOBAL max_allowed_packet = 268435456");
        }
        try (var bridge = new TestBridge(dbms, "edges_large", folder)) {
            bridge.sql(
                    "CREATE TABLE large (id BIGINT PRIMARY KEY, v " + (dbms == Dbms.MARIADB ? "LONGTEXT)" : "TEXT)"));
            if (dbms == Dbms.POSTGRESQL) {
                bridge.sql("ALTER TABLE large ALTER v SET STORAGE EXTERNAL"); // compressing it takes longest by far
            }
            bridge.sql("CREATE TABLE touch (id BIGINT PRIMARY KEY, root BIGINT)");
            bridge.sql("INSERT INTO large VALUES (1, REPEAT('" + LARGE_PART + "', " + parts + "))");
            var config = config(bridge, List.of(section(bridge, "large", "", "as: string")));
            Files.writeString(config, Files.readString(config) + "lake: {folder: lake}\n");
            try (var process = new BridgeProcess(folder, config, "-Xmx1g")) {
                process.awaitStreaming();
                awaitClaimed(bridge, 1);
                bridge.sql("INSERT INTO large SELECT 2, v FROM large");
                awaitClaimed(bridge, 2);
                bridge.sql("INSERT INTO touch VALUES (1, 2)");
                awaitClaimed(bridge, 3);
            }
            var large = LARGE_PART.repeat(parts);
            var inLake = new ArrayList<String>();
            new LakeReader(folder.resolve("lake")).read(LakeFilter.ALL, 0, record -> {
                var data = record.event().data().replace(large, "LARGE");
                return inLake.add(data.length() < 1_000 ? data : "another text");
            });
            assertThat(inLake)
                    .containsExactly(
                            "{\"id\":1,\"v\":\"LARGE\",\"touches\":[]}",
                            "{\"id\":2,\"v\":\"LARGE\",\"touches\":[]}",
                            "{\"id\":2,\"v\":\"LARGE\",\"touches\":[{\"at\":1}]}");
            assertThat(Long.parseLong(bridge.text("SELECT octet_length(v) FROM large")))
                    .isGreaterThanOrEqualTo(bytes);
        } finally {
            if (dbms == Dbms.MARIADB) {
                Servers.mariadb().execute("", "SET GLOBAL max_allowed_packet = DEFAULT");
            }
        }
    }

    private static void awaitClaimed(TestBridge bridge, int count) throws Exception {
        Await.until("its event arrives", () -> bridge.events().size() == count);
        assertThat(bridge.events().getLast().value()).isEmpty();
        assertThat(bridge.events().getLast().headers().lastHeader("ce_dataref")).isNotNull();
    }
}
