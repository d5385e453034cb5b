package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.doctor.SourceChecks;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MariaDB's log may lack is found before anything is read; {@link MariaDbRefusalsTest} has what is only found when it is met. */
class MariaDbPreflightTest {

    @TempDir
    Path folder;

    private TestBridge stopped(String name) throws Exception {
        var bridge = new TestBridge(Dbms.MARIADB, name, folder, "one", "two");
        bridge.start();
        bridge.sql("INSERT INTO one VALUES (1, 'a')");
        bridge.awaitEqual();
        bridge.stop();
        return bridge;
    }

    static void assertRefused(TestBridge bridge, String... reasons) throws Exception {
        var before = bridge.data();
        bridge.launch();
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().reason()).contains(reasons);
        assertThat(bridge.data()).isEqualTo(before);
    }

    static void resync(TestBridge bridge) throws Exception {
        assertThat(Printed.of("resync", "--config", bridge.config().toString()).exitCode())
                .isZero();
        bridge.start();
        bridge.awaitEqual();
    }

    /** Deletes every file of the log but the newest; MariaDB keeps those it may need after a crash for a moment. */
    static void deleteLog(TestBridge bridge) throws Exception {
        bridge.sql("SET GLOBAL slave_connections_needed_for_purge = 0");
        bridge.sql("FLUSH BINARY LOGS");
        bridge.sql("FLUSH BINARY LOGS");
        Await.until("the old files are deleted", () -> {
            bridge.sql("PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY");
            try (var connection = bridge.connect();
                    var statement = connection.createStatement();
                    var files = statement.executeQuery("SHOW BINARY LOGS")) {
                return files.next() && !files.next();
            }
        });
    }

    @Test
    void refusesWhenTheLogIsDeletedAndAResyncFindsWhatWasMissed() throws Exception {
        try (var bridge = stopped("deleted")) {
            bridge.sql("INSERT INTO one VALUES (2, 'missed')");
            deleteLog(bridge);
            assertRefused(bridge, "the log begins after ", "what lies between has been deleted", "cdc-bridge resync");
            resync(bridge);
        }
    }

    @Test
    void goesOnWhenOnlyWhatItHasReadIsDeleted() throws Exception {
        try (var bridge = stopped("read")) {
            bridge.start();
            deleteLog(bridge);
            bridge.stop();
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            bridge.start();
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
            bridge.stop();
            whatLosesNothingIsNoGap(bridge);
        }
    }

    private static void whatLosesNothingIsNoGap(TestBridge bridge) throws Exception {
        bridge.sql("SET GLOBAL binlog_expire_logs_seconds = 3600");
        try {
            assertRefused(bridge, "the legacy database is not set up", "binlog_expire_logs_seconds: 3600");
            assertThat(bridge.progress().reason()).doesNotContain("resync");
        } finally {
            bridge.sql("SET GLOBAL binlog_expire_logs_seconds = 0");
        }
        bridge.sql("SET GLOBAL read_only = ON");
        try {
            bridge.launch();
            Await.until(
                    "it waits for the server to be written to again",
                    () -> bridge.progress().reason().contains("read_only: ON"));
            assertThat(bridge.progress().state()).isEqualTo(Progress.State.RESTARTING);
        } finally {
            bridge.sql("SET GLOBAL read_only = OFF");
        }
        Await.until("it streams", () -> bridge.progress().state() == Progress.State.STREAMING);
    }

    @Test
    void refusesATableThatItDidNotReadBeforeAndAFailOver() throws Exception {
        try (var bridge = stopped("changed")) {
            bridge.sql("CREATE TABLE three (id BIGINT PRIMARY KEY, v TEXT)");
            var tables = bridge.tables;
            bridge.tables = List.of("one", "two", "three");
            assertRefused(bridge, "the mapping reads [changed_m.three]", "resync");
            bridge.tables = tables;
            bridge.sql("SET GLOBAL server_id = 2");
            try {
                bridge.sql("INSERT INTO one VALUES (2, 'by the new one')");
                assertRefused(bridge, "failed over: server_id 2 (expected: 1", "resync");
                resync(bridge);
            } finally {
                bridge.sql("SET GLOBAL server_id = 1");
            }
        }
    }

    /** Its rows come through the log all right, and only a backfill does not read it. */
    @Test
    void aNameThatKeepsFromBeginningIsWarnedOfAndHidesNothingElse() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "blanks", folder, "one");
                var connection = bridge.source().connect()) {
            var unbegun = new Preflight.Stored(Optional.empty(), List.of(), Set.of());
            var first = (Preflight.Verdict.Go)
                    Preflight.check(bridge.source(), connection, unbegun, Preflight.Accepted.NONE);
            bridge.sql("CREATE TABLE `order items` (id BIGINT PRIMARY KEY, v TEXT)");
            var source = bridge.source(List.of("one", "order items"));
            var begun = new Preflight.Stored(Optional.of(first.position()), List.of(), Set.of());
            assertThat(Preflight.check(source, connection, begun, Preflight.Accepted.NONE))
                    .isInstanceOfSatisfying(Preflight.Verdict.Go.class, go -> assertThat(go.warnings())
                            .singleElement()
                            .asString()
                            .startsWith("table blanks_m.order items: a name with a blank"));
            var stored = new SourceChecks.Stored(true, Optional.of(first.position()), Set.of(), "");
            assertThat(SourceChecks.of(source, connection, stored))
                    .extracting(finding -> finding.level() + " " + finding.what())
                    .contains("WARN table blanks_m.order items", "OK set-up", "OK position");
            assertThat(SourceChecks.of(
                            source, connection, new SourceChecks.Stored(true, Optional.empty(), Set.of(), "")))
                    .extracting(finding -> finding.level() + " " + finding.what())
                    .contains("FAIL table blanks_m.order items");
        }
    }

    @Test
    void refusesAColumnThatDoesNotArriveAsItIsWithoutCallingItAGap() throws Exception {
        try (var bridge = stopped("retyped")) {
            bridge.sql("ALTER TABLE one MODIFY v TEXT CHARACTER SET koi8u");
            assertRefused(
                    bridge,
                    "the mapping does not fit its columns",
                    "table retyped_m.one: column v is in the character set koi8u");
            bridge.sql("ALTER TABLE one MODIFY v TEXT");
            bridge.start();
        }
    }

    @Test
    void refusesAServerWhoseLogWouldNotDoAndTablesThatItDoesNotTellWhole() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "unfit", folder, "one")) {
            for (var sql : List.of(
                    "CREATE TABLE keyless (id BIGINT, v TEXT)",
                    "CREATE TABLE crashing (id BIGINT PRIMARY KEY, v TEXT) ENGINE = MyISAM",
                    "CREATE TABLE child (id BIGINT PRIMARY KEY, v BIGINT, FOREIGN KEY (v) REFERENCES one (id) ON DELETE CASCADE)",
                    "CREATE TABLE typed (id BIGINT PRIMARY KEY, v UUID)",
                    "CREATE TABLE addresses (id BIGINT PRIMARY KEY, v TEXT, address INET6)",
                    "CREATE TABLE bits (id BIGINT PRIMARY KEY, v BIT(9))",
                    "CREATE TABLE spots (id BIGINT PRIMARY KEY, v POINT)",
                    "CREATE TABLE measured (id BIGINT PRIMARY KEY, v FLOAT)",
                    "CREATE TABLE packed (id BIGINT PRIMARY KEY, v VARCHAR(99) COMPRESSED)",
                    "CREATE TABLE hosts (id BIGINT PRIMARY KEY, v INET4)",
                    "CREATE TABLE letters (id BIGINT PRIMARY KEY, v VARCHAR(9) CHARACTER SET koi8u)",
                    "CREATE TABLE choices (id BIGINT PRIMARY KEY, v ENUM('a', 'b,c'))",
                    "CREATE VIEW seen AS SELECT * FROM one")) {
                bridge.sql(sql);
            }
            bridge.tables = List.of(
                    "one",
                    "keyless",
                    "crashing",
                    "child",
                    "typed",
                    "addresses",
                    "bits",
                    "spots",
                    "measured",
                    "packed",
                    "hosts",
                    "letters",
                    "choices",
                    "seen",
                    "nowhere");
            assertRefused(
                    bridge,
                    "the legacy database is not set up",
                    "table unfit_m.keyless: no primary key",
                    "table unfit_m.crashing: engine MyISAM (expected: InnoDB",
                    "table unfit_m.child: foreign key child_ibfk_1, ON DELETE CASCADE",
                    "table unfit_m.typed: column v is uuid",
                    "table unfit_m.addresses: Debezium cannot read how it is made, line 4: `address` inet6",
                    "table unfit_m.bits: column v is bit(9)",
                    "table unfit_m.spots: column v is point",
                    "table unfit_m.measured: column v is float",
                    "table unfit_m.letters: column v is in the character set koi8u",
                    "table unfit_m.choices: column v is enum('a','b,c') (expected: options without comma",
                    "table unfit_m.packed: column v is varchar(99) /*M!100301 COMPRESSED*/",
                    "table unfit_m.hosts: Debezium cannot read how it is made, line 3: `v` inet4",
                    "table unfit_m.seen: view",
                    "table unfit_m.nowhere: not there");
            bridge.tables = List.of("one");
            bridge.sql(
                    "SET GLOBAL binlog_format = 'MIXED', GLOBAL binlog_row_image = 'MINIMAL',"
                            + " GLOBAL gtid_strict_mode = OFF, GLOBAL binlog_expire_logs_seconds = 3600, GLOBAL log_bin_compress = ON");
            try {
                assertRefused(
                        bridge,
                        "binlog_format: MIXED (expected: ROW",
                        "binlog_row_image: MINIMAL (expected: FULL",
                        "gtid_strict_mode: OFF (expected: ON",
                        "binlog_expire_logs_seconds: 3600 (expected: 0, or at least 86400",
                        "log_bin_compress: ON (expected: OFF");
            } finally {
                bridge.sql(
                        "SET GLOBAL binlog_format = 'ROW', GLOBAL binlog_row_image = 'FULL',"
                                + " GLOBAL gtid_strict_mode = ON, GLOBAL binlog_expire_logs_seconds = 0, GLOBAL log_bin_compress = OFF");
            }
            bridge.start();
            bridge.sql("SET GLOBAL gtid_strict_mode = OFF");
            try {
                assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
                assertThat(bridge.progress().reason())
                        .contains("the legacy database is not set up", "gtid_strict_mode: OFF (expected: ON")
                        .doesNotContain("resync");
            } finally {
                bridge.sql("SET GLOBAL gtid_strict_mode = ON");
            }
            bridge.start(); // nothing is missing for that
            bridge.sql("SET GLOBAL log_bin_compress = ON");
            try {
                assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
                assertThat(bridge.progress().reason())
                        .contains("may lack something", "log_bin_compress: ON (expected: OFF");
            } finally {
                bridge.sql("SET GLOBAL log_bin_compress = OFF");
            }
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            assertRefused(bridge, "may lack something", "log_bin_compress: ON (expected: OFF", "resync");
            resync(bridge);
            assertThat(TestBridge.header(bridge.events().getLast(), "ce_sequence"))
                    .startsWith("0000");
            bridge.stop();
            bridge.sql("SET GLOBAL log_bin_compress = ON");
            try {
                assertThat(remembered(bridge, "another")).isEmpty();
                assertThat(remembered(bridge, "")).singleElement().asString().contains("log_bin_compress: ON");
                assertRefused(bridge, "may lack something", "log_bin_compress: ON (expected: OFF");
            } finally {
                bridge.sql("SET GLOBAL log_bin_compress = OFF");
            }
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            assertRefused(bridge, "may lack something", "log_bin_compress: ON (expected: OFF", "resync");
        }
    }

    /** What a look at the server makes a bridge remember that began on {@code other} data than its; it is told of it either way. */
    private static List<String> remembered(TestBridge bridge, String other) throws Exception {
        var remembered = new ArrayList<String>();
        try (var connection = bridge.source().connect();
                var statement = connection.createStatement();
                var found = statement.executeQuery("SELECT CONCAT(server, '" + other + "'), @@GLOBAL.server_id FROM "
                        + bridge.source().heartbeatTable())) {
            found.next();
            var begun = new Position(found.getString(1), found.getInt(2), 9, Map.of());
            var server = new CheckedServer(bridge.source(), begun, Set.of(), Set.of(), _ -> {}, remembered::add);
            assertThat(server.unpublished(connection)).isPresent();
        }
        return remembered;
    }

    @Test
    void keysThatTellNoRowsApartOrLoseABackfillItsWayAreRefused() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "keyed", folder)) {
            for (var sql : List.of(
                    "CREATE TABLE ord (company INT, no INT, id INT NOT NULL, UNIQUE (id), PRIMARY KEY (company, no))",
                    "CREATE TABLE part (day DATE, no INT, PRIMARY KEY (day, no)) PARTITION BY RANGE COLUMNS (day)"
                            + " (PARTITION p VALUES LESS THAN (MAXVALUE))",
                    "CREATE TABLE kinds (kind ENUM('regular', 'extra'), no INT, PRIMARY KEY (no, kind))",
                    "CREATE TABLE sorted (kind ENUM('Extra', 'regular'), no INT, PRIMARY KEY (no, kind))",
                    "CREATE TABLE flags (kind SET('a', 'b'), no INT, PRIMARY KEY (no, kind))")) {
                bridge.sql(sql);
            }
            var shared =
                    "rows may share it, and would be taken for one (expected: the columns of a unique key, such as [";
            assertThat(keyObstacles(bridge, "ord", List.of("company", "no"), "no"))
                    .containsExactly("table keyed_m.ord: key [no]: " + shared + "company, no])");
            assertThat(keyObstacles(bridge, "ord", List.of("company", "no"), "no", "company"))
                    .isEmpty();
            assertThat(keyObstacles(bridge, "ord", List.of("id", "company", "no"), "id"))
                    .isEmpty();
            assertThat(keyObstacles(bridge, "ord", List.of("id", "no"), "id"))
                    .containsExactly(
                            "table keyed_m.ord: primary key [company, no] is not read (expected: a field for each"
                                    + " of its columns; a backfill leaves rows out without them)");
            assertThat(keyObstacles(bridge, "part", List.of("no", "day"), "no")).isEmpty();
            assertThat(keyObstacles(bridge, "part", List.of("no", "day"), "day"))
                    .containsExactly("table keyed_m.part: key [day]: " + shared + "day, no])");
            assertThat(keyObstacles(bridge, "kinds", List.of("no", "kind"), "no", "kind"))
                    .singleElement()
                    .asString()
                    .startsWith("table keyed_m.kinds: column kind of its primary key is enum('regular','extra')"
                            + " (expected: an ENUM with its options in alphabetical order");
            assertThat(keyObstacles(bridge, "sorted", List.of("no", "kind"), "no", "kind"))
                    .isEmpty();
            assertThat(keyObstacles(bridge, "flags", List.of("no", "kind"), "no", "kind"))
                    .singleElement()
                    .asString()
                    .startsWith("table keyed_m.flags: column kind of its primary key is set('a','b')");
            assertThat(obstacles(
                            bridge,
                            new Source.Table(
                                    new TableId("information_schema", "tables"), List.of("engine"), List.of("engine"))))
                    .containsExactly(
                            "table information_schema.tables: called information_schema.TABLES (expected: in the"
                                    + " mapping as the server calls it, which is how the log does)");
        }
    }

    private static List<String> keyObstacles(TestBridge bridge, String table, List<String> columns, String... key)
            throws Exception {
        return obstacles(bridge, new Source.Table(new TableId(bridge.schema(), table), columns, List.of(key)));
    }

    private static List<String> obstacles(TestBridge bridge, Source.Table table) throws Exception {
        var own = bridge.source();
        var source = new Source(
                own.jdbcUrl(), own.user(), own.password(), own.slot(), own.publication(), true, List.of(table));
        try (var connection = source.connect()) {
            return SourcePlan.of(source, connection).obstacles(Obstacle.From.GOING_ON);
        }
    }

    @Test
    void aServerThatAppliesWhatAnotherOneWritesIsRefusedUnlessItsLastTransactionIsItsOwn() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "replica", folder, "one")) {
            bridge.sql("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_USER = 'nobody'");
            bridge.sql("START SLAVE SQL_THREAD");
            try {
                var table = new Source.Table(new TableId(bridge.schema(), "one"), List.of("id", "v"), List.of("id"));
                assertThat(obstacles(bridge, table)).isEmpty();
                bridge.sql("SET GLOBAL server_id = 2");
                assertThat(obstacles(bridge, table))
                        .singleElement()
                        .asString()
                        .startsWith("Slaves_running: 1, and its last transaction is another server's (expected: ");
            } finally {
                bridge.sql("SET GLOBAL server_id = 1");
                bridge.sql("STOP SLAVE");
                bridge.sql("RESET SLAVE ALL");
            }
        }
    }

    @Test
    void printsWhatAUserOfLittleRightsNeedsAndRunsOnThat() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "byhand", folder, "one")) {
            bridge.sql("CREATE USER little@'%' IDENTIFIED BY 'little'");
            bridge.sql("CREATE TABLE two (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("GRANT SELECT ON byhand_m.two TO little@'%'"); // else he cannot connect to the database
            bridge.user = "little";
            bridge.manage = false;
            assertThat(runs(bridge))
                    .contains(
                            "GRANT REPLICATION SLAVE ON *.* TO `little`@`%`",
                            "GRANT BINLOG MONITOR ON *.* TO `little`@`%`",
                            "GRANT SELECT ON `byhand_m`.`one` TO `little`@`%`",
                            "CREATE DATABASE IF NOT EXISTS `banyan_byhand_m`");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            var explained = Printed.of("explain", "--config", bridge.config().toString());
            assertThat(explained.out())
                    .as(explained.err())
                    .contains("one/2: Added", "1 transactions from GTID sequence ");
            var doctor = Printed.of("doctor", "--config", bridge.config().toString());
            assertThat(doctor.out())
                    .contains(
                            "OK   set-up: log, rights",
                            "OK   log: kept until",
                            "OK   columns: 2 fields fit",
                            "OK   position: GTID");
            assertThat(doctor.exitCode()).as(doctor.out()).isZero();
        }
    }

    /** Runs the plan as somebody who may, again and again, since a user sees only what it has rights to; returns every statement. */
    private static String runs(TestBridge bridge) throws Exception {
        var statements = new StringBuilder();
        while (true) {
            SourcePlan plan;
            try (var connection = bridge.source().connect()) {
                plan = SourcePlan.of(bridge.source(), connection);
            }
            if (plan.isEmpty()) {
                return statements.toString();
            }
            assertThat(plan.obstacles(Obstacle.From.GOING_ON)).isEmpty();
            for (var step : plan.steps()) {
                statements.append(step.sql()).append('\n');
                bridge.sql(step.sql());
            }
        }
    }

    @Test
    void aMappingIsGuessedFromASchemaAndFitsIt() throws Exception {
        var url = Servers.mariadb().createDatabase("billing");
        for (var sql : List.of(
                "CREATE TABLE customer (customer_id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, login_nm VARCHAR(30), news_yn CHAR(1),"
                        + " reg_ts DATETIME NOT NULL, kind ENUM('private', 'trade'), score FLOAT,"
                        + " old_nm VARCHAR(9) CHARACTER SET koi8u, choice ENUM('a', 'b,c'), tok UUID)",
                "CREATE TABLE device (id UUID PRIMARY KEY)",
                "CREATE TABLE invoice (inv_no BIGINT UNSIGNED PRIMARY KEY, customer_id INT UNSIGNED, sts CHAR(1) NOT NULL, tax_amt DECIMAL(12,2),"
                        + " sent_at TIMESTAMP NULL, tall TIME, due_dt INT NOT NULL, odd_dt INT, tot_cents INT NOT NULL, FOREIGN KEY (customer_id) REFERENCES customer (customer_id))",
                "CREATE TABLE invoice_line (inv_no BIGINT UNSIGNED, pos SMALLINT, qty INT, PRIMARY KEY (inv_no, pos),"
                        + " FOREIGN KEY (inv_no) REFERENCES invoice (inv_no))",
                "CREATE TABLE note (id INT PRIMARY KEY, inv_no BIGINT UNSIGNED, FOREIGN KEY (inv_no) REFERENCES invoice (inv_no)"
                        + " ON DELETE CASCADE)",
                "CREATE TABLE audit_log (line TEXT)",
                "INSERT INTO customer VALUES (1, 'ada', 'Y', NOW(), 'trade', 1, NULL, 'a', NULL), (2, 'bob', 'N', NOW(), 'private', 2, NULL, 'a', NULL)",
                "INSERT INTO invoice VALUES (7, 1, 'N', 3.20, NOW(), '01:00:00', 20240131, 20241331, 199), (8, 1, 'P', 3.20, NULL, NULL, 0, 0, 1)")) {
            Servers.mariadb().execute("billing", sql);
        }
        var init = Printed.of("init", "--jdbc", url, "--user", "admin", "--password=admin", "--out", folder.toString());
        assertThat(init.exitCode()).as(init.err()).isZero();
        assertThat(init.out())
                .contains(
                        "2 aggregates",
                        "device: its key column id has the type MariaDB's uuid",
                        "audit_log: no primary key",
                        "note: foreign key",
                        "ON DELETE CASCADE");
        assertThat(Files.readString(folder.resolve("mapping.yaml")))
                .contains(
                        "schema: billing",
                        "N: ",
                        "P: ",
                        "as: localTimestamp",
                        "as: timestamp",
                        "as: decimal, scale: 2",
                        "newsYn: {column: news_yn, as: flag} # a flag by its values",
                        "dueDt: {column: due_dt, as: yyyymmdd} # every number found is a day",
                        "oddDt: {column: odd_dt, as: integer} # a day as a number?",
                        "totCents: {column: tot_cents, as: cents} # by its name",
                        "notNull: [sts, due_dt, tot_cents] #",
                        "score: the language has no type for float",
                        "old_nm: the language has no type for varchar(9) in the character set koi8u",
                        "choice: the language has no type for enum('a','b,c')",
                        "tok: the language has no type for MariaDB's uuid")
                .doesNotContain("notNull: [reg_ts");
        var config = Files.readString(folder.resolve("bridge.yaml"));
        Files.writeString(
                folder.resolve("bridge.yaml"),
                config.replace("127.0.0.1:9092", Servers.kafka().bootstrapServers())
                        .replace("manage: false", "manage: true"));
        var doctor =
                Printed.of("doctor", "--config", folder.resolve("bridge.yaml").toString());
        assertThat(doctor.out()).contains("OK   columns: ").doesNotContain("FAIL table", "FAIL billing");
    }

    @Test
    void aSourceOfMariaDbHasItsOwnDatabaseForTheBridge() {
        var source = new Source("jdbc:mariadb://h/shop", "u", "", "banyan_shop", "", true, List.of());
        assertThat(source.signalTable()).isEqualTo(new TableId("banyan_shop", "signal"));
        assertThat(source.database().port()).isEqualTo(3306);
        assertThat(source.replica().serverId()).isBetween(1L << 30, (1L << 31) - 1);
    }
}
