package dev.banyan.bridge.run;

import static dev.banyan.bridge.run.MariaDbPreflightTest.assertRefused;
import static dev.banyan.bridge.run.MariaDbPreflightTest.deleteLog;
import static dev.banyan.bridge.run.MariaDbPreflightTest.resync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the bridge can only find in MariaDB's log when it meets it: it stops there, says what it is, and skips nothing. */
class MariaDbRefusalsTest {

    @TempDir
    Path folder;

    @Test
    void stopsAtASecondDomainAndGoesOnWhenItIsForgotten() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "domains", folder, "one").start()) {
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            bridge.awaitEqual();
            bridge.sql("SET STATEMENT gtid_domain_id = 7 FOR INSERT INTO one VALUES (2, 'of another domain')");
            bridge.sql("INSERT INTO one VALUES (3, 'c')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("transaction 7-1-", "the log has several GTID domains", "Nothing was skipped");
            assertThat(bridge.fold()).containsOnlyKeys("one/1");
            assertRefused(bridge, "the log has several GTID domains: ", "7-1-", "DELETE_DOMAIN_ID");
            deleteLog(bridge);
            bridge.sql("FLUSH BINARY LOGS DELETE_DOMAIN_ID = (7)");
            deleteLog(bridge);
            assertRefused(bridge, "the log begins after ", "resync");
            resync(bridge);
        }
    }

    @Test
    void numbersThatBeginAnewAreAGapAndAfterItANewEra() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "renumbered", folder, "one").start()) {
            bridge.sql("INSERT INTO one SELECT g, 'a' FROM " + bridge.series(1, 20));
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("RESET MASTER");
            bridge.sql("RENAME TABLE one TO away");
            assertRefused(bridge, "before our position", "resync");
            bridge.sql("RENAME TABLE away TO one");
            bridge.sql("INSERT INTO one VALUES (21, 'missed')");
            assertRefused(bridge, "before our position", "resync");
            for (var id = 22; id < 62; id++) {
                bridge.sql("INSERT INTO one VALUES (" + id + ", 'until it has passed our position')");
            }
            assertRefused(bridge, "before our position", "resync");
            resync(bridge);
            bridge.sql("INSERT INTO one VALUES (62, 'with a number of before')");
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
            var events = bridge.events();
            assertThat(TestBridge.header(events.getLast(), "ce_sequence")).startsWith("0100000000");
        }
    }

    @Test
    void aServerThatTakesItsPlaceBetweenTheCheckAndTheFirstRecordIsRefused() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "switched", folder, "one").start()) {
            bridge.sql("INSERT INTO one VALUES (1, 'before')");
            bridge.awaitEqual();
            bridge.stop();
            bridge.watcher = point -> {
                if (point == Point.CHECKED) {
                    bridge.sql("UPDATE " + bridge.source().heartbeatTable() + " SET server = 'another'");
                    bridge.sql("INSERT INTO one VALUES (2, 'of the other')");
                }
            };
            var before = bridge.data();
            bridge.launch();
            Await.until(
                    "it ends, or goes on with the other's",
                    () -> bridge.progress().state() == Progress.State.REFUSED
                            || bridge.data().size() > before.size());
            assertThat(bridge.data()).isEqualTo(before);
            assertThat(bridge.progress().reason()).contains("this is another database server: another");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", "ROLLBACK"})
    void stopsAtAnXaTransactionBecauseNobodyKnowsWhetherItWillBeCommitted(String end) throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "xa_" + end.toLowerCase(Locale.ROOT), folder, "one").start()) {
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                prepare(statement, "x", "(1, 'prepared')");
                statement.execute("XA " + end + " 'x'");
            }
            bridge.sql("INSERT INTO one VALUES (2, 'behind it')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("1 rows and no commit", "commit without XA, wait until XA RECOVER is empty, then resync")
                    .contains("Nothing was skipped");
            assertThat(bridge.data()).isEmpty();
            resync(bridge);
        }
    }

    @Test
    void anXaTransactionThatIsCommittedWithoutBeingPreparedIsAsAnyOther() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "xa_one_phase", folder, "one").start()) {
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                for (var sql : List.of(
                        "XA START 'x'",
                        "INSERT INTO one VALUES (1, 'a')",
                        "XA END 'x'",
                        "XA COMMIT 'x' ONE PHASE",
                        "XA START 'y'",
                        "INSERT INTO one VALUES (2, 'never')",
                        "XA END 'y'",
                        "XA ROLLBACK 'y'")) {
                    statement.execute(sql);
                }
            }
            bridge.sql("INSERT INTO one VALUES (3, 'b')");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsOnlyKeys("one/1", "one/3");
        }
    }

    @Test
    void stopsAtAMappedTableThatIsReplacedBecauseItsColumnsAreNotKnown() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "replaced", folder, "one").start()) {
            bridge.sql("INSERT INTO one VALUES (1, 'before')");
            bridge.awaitEqual();
            bridge.sql("CREATE OR REPLACE TABLE one_other (id INT PRIMARY KEY)");
            bridge.sql("CREATE OR REPLACE TABLE `one` (v VARCHAR(40), id BIGINT PRIMARY KEY)");
            bridge.sql("INSERT INTO one VALUES ('behind it', 2)");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("table replaced_m.one: CREATE OR REPLACE TABLE", "resync begins behind it");
            assertThat(bridge.fold()).containsOnlyKeys("one/1");
            resync(bridge);

            var before = bridge.data();
            bridge.sql("CREATE TABLE copy LIKE one");
            bridge.sql("ALTER TABLE copy MODIFY id BIGINT FIRST, ADD w VARCHAR(40) AFTER id");
            bridge.sql("RENAME TABLE one TO one_old, copy TO one");
            bridge.sql("INSERT INTO one VALUES (3, 'of another column', 'c')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason()).contains("table replaced_m.one: made from replaced_m.copy");
            assertThat(bridge.data()).isEqualTo(before);
            bridge.sql("ALTER TABLE one MODIFY v VARCHAR(40) AFTER id, DROP w"); // as a test's table is
            resync(bridge);

            bridge.sql("RENAME TABLE one TO one_new, one_old TO one"); // which was there before the bridge began
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason()).contains("table replaced_m.one: made from replaced_m.one_old");
            resync(bridge);

            before = bridge.data();
            bridge.sql("ALTER DATABASE replaced_m CHARACTER SET latin1");
            WholeTransactionsTest.commit(
                    bridge,
                    "DROP TABLE one",
                    "CREATE TABLE one (id BIGINT PRIMARY KEY, v VARCHAR(40))",
                    "INSERT INTO one VALUES (4, 'M\u00fcller')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("table replaced_m.one: column v in the character set utf8mb4", "(expected: latin1");
            assertThat(bridge.data()).isEqualTo(before);
            assertRefused(bridge, "table replaced_m.one: column v in the character set utf8mb4");
            bridge.sql("ALTER TABLE one CONVERT TO CHARACTER SET utf8mb4"); // which the log's rows do not know of
            assertRefused(bridge, "table replaced_m.one: column v in the character set utf8mb4");
        }
    }

    /** Nothing else would: where the bridge asks the server, its table is again as Debezium takes it for. */
    @Test
    void rowsThatTheLogNamesOtherwiseThanDebeziumReadsThemAreNotTold() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "named", folder, "one")) {
            bridge.sql("CREATE TABLE two (id BIGINT PRIMARY KEY, v INT NOT NULL, w TEXT)");
            bridge.tables = List.of("one", "two");
            bridge.start();
            bridge.sql("ALTER TABLE one MODIFY COLUMN IF EXISTS nowhere TEXT"); // is in the log, and did nothing
            bridge.sql("INSERT INTO one VALUES (1, 'before')");
            bridge.awaitEqual();
            bridge.stop();
            bridge.sql("ALTER TABLE one ADD w TEXT");
            bridge.sql("INSERT INTO one VALUES (2, 'v', 'w')");
            bridge.sql("ALTER TABLE one MODIFY v TEXT /*!40000 AFTER w */"); // Debezium passes over what is so marked
            bridge.sql("INSERT INTO one VALUES (3, 'w', 'v')");
            bridge.sql("ALTER TABLE one MODIFY v TEXT AFTER id");
            bridge.launch();
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains(
                            "table named_m.one: columns [id, v, w] by the log's statements (expected: [id, w, v], as its rows",
                            "resync begins behind it");
            assertThat(bridge.fold()).containsExactly(Map.entry("one/1", "before"), Map.entry("one/2", "v"));
            assertRefused(bridge, "table named_m.one: columns [id, v, w] by the log's statements");
            resync(bridge);
            bridge.stop();
            bridge.sql("ALTER TABLE two MODIFY v INT NOT NULL /*!40000 AFTER w */");
            bridge.sql("INSERT INTO two VALUES (1, 'of which Debezium makes no number', 5)");
            bridge.sql("ALTER TABLE two MODIFY v INT NOT NULL AFTER id");
            assertRefused(
                    bridge,
                    "table named_m.two: columns [id, v, w] by the log's statements (expected: [id, w, v], as its rows",
                    "Nothing was skipped");
        }
    }

    /** What is prepared already has its rows in the log of before, and only its commit comes. */
    @Test
    void theDoctorWarnsOfXaTransactionsBeforeTheBridgeMeetsOne() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "xa_doctor", folder, "one")) {
            var config = bridge.config().toString();
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                prepare(statement, "due", "(1, 'prepared')");
                assertThat(Printed.of("doctor", "--config", config).out())
                        .contains("FAIL XA: 1 transaction is prepared: due; ");
                statement.execute("XA COMMIT 'due'");
            }
            bridge.sql("SET GLOBAL slave_connections_needed_for_purge = 1, GLOBAL binlog_expire_logs_seconds = 604800,"
                    + " GLOBAL max_binlog_total_size = 1073741824, GLOBAL binlog_row_metadata = MINIMAL");
            try {
                assertThat(Printed.of("doctor", "--config", config).out())
                        .containsPattern("WARN XA: [0-9]+ transactions? prepared since the server started; ")
                        .contains("WARN slave_connections_needed_for_purge: 1: the log is kept for ever")
                        .contains("WARN max_binlog_total_size: 1024 MB: ")
                        .contains("WARN binlog_row_metadata: MINIMAL: rows have no names of columns in the log")
                        .doesNotContain("due");
                assertThat(Printed.of("plan", "--config", config).out())
                        .contains(
                                "= binlog_row_metadata: MINIMAL (better: FULL, with SET GLOBAL binlog_row_metadata = FULL");
            } finally {
                bridge.sql("SET GLOBAL slave_connections_needed_for_purge = 0, GLOBAL binlog_expire_logs_seconds = 0,"
                        + " GLOBAL max_binlog_total_size = 0, GLOBAL binlog_row_metadata = FULL");
            }
        }
    }

    private static void prepare(Statement statement, String name, String row) throws SQLException {
        for (var sql : List.of(
                "XA START '" + name + "'",
                "INSERT INTO one VALUES " + row,
                "XA END '" + name + "'",
                "XA PREPARE '" + name + "'")) {
            statement.execute(sql);
        }
    }

    /** The bridge would begin behind the rows, a backfill cannot see them yet, and their commit comes without them. */
    @Test
    void aFirstStartWaitsUntilNoXaTransactionIsPrepared() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "xa_first", folder, "one")) {
            bridge.backfill = true;
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                prepare(statement, "first", "(1, 'a')");
                bridge.launch();
                Await.until(
                        "it waits", () -> bridge.progress().reason().contains("XA transactions are prepared: first"));
                assertThat(bridge.progress().state()).isEqualTo(Progress.State.RESTARTING);
                statement.execute("XA COMMIT 'first'");
            }
            Await.until("it streams", () -> bridge.progress().state() == Progress.State.STREAMING);
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            bridge.awaitEqual();
            bridge.stop();
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                prepare(statement, "anew", "(3, 'c')");
                var resync = Printed.of("resync", "--config", bridge.config().toString());
                assertThat(resync.exitCode()).isNotZero();
                assertThat(resync.err())
                        .contains("XA transactions are prepared: anew (expected: none where the bridge begins");
                statement.execute("XA ROLLBACK 'anew'");
                assertThat(Printed.of("resync", "--config", bridge.config().toString())
                                .exitCode())
                        .isZero();
            }
        }
    }

    private static void insert(TestBridge bridge, String mode, String row) throws Exception {
        try (var connection = DriverManager.getConnection(
                        bridge.jdbcUrl() + "?sessionVariables=sql_mode='" + mode + "'", "admin", "admin");
                var statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + row);
        }
    }

    @Test
    void daysThatNoCalendarHasStopTheLogAndPauseABackfill() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "no_day", folder)) {
            bridge.sql("CREATE TABLE day (id BIGINT PRIMARY KEY, v DATE)");
            bridge.tables = List.of("day");
            bridge.sql("SET GLOBAL sql_mode = 'TRADITIONAL,ALLOW_INVALID_DATES'");
            try {
                assertRefused(
                        bridge, "table no_day_m.day: column v is date, and the server takes days that no calendar");
            } finally {
                bridge.sql("SET GLOBAL sql_mode = 'TRADITIONAL'");
            }
            bridge.start();
            insert(bridge, "ALLOW_INVALID_DATES", "day VALUES (1, '2024-02-31')");
            stopsAtADay(bridge);
            assertThat(Printed.of("resync", "--config", bridge.config().toString())
                            .exitCode())
                    .isZero();
            bridge.start();
            Await.until("the backfill pauses", () -> bridge.run().backfills().stream()
                    .anyMatch(each -> String.valueOf(each.failure())
                            .contains("no_day_m.day.v: a day that no calendar has (expected: a date)")));
            bridge.sql("UPDATE day SET v = '2024-02-29'"); // logs the old row, too
            stopsAtADay(bridge);
            resync(bridge);
        }
    }

    private static void stopsAtADay(TestBridge bridge) throws Exception {
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().reason())
                .contains("the log has a DATE or DATETIME that no calendar has", "Nothing was skipped");
    }

    @Test
    void zeroDatesAreRefusedOrNullAsTheConfigurationSays() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "zero", folder, "one")) {
            bridge.sql("CREATE TABLE day (id BIGINT PRIMARY KEY, v DATE)");
            bridge.sql("CREATE TABLE must (id BIGINT PRIMARY KEY, v DATETIME NOT NULL)");
            bridge.tables = List.of("day", "must");
            bridge.sql("SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'");
            try {
                assertRefused(
                        bridge, "table zero_m.day: column v is date and may be NULL, and a zero date reads as NULL");
            } finally {
                bridge.sql("SET GLOBAL sql_mode = 'TRADITIONAL'");
            }
            bridge.start();
            insert(bridge, "", "must VALUES (1, '0000-00-00')");
            Await.until("it stops", () -> bridge.progress().state() == Progress.State.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("zero_m.must.v: a zero date (expected: a date, or source.zeroDates: asNull)");
            bridge.zeroDatesAsNull = true;
            bridge.start();
            Await.until("it comes as NULL", () -> bridge.data().contains("c|must|1|null|"));
        }
    }
}
