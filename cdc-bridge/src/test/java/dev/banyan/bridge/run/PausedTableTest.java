package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.source.Identity;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A table that does not fit the mapping any more waits, through a kill and a second change, while others go on. */
class PausedTableTest {

    private static final String SECRET = "card 4711-0815";
    private static final Pattern WAITING = Pattern.compile("\"waiting\":([0-9]+)");

    @TempDir
    Path folder;

    /** Lets the bridge read {@code column} of table one in place of {@code before}. */
    private Path maps(Path config, String before, String column) throws Exception {
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping)
                        .replaceFirst(
                                "v: (\\{column: )?" + before + "(, as: integer})?\n",
                                "v: {column: " + column + ", as: integer}\n"));
        return config;
    }

    private Path config(TestBridge bridge, String onFault) throws Exception {
        var config = bridge.config();
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping).replaceAll("(?m)^( +)topic:", "$1onFault: " + onFault + "\n$1topic:"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\nlake: {folder: lake}\n");
        return maps(config, "v", "v");
    }

    /** What was written; a backfill, which a column that is new in the mapping asks for, tells of rows at any time. */
    private static List<String> told(TestBridge bridge, String table) {
        return bridge.events().stream()
                .filter(event -> event.key().startsWith(table + "/"))
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .filter(event -> !event.startsWith("Imported "))
                .toList();
    }

    private static int parked(RunningBridge process) throws Exception {
        return WAITING.matcher(process.get("/faults", 200))
                .results()
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .sum();
    }

    private static void both(TestBridge bridge, String sql) {
        bridge.sql(
                bridge.dbms == Dbms.POSTGRESQL
                        ? "DO $$ BEGIN " + sql + " END $$"
                        : "BEGIN NOT ATOMIC START TRANSACTION; " + sql + " COMMIT; END");
    }

    private static String resubmitted(Path config, int exitCode) {
        var printed = Printed.of("events", "faults", "resubmit", "--config", config.toString(), "--all", "--send");
        assertThat(printed.exitCode()).as(printed.toString()).isEqualTo(exitCode);
        return printed.out();
    }

    @ParameterizedTest
    @EnumSource
    void itsAggregatesWaitThroughAKillWhileOthersGoOnAndNothingIsLostOrSeen(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "paused_table", folder, "one", "two")) {
            var config = config(bridge, dbms == Dbms.POSTGRESQL ? "halt" : "{skip: nobody needs it}");
            bridge.sql("ALTER TABLE one ADD note VARCHAR(40)"); // which the mapping does not read
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                bridge.sql("INSERT INTO one VALUES (1, '11', '" + SECRET + "'), (2, '12', NULL)");
                bridge.sql("ALTER TABLE one RENAME COLUMN v TO w");
                both(bridge, "INSERT INTO one VALUES (3, '13', '" + SECRET + "'); INSERT INTO two VALUES (1, 'a');");
                bridge.sql("UPDATE one SET w = '21' WHERE id = 1");
                bridge.sql("INSERT INTO two VALUES (2, 'b')");
                Await.until("others pass", () -> told(bridge, "two").size() == 2);
                Await.until("two parts wait", () -> parked(process) == 2);
                Await.until("it says that it streams", () -> process.tells("\"state\":\"streaming\""));
                assertThat(process.status())
                        .contains("\"table\":\"" + bridge.schema() + ".one\"", "one.v: not there from this row on")
                        .contains("\"fits\":false", "\"state\":\"streaming\"");
                assertThat(process.get("/health/migration", 503)).contains("paused: " + bridge.schema() + ".one");
                assertThat(process.get("/metrics", 200)).contains("banyan_bridge_paused_tables{bridge=");
                process.kill();
            }
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("DELETE FROM one WHERE id = 2");
                bridge.sql("ALTER TABLE one RENAME COLUMN w TO u");
                bridge.sql("UPDATE one SET u = '22', note = '" + SECRET + "' WHERE id = 3");
                bridge.sql("INSERT INTO two VALUES (3, 'c')");
                Await.until("others pass still", () -> told(bridge, "two").size() == 3);
                Await.until("four parts wait", () -> parked(process) == 4);
            }
            assertThat(told(bridge, "one")).containsExactly("Added {\"id\":1,\"v\":11}", "Added {\"id\":2,\"v\":12}");

            var doctor = Printed.of("doctor", "--config", config.toString());
            assertThat(doctor.exitCode()).as(doctor.toString()).isZero();
            assertThat(doctor.out())
                    .contains("WARN paused: ", ".one.v: not there", ".one: what the mapping reads as [v]");
            var listed = Printed.of("events", "faults", "ls", "--config", config.toString());
            assertThat(listed.out()).contains("paused ", ".one with all of one, since behind ", "4 parked");
            assertThat(Printed.of("events", "faults", "ls", "--config", config.toString(), "--json")
                            .out())
                    .contains("{\"pausedTables\":[{\"table\":\"", ".one\",\"aggregate\":\"one\"", "\"faults\":[{\"");
            assertThat(resubmitted(config, 1)).contains("still waits").doesNotContain("events sent");
            assertThat(resubmitted(maps(config, "v", "w"), 1))
                    .contains("3 transactions, 3 events sent, and the rest", "still waits");
            assertThat(told(bridge, "one").subList(2, 5))
                    .containsExactly(
                            "Added {\"id\":3,\"v\":13}",
                            "Changed {\"id\":1,\"v\":21}",
                            "Removed {\"id\":2,\"deleted\":true}");

            try (var process = new BridgeThread(folder, maps(config, "w", "u"))) {
                process.awaitStreaming();
                assertThat(process.status()).contains("\"fits\":true");
                bridge.sql("UPDATE one SET u = '31', note = NULL WHERE id = 1");
                Await.until("it waits behind the others", () -> parked(process) == 2);
            }
            var shown = Printed.of("events", "faults", "show", "--config", config.toString(), group(config));
            assertThat(shown.out())
                    .as(
                            "what was read while it did not fit has all columns, what was read since has those of the mapping")
                    .containsOnlyOnce("note=(redacted)}\n")
                    .doesNotContain(SECRET);
            assertThat(resubmitted(config, 0)).contains("2 transactions, 2 events sent");

            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("UPDATE one SET u = '32' WHERE id = 3");
                Await.until("it goes on", () -> told(bridge, "one").size() == 8);
                assertThat(process.status()).contains("\"pausedTables\":[]", "\"waitingAggregates\":0");
            }
            assertThat(told(bridge, "one").subList(5, 8))
                    .containsExactly(
                            "Changed {\"id\":3,\"v\":22}",
                            "Changed {\"id\":1,\"v\":31}",
                            "Changed {\"id\":3,\"v\":32}");
            assertThat(bridge.repeatedIds()).isEmpty();
            assertThat(bridge.data() + everything(folder))
                    .as("what the mapping does not read is nowhere but, encrypted, among what is parked")
                    .doesNotContain(SECRET);
        }
    }

    /** Lets {@code bridge} read {@code v} as the mapping says so. */
    private void reads(TestBridge bridge, String v) throws Exception {
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(mapping, Files.readString(mapping).replaceAll("v: .*\n", "v: " + v + "\n"));
        var read = MappingFile.read(mapping);
        bridge.mapper = new Mapper(read, bridge.name, null);
        bridge.fit = ColumnChecks.fit(read, new TableId(bridge.schema(), "one"));
    }

    @ParameterizedTest
    @EnumSource
    void severalWaitWithLargeTransactionsAndTheKeysOfOldRowsAlone(Dbms dbms) throws Exception {
        // More than is mapped, or sent again, at once; how that is cut is the same for both.
        var megabytes = dbms == Dbms.POSTGRESQL ? 20 : 3;
        try (var bridge = new TestBridge(dbms, "paused_more", folder, "one", "two", "three")) {
            config(bridge, "park");
            bridge.identity = dbms == Dbms.POSTGRESQL ? Identity.KEYS : Identity.FULL;
            bridge.parks = true;
            bridge.store =
                    new BridgeStore.Settings(bridge.store.jdbcUrl(), "", "", FaultSeal.of(folder.resolve("fault.key")));
            reads(bridge, "{column: v, as: integer}");
            bridge.sql("ALTER TABLE one ADD note " + (dbms == Dbms.POSTGRESQL ? "TEXT" : "LONGTEXT"));
            bridge.sql("ALTER TABLE one ADD hidden VARCHAR(40)");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, '20260101', NULL, NULL), (2, '20260102', NULL, NULL)");
            bridge.sql("INSERT INTO two VALUES (1, '20260101')");
            for (var table : List.of("one", "two")) {
                bridge.sql("ALTER TABLE " + table
                        + (dbms == Dbms.MARIADB ? " MODIFY v DATE" : " ALTER v TYPE date USING v::date"));
            }
            bridge.sql("INSERT INTO two VALUES (2, '2026-02-02')");
            bridge.sql("INSERT INTO three VALUES (1, '1')");
            bridge.sql("UPDATE one SET v = '2026-02-02', hidden = '" + SECRET + "' WHERE id = 1");
            both(
                    bridge,
                    "INSERT INTO one SELECT 100 + g, DATE '2026-03-03', REPEAT('x', 1000000), NULL FROM "
                            + bridge.series(1, megabytes)
                            + "; UPDATE one SET v = '2026-04-04' WHERE id = 101; INSERT INTO three VALUES (2, '2');");
            bridge.sql("DELETE FROM one WHERE id = 2");
            bridge.sql("INSERT INTO three VALUES (3, '3')");
            Await.until("others pass", () -> told(bridge, "three").size() == 3);
            assertThat(told(bridge, "one"))
                    .containsExactly("Added {\"id\":1,\"v\":20260101}", "Added {\"id\":2,\"v\":20260102}");
            assertThat(told(bridge, "two")).containsExactly("Added {\"id\":1,\"v\":20260101}");
            assertThat(bridge.progress().pausedTables())
                    .extracting(each ->
                            each.pause().table().name() + " " + each.misfit().replaceAll(".*: (date) .*", "$1"))
                    .containsExactlyInAnyOrder("one date", "two date");
            bridge.stop();

            reads(bridge, "v");
            try (var store = BridgeStore.open(
                    bridge.store, bridge.name, "test", Duration.ofSeconds(30), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                var resubmission = new Resubmission(store, bridge.mapper);
                try (var session = store.session();
                        var hub = bridge.kafkaHub()) {
                    var columns = session.faults().groups().stream()
                            .flatMap(group -> session.parked().parts(group).stream())
                            .flatMap(part -> part.transaction().changes().stream())
                            .filter(change -> change instanceof Change.Updated)
                            .map(change ->
                                    ((Change.Updated) change).after().columns().names())
                            .toList();
                    assertThat(columns)
                            .as("all columns but that which the mapping drops")
                            .hasSize(2)
                            .containsOnly(List.of("id", "v", "note"));
                    for (var group : session.faults().groups()) {
                        assertThat(resubmission
                                        .send(group, false, "", hub, null, _ -> {})
                                        .refusal())
                                .isNull();
                    }
                }
                assertThat(store.pauses().all()).isEmpty();
            }
            bridge.start();
            bridge.sql("UPDATE two SET v = '2026-05-05' WHERE id = 2");
            Await.until("it goes on", () -> told(bridge, "two").size() == 3);
            assertThat(told(bridge, "two"))
                    .endsWith("Added {\"id\":2,\"v\":\"2026-02-02\"}", "Changed {\"id\":2,\"v\":\"2026-05-05\"}");
            assertThat(told(bridge, "one").get(2)).isEqualTo("Changed {\"id\":1,\"v\":\"2026-02-02\"}");
            var all = 3 + megabytes;
            assertThat(told(bridge, "one").subList(3, all))
                    .contains(
                            "Added {\"id\":101,\"v\":\"2026-04-04\"}",
                            "Added {\"id\":" + (100 + megabytes) + ",\"v\":\"2026-03-03\"}")
                    .doesNotHaveDuplicates();
            assertThat(told(bridge, "one").subList(all, all + 1))
                    .containsExactly("Removed {\"id\":2,\"deleted\":true}");
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBackfillThatReadsItIsPausedWithItAndGoesOnAfterwards(Dbms dbms) throws Exception {
        var rows = 9_000; // some chunks
        var left = new AtomicInteger(1);
        try (var bridge = new TestBridge(dbms, "paused_backfill", folder, "one", "two")) {
            config(bridge, "park");
            bridge.parks = true;
            bridge.backfill = true;
            bridge.hub = hub -> new BackfillTest.Gate(hub, left, new AtomicBoolean());
            // So that Debezium, too, waits for the hub.
            bridge.limits = new RunSettings.Limits(RunSettings.Limits.DEFAULT.transaction(), 100_000, 500);
            bridge.store =
                    new BridgeStore.Settings(bridge.store.jdbcUrl(), "", "", FaultSeal.of(folder.resolve("fault.key")));
            reads(bridge, "{column: v, as: integer}");
            bridge.sql("INSERT INTO one SELECT g, '20260101' FROM " + bridge.series(1, rows));
            bridge.start();
            Await.until("the backfill reads", () -> bridge.progress().backfillRows() > 0 && left.get() == 0);
            bridge.sql(
                    "ALTER TABLE one" + (dbms == Dbms.MARIADB ? " MODIFY v DATE" : " ALTER v TYPE date USING v::date"));
            bridge.sql("INSERT INTO one VALUES (0, '2026-02-02')");
            bridge.sql("INSERT INTO two VALUES (1, '1')");
            left.set(Integer.MAX_VALUE);
            Await.until("others pass", () -> told(bridge, "two").size() == 1);
            assertThat(bridge.progress().pausedTables()).hasSize(1);
            assertThat(bridge.run().backfills()).extracting(Backfill::word).containsExactly("paused");
            bridge.stop();

            reads(bridge, "v");
            try (var store = BridgeStore.open(
                    bridge.store, bridge.name, "test", Duration.ofSeconds(30), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                String group;
                try (var session = store.session()) {
                    group = session.faults().groups().first();
                }
                try (var hub = bridge.kafkaHub()) {
                    assertThat(new Resubmission(store, bridge.mapper)
                                    .send(group, false, "", hub, null, _ -> {})
                                    .refusal())
                            .isNull();
                }
                new BackfillDesk(BackfillDesk.Kind.BACKFILL, store.backfills(), List.of(), InstantSource.system())
                        .answer(new BackfillDesk.Request(BackfillDesk.Ask.RESUME, List.of()));
            }
            bridge.start();
            Await.until(
                    "the backfill is done",
                    () -> bridge.run().backfills().getFirst().word().equals("done"));
            Await.until(
                    "every row is told",
                    () -> bridge.events().stream()
                                    .map(ConsumerRecord::key)
                                    .filter(key -> key.startsWith("one/"))
                                    .distinct()
                                    .count()
                            == rows + 1);
        }
    }

    private static String group(Path config) {
        var listed = Printed.of("events", "faults", "ls", "--config", config.toString());
        return listed.out()
                .lines()
                .filter(line -> line.contains(" parked "))
                .findFirst()
                .orElseThrow()
                .substring(0, 8);
    }

    /** The bytes of all files: store, lake and logs. */
    private static String everything(Path folder) throws Exception {
        var text = new StringBuilder();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }
}
