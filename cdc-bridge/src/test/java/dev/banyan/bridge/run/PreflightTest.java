package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Bridge;
import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Position;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A start that would lose something is refused, with the reason and what to do, and nothing is sent. */
class PreflightTest {

    @TempDir
    Path folder;

    /** Streams one row, stops, and hands the bridge over. */
    private TestBridge stopped(String name) throws Exception {
        var bridge = new TestBridge(name, folder, "one", "two");
        bridge.start();
        bridge.sql("INSERT INTO one VALUES (1, 'a')");
        bridge.awaitEqual();
        bridge.stop();
        return bridge;
    }

    private static void assertRefused(TestBridge bridge, String... reasons) throws Exception {
        var before = bridge.data();
        bridge.launch();
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().state()).isEqualTo(Progress.State.REFUSED);
        assertThat(bridge.progress().reason()).contains(reasons);
        assertThat(bridge.data()).isEqualTo(before);
    }

    /** The cure the refusal names: events go on, and the backfill brings what was missed. Returns what it prints. */
    private static String resync(TestBridge bridge) throws Exception {
        bridge.sql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'slot_"
                + bridge.name + "'");
        var config = bridge.config();
        assertThat(printed(() -> bridge("plan", config))).contains("pg_create_logical_replication_slot");
        try (var connection = bridge.source().connect()) {
            SourcePlan.of(bridge.source(), connection).run(bridge.source(), connection);
        }
        assertThat(bridge("plan", config)).isZero();
        var resync = Printed.of("resync", "--config", config.toString());
        assertThat(resync.exitCode()).as(resync.err()).isZero();
        bridge.start();
        bridge.awaitEqual();
        return resync.out();
    }

    @Test
    void refusesWhenTheSlotIsGoneAndAResyncFindsWhatWasMissed() throws Exception {
        try (var bridge = stopped("gone")) {
            bridge.sql("SELECT pg_drop_replication_slot('slot_gone')");
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            assertRefused(bridge, "slot slot_gone is gone", "cdc-bridge resync --config FILE");
            assertThat(bridge("run", bridge.config())).isEqualTo(1);
            assertThat(bridge.text("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'slot_gone'"))
                    .as("it is not made anew behind the operator's back")
                    .isEqualTo("0");
            resync(bridge);
        }
    }

    /** A volume's snapshot is the same server on the same timeline: its positions come a second time. */
    @Test
    void afterAResyncNothingIsTakenForWhatCameBeforeTheLogWasSetBack() throws Exception {
        try (var bridge = stopped("setback")) {
            var folderOfLake = folder.resolve("lake");
            bridge.lake = new Lake.Settings(folderOfLake, "/test", 1 << 20, Duration.ofMinutes(15));
            try (var store = BridgeStore.open(
                            bridge.store, bridge.name, "test", Duration.ofSeconds(10), InstantSource.system());
                    var hub = bridge.kafkaHub();
                    var lake = Lake.open(bridge.lake, InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                var position = store.position().orElseThrow();
                var ahead = position.commitLsn() + (1L << 30);
                var reach = new HubPosition(store.storeId(), position.systemIdentifier(), position.timeline(), ahead);
                hub.open();
                hub.publish(List.of(), reach);
                lake.append(List.of(), reach);
                store.move(
                        new Position(reach.systemIdentifier(), reach.timeline(), ahead, OffsetRule.startingAt(ahead)));
            }
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            assertRefused(bridge, "the server's log ends at ", "before our position ", "it was restored");
            assertThat(resync(bridge)).contains("era 1 begins, and what comes has a higher sequence");
            Await.until("the lake has it, too", () -> {
                try (var files = Files.list(folderOfLake)) {
                    var log = files.filter(file -> file.toString().endsWith(".log"))
                            .findFirst()
                            .orElseThrow();
                    return Files.readString(log, StandardCharsets.ISO_8859_1).contains("|missed|");
                }
            });
        }
    }

    /** A supervisor starts the bridge again until the log has passed the place: in between is a gap that nobody sees. */
    @Test
    void aLogThatWasSetBackIsRefusedStillWhenItHasPassedOurPosition() throws Exception {
        try (var bridge = stopped("back")) {
            var end = "SELECT pg_current_wal_lsn() - '0/0'";
            var before = Long.parseLong(bridge.text(end)) + 100_000;
            try (var store = BridgeStore.open(
                    bridge.store, bridge.name, "test", Duration.ofSeconds(10), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                var position = store.position().orElseThrow();
                store.move(new Position(
                        position.systemIdentifier(), position.timeline(), before, OffsetRule.startingAt(before)));
            }
            assertRefused(bridge, "the server's log ends at ", "before our position ");
            Await.until("it has passed our position", () -> {
                bridge.sql("INSERT INTO two SELECT coalesce(max(id), 0) + 1, 'missed' FROM two");
                bridge.sql("SELECT pg_switch_wal()");
                return Long.parseLong(bridge.text(end)) > before;
            });
            assertRefused(bridge, "the server's log ends at ", "before our position ");
            assertThat(Printed.of("doctor", "--config", bridge.config().toString())
                            .out())
                    .contains("FAIL position: the server's log ends at ", "before our position ");
            assertThat(resync(bridge)).contains("era 1 begins");
        }
    }

    /** What lies between the new slot and the old place has numbers of before, however far the log is when the resync comes. */
    @Test
    void aLogThatWasSetBackAndHasPassedTheOldPlaceBeforeTheResyncBeginsAnEra() throws Exception {
        try (var bridge = stopped("passed")) {
            EraTest.anotherSlot(bridge);
            var end = "SELECT pg_current_wal_lsn() - '0/0'";
            var before = Long.parseLong(bridge.text(end)) + 1_000;
            try (var store = BridgeStore.open(
                    bridge.store, bridge.name, "test", Duration.ofSeconds(10), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                var position = store.position().orElseThrow();
                store.move(new Position(
                        position.systemIdentifier(), position.timeline(), before, OffsetRule.startingAt(before)));
            }
            bridge.sql("INSERT INTO two SELECT g, 'to pass it' FROM " + bridge.series(1, 100));
            assertThat(Long.parseLong(bridge.text(end))).isGreaterThan(before);
            var resync = Printed.of("resync", "--config", bridge.config().toString());
            assertThat(resync.out()).as(resync.err()).contains("era 1 begins");
        }
    }

    @Test
    void stopsAtWhatTheMappingHasNoAnswerForAndGoesOnThereWhenItIsMended() throws Exception {
        try (var bridge = stopped("unmapped")) {
            var mended = bridge.mapper;
            bridge.mapper = (transaction, images) -> {
                if (transaction.changes().toString().contains("poison")) {
                    throw new MappingFailed("public.one.v: poison (expected: a word)");
                }
                return mended.map(transaction, images);
            };
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            bridge.sql("INSERT INTO one VALUES (3, 'poison')");
            bridge.sql("INSERT INTO one VALUES (4, 'd')");
            bridge.launch();
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("public.one.v: poison (expected: a word)", "Mend the mapping", "nothing was skipped");
            assertThat(bridge.fold()).doesNotContainKeys("one/3", "one/4");
            bridge.mapper = mended;
            bridge.start();
            bridge.awaitEqual();
        }
    }

    @Test
    void refusesWhenTheSlotWasMadeAnew() throws Exception {
        try (var bridge = stopped("anew")) {
            bridge.sql("SELECT pg_drop_replication_slot('slot_anew')");
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            bridge.sql("SELECT pg_create_logical_replication_slot('slot_anew', 'pgoutput')");
            assertRefused(bridge, "ahead of our position", "made anew or moved by hand");
        }
    }

    @Test
    void refusesWhenTheSlotWasMovedAhead() throws Exception {
        try (var bridge = stopped("ahead")) {
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            bridge.sql("SELECT pg_replication_slot_advance('slot_ahead', pg_current_wal_lsn())");
            assertRefused(bridge, "ahead of our position", "made anew or moved by hand", "resync");
        }
    }

    @Test
    void refusesWhenPostgresqlHasRemovedTheLogTheSlotNeeds() throws Exception {
        try (var bridge = stopped("removed")) {
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            bridge.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
            try {
                bridge.sql("SELECT pg_reload_conf()");
                Await.until("the slot is lost", () -> {
                    bridge.sql("SELECT pg_switch_wal()");
                    bridge.sql("INSERT INTO two SELECT coalesce(max(id), 0) + 1, 'x' FROM two");
                    bridge.sql("CHECKPOINT");
                    return bridge.text("SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'slot_removed'")
                            .equals("lost");
                });
            } finally {
                bridge.sql("ALTER SYSTEM RESET max_slot_wal_keep_size");
                bridge.sql("SELECT pg_reload_conf()");
            }
            assertRefused(bridge, "slot slot_removed is lost", "wal_status lost", "resync");
        }
    }

    @Test
    void refusesWhenThePublicationLacksATableEvenWhereItMayAddIt() throws Exception {
        try (var bridge = stopped("lacking")) {
            bridge.sql("ALTER PUBLICATION pub_lacking DROP TABLE two");
            bridge.sql("INSERT INTO two VALUES (1, 'missed')");
            assertRefused(bridge, "publication pub_lacking lacks [public.two]", "resync");
            assertThat(printed(() -> bridge("plan", bridge.config())))
                    .contains("ALTER PUBLICATION pub_lacking ADD TABLE ONLY public.two");
            resync(bridge);
        }
    }

    @Test
    void refusesADatabaseItMayNotSetUpAndPrintsThePlan() throws Exception {
        try (var bridge = new TestBridge("byhand", folder, "one")) {
            bridge.manage = false;
            assertRefused(
                    bridge,
                    "the legacy database is not set up",
                    "ALTER TABLE public.one REPLICA IDENTITY FULL",
                    "CREATE PUBLICATION pub_byhand",
                    "pg_create_logical_replication_slot('slot_byhand'");
        }
    }

    @Test
    void aTableWithoutAKeyIsRefusedAndNeverPublished() throws Exception {
        try (var bridge = new TestBridge("keyless", folder, "one")) {
            bridge.sql("CREATE TABLE pay_log (id BIGINT, v TEXT)");
            bridge.sql("CREATE UNIQUE INDEX ON pay_log (id)"); // its column may be null
            var own = bridge.source();
            var tables = List.of(
                    own.tables().getFirst(),
                    new Source.Table(new TableId("public", "pay_log"), List.of("id", "v"), List.of("id")));
            var source =
                    new Source(own.jdbcUrl(), own.user(), own.password(), own.slot(), own.publication(), true, tables);
            try (var connection = source.connect()) {
                var verdict = Preflight.check(
                        source,
                        connection,
                        new Preflight.Stored(Optional.empty(), List.of(), Set.of()),
                        Preflight.Accepted.NONE);
                assertThat(verdict)
                        .isInstanceOfSatisfying(Preflight.Verdict.Refuse.class, refuse -> assertThat(refuse.todo())
                                .contains("table public.pay_log: no primary key"));
                assertThat(SourcePlan.of(source, connection).script())
                        .doesNotContain("public.pay_log,", "ONLY public.pay_log");
                SourcePlan.of(source, connection)
                        .run(source, connection); // an operator who runs what is there all the same
                assertThat(SourcePlan.of(source, connection).steps()).isEmpty();
            }
            assertThat(bridge.text("SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables"
                            + " WHERE pubname = 'pub_keyless'"))
                    .isEqualTo("one,signal");
            assertLegacyWrites(bridge, "one", "pay_log");
        }
    }

    @Test
    void aKeyThatTellsNoRowsApartIsRefused() throws Exception {
        try (var bridge = new TestBridge("keyed", folder)) {
            bridge.sql(
                    "CREATE TABLE ord (company INT, no INT, id INT NOT NULL, late INT UNIQUE DEFERRABLE, ref INT UNIQUE,"
                            + " PRIMARY KEY (company, no))");
            bridge.sql("CREATE UNIQUE INDEX ON ord (id) INCLUDE (no)");
            bridge.sql("CREATE UNIQUE INDEX ON ord (no) WHERE company = 1");
            bridge.sql(
                    "CREATE TABLE part (day DATE, no INT, id INT, PRIMARY KEY (day, no, id)) PARTITION BY RANGE (day)");
            bridge.sql(
                    "CREATE TABLE part_a PARTITION OF part FOR VALUES FROM (MINVALUE) TO (MAXVALUE) PARTITION BY HASH (no)");
            var shared =
                    ": rows may share it, and would be taken for one (expected: the columns of a unique key, such as [";
            assertThat(keyObstacles(bridge, "ord", List.of("company", "no"), "no"))
                    .containsExactly("table public.ord: key [no]" + shared + "company, no])");
            assertThat(keyObstacles(bridge, "ord", List.of("company", "no", "late"), "late"))
                    .containsExactly("table public.ord: key [late]" + shared + "company, no])");
            for (var key : List.of("id", "ref")) {
                assertThat(keyObstacles(bridge, "ord", List.of("company", "no", "id", "ref"), key))
                        .isEmpty();
            }
            assertThat(keyObstacles(bridge, "ord", List.of("company", "no"), "no", "company"))
                    .isEmpty();
            assertThat(keyObstacles(bridge, "ord", List.of("id", "no"), "id"))
                    .containsExactly(
                            "table public.ord: primary key [company, no] is not read (expected: a field for each of"
                                    + " its columns; a backfill leaves rows out without them)");
            assertThat(keyObstacles(bridge, "part", List.of("id", "day", "no"), "id"))
                    .isEmpty();
            bridge.sql("CREATE TABLE cut (no INT PRIMARY KEY, id INT) PARTITION BY RANGE (no)");
            assertThat(keyObstacles(bridge, "cut", List.of("no", "id"), "id"))
                    .containsExactly("table public.cut: key [id]" + shared + "no])");
            assertThat(keyObstacles(bridge, "part", List.of("id", "day", "no"), "no"))
                    .containsExactly("table public.part: key [no]" + shared + "day, no, id])");
        }
    }

    /** Each would go on as it is once the bridge has begun: then nothing is refused for it. */
    @Test
    void partitionsOfWhichTheLogWouldNotTellKeepABridgeFromBeginning() throws Exception {
        try (var bridge = new TestBridge("unlogged", folder)) {
            bridge.sql("CREATE TABLE part (id BIGINT NOT NULL UNIQUE, v TEXT) PARTITION BY RANGE (id)");
            bridge.sql("CREATE UNLOGGED TABLE part_a PARTITION OF part FOR VALUES FROM (0) TO (100)");
            bridge.tables = List.of("part");
            try (var connection = bridge.source().connect()) {
                var plan = SourcePlan.of(bridge.source(), connection);
                assertThat(plan.obstacles(Obstacle.From.BEGINNING))
                        .satisfiesExactly(
                                keyless -> assertThat(keyless)
                                        .startsWith("table public.part: has partitions and no primary key: "),
                                unlogged -> assertThat(unlogged)
                                        .startsWith("table public.part: public.part_a is UNLOGGED")
                                        .endsWith("ALTER TABLE public.part_a SET LOGGED)"));
                assertThat(plan.obstacles(Obstacle.From.GOING_ON)).isEmpty();
                assertThat(Preflight.check(
                                bridge.source(),
                                connection,
                                new Preflight.Stored(Optional.empty(), List.of(), Set.of()),
                                Preflight.Accepted.NONE))
                        .isInstanceOfSatisfying(Preflight.Verdict.Refuse.class, refuse -> assertThat(refuse.todo())
                                .contains("-- CANNOT BEGIN: table public.part: public.part_a is UNLOGGED"));
                bridge.sql("ALTER TABLE part_a SET LOGGED");
                bridge.sql("ALTER TABLE part DROP CONSTRAINT part_id_key, ADD PRIMARY KEY (id)");
                assertThat(SourcePlan.of(bridge.source(), connection).obstacles())
                        .isEmpty();
            }
        }
    }

    private static List<String> keyObstacles(TestBridge bridge, String table, List<String> columns, String... key)
            throws Exception {
        var own = bridge.source();
        var tables = List.of(new Source.Table(new TableId("public", table), columns, List.of(key)));
        var source = new Source(own.jdbcUrl(), own.user(), own.password(), own.slot(), own.publication(), true, tables);
        try (var connection = source.connect()) {
            return SourcePlan.of(source, connection).obstacles(Obstacle.From.GOING_ON);
        }
    }

    @Test
    void legacyWritesToEveryTableAfterSetUp() throws Exception {
        try (var bridge = new TestBridge("writes", folder, "one", "two")) {
            bridge.sql("CREATE TABLE other (id BIGINT, v TEXT)");
            bridge.sql("ALTER TABLE two DROP CONSTRAINT two_pkey");
            bridge.sql("CREATE UNIQUE INDEX ON two (id)");
            bridge.sql("ALTER TABLE two ALTER id SET NOT NULL");
            bridge.start();
            assertLegacyWrites(bridge, "one", "two", "other");
            bridge.sql("INSERT INTO two VALUES (4, 'd')");
            bridge.awaitEqual();
        }
    }

    private static void assertLegacyWrites(TestBridge bridge, String... tables) {
        for (var table : tables) {
            bridge.sql("INSERT INTO " + table + " VALUES (1, 'a')");
            bridge.sql("UPDATE " + table + " SET v = 'b', id = 2");
            bridge.sql("DELETE FROM " + table);
        }
    }

    private static int bridge(String command, Path config) {
        return new CommandLine(new Bridge()).execute(command, "--config", config.toString());
    }

    private static String printed(Callable<Integer> command) throws Exception {
        var out = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            command.call();
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
