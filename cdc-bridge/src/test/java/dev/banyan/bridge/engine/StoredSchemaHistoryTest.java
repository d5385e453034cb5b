package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import io.debezium.config.Configuration;
import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.connector.mariadb.charset.MariaDbCharsetRegistry;
import io.debezium.connector.mariadb.gtid.MariaDbGtidSetFactory;
import io.debezium.connector.mariadb.history.MariaDbHistoryRecordComparator;
import io.debezium.relational.Tables;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.SchemaHistoryListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With Debezium's own parser, as it calls its history behind each statement. */
class StoredSchemaHistoryTest {

    private static final MariaDbCharsetRegistry CHARACTER_SETS = new MariaDbCharsetRegistry();

    private final List<String> kept = new ArrayList<>();
    private final Tables tables = new Tables();
    private final MariaDbAntlrDdlParser parser =
            new MariaDbAntlrDdlParser(true, false, false, Tables.TableFilter.includeAll(), CHARACTER_SETS);
    private final StoredSchemaHistory history = new StoredSchemaHistory();

    /** What the server would say, where it differs from what the statements make. */
    private Optional<SchemaLog.Made> made = Optional.empty();

    private final List<String> doubts = new ArrayList<>();
    private final List<Set<TableId>> asked = new ArrayList<>();
    private Set<TableId> mapped = Set.of(new TableId("shop", "orders"));

    /** Of the next statement: the number of the GTID before it. */
    private long number = 7;

    private final SchemaLog log = new SchemaLog() {
        @Override
        public List<String> changes() {
            return kept;
        }

        @Override
        public Map<TableId, Made> made(Set<TableId> tables) {
            asked.add(tables);
            return tables.stream()
                    .filter(table -> made.filter(found -> found.statement().contains(" " + table.name() + " "))
                            .isPresent())
                    .collect(Collectors.toMap(table -> table, _ -> made.orElseThrow()));
        }

        @Override
        public boolean isRead(TableId table, String column) {
            return !column.equals("unread");
        }

        @Override
        public void doubts(List<Doubt> all) {
            doubts.clear();
            all.forEach(doubt -> doubts.add(doubt.since() + "-" + doubt.made().logEndsAt() + " " + doubt.why()));
        }

        @Override
        public void append(String change) {
            kept.add(change);
        }

        @Override
        public Set<TableId> mapped() {
            return mapped;
        }

        @Override
        public boolean isFollowed(TableId table) {
            return table.name().contains("orders");
        }
    };

    @BeforeEach
    void begin() throws InterruptedException {
        parse("CREATE TABLE orders (id INT PRIMARY KEY, a VARCHAR(9), b VARCHAR(9)) DEFAULT CHARSET=utf8mb4");
        StoredSchemaHistory.register("test", log);
        var config =
                Configuration.create().with(StoredSchemaHistory.SETTING, "test").build();
        var comparator = new MariaDbHistoryRecordComparator(_ -> true, new MariaDbGtidSetFactory());
        history.configure(config, comparator, SchemaHistoryListener.NOOP, true);
        history.recover(Map.of(), tables, parser);
    }

    @AfterEach
    void forget() {
        StoredSchemaHistory.unregister("test");
    }

    private void parse(String statement) {
        parser.setCurrentDatabase("shop");
        parser.parse(statement, tables);
    }

    /** One after the other. */
    private void read(String statements) {
        for (var statement : statements.split("; ", -1)) {
            parse(statement);
            history.storeRecord(new HistoryRecord(
                    Map.of(), Map.of("gtids", "0-1-" + number++), "shop", null, statement, null, Instant.EPOCH));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CREATE OR REPLACE TABLE orders (id INT)                                                         | CREATE OR REPLACE
            CREATE TABLE tmp LIKE orders; RENAME TABLE orders TO orders_old; RENAME TABLE tmp TO orders     | made from shop.tmp
            RENAME TABLE orders TO away; ALTER TABLE away RENAME orders                                     | made from shop.away
            CREATE TABLE tmp LIKE orders; DROP TABLE orders; CREATE TABLE orders LIKE tmp                   | made from shop.tmp
            RENAME TABLE orders TO orders_old; RENAME TABLE orders_new TO orders                            | made from shop.orders_new
            RENAME TABLE orders TO orders_old; ALTER TABLE orders_new RENAME TO orders                      | made from shop.orders_new
            RENAME TABLE orders TO orders_old; CREATE TABLE orders LIKE orders_new                          | made from shop.orders_new
            ALTER TABLE orders ADD COLUMN IF NOT EXISTS a VARCHAR(9) AFTER b                                | IF NOT EXISTS
            ALTER TABLE orders ADD IF NOT EXISTS (a VARCHAR(9), b INT)                                      | IF NOT EXISTS
            ALTER TABLE orders ADD PRIMARY KEY IF NOT EXISTS (a)                                            | IF NOT EXISTS
            CREATE TABLE orders_new (id INT PRIMARY KEY, b INT); CREATE TABLE IF NOT EXISTS orders LIKE orders_new | IF NOT EXISTS
            """)
    void aStatementAfterWhichRowsWouldBeReadByOtherColumnsIsRefused(String statements, String why) {
        assertThatThrownBy(() -> read(statements))
                .isInstanceOf(TransactionUnreadable.class)
                .hasMessageStartingWith("table shop.orders: ")
                .hasMessageContaining(why)
                .hasMessageContaining("resync begins behind it");
        assertThat(kept).hasSize(statements.split("; ", -1).length - 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE _orders_gho LIKE orders; ALTER TABLE _orders_gho ADD x INT FIRST; RENAME TABLE orders TO _orders_del, _orders_gho TO orders",
                "ALTER TABLE orders ADD COLUMN IF NOT EXISTS b VARCHAR(9)",
                "ALTER TABLE orders ADD COLUMN IF NOT EXISTS a VARCHAR(9) AFTER id",
                "ALTER TABLE orders ADD IF NOT EXISTS x INT AFTER id, MODIFY a TEXT",
                "ALTER TABLE orders ADD PRIMARY KEY IF NOT EXISTS (id)",
                "ALTER TABLE orders DROP PRIMARY KEY; ALTER TABLE orders ADD PRIMARY KEY IF NOT EXISTS (a)",
                "CREATE TABLE IF NOT EXISTS orders (id INT)",
                "CREATE TABLE IF NOT EXISTS orders LIKE template",
                "DROP DATABASE shop; CREATE TABLE orders (id INT)",
                "RENAME TABLE orders TO away; CREATE TABLE orders (id INT PRIMARY KEY)",
            })
    void whatDebeziumReadsAsMariaDbDoesIsKept(String statements) {
        read(statements);
        assertThat(kept).hasSize(statements.split("; ", -1).length);
    }

    private void make(String statement, long logEndsAt) {
        made = Optional.of(new SchemaLog.Made(statement, logEndsAt));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (id INT, a TEXT) CHARSET=latin1                      | (id INT, a TEXT) CHARSET=latin1                         | ''
            (id INT, a TEXT, b JSON)                             | (ID INT, A TEXT, b LONGTEXT) CHARSET=utf8mb3            | ''
            (id INT, a TEXT)                                     | (id INT, a TEXT) CHARSET=ascii                          | ''
            (id INT, unread TEXT, e ENUM('x'))                   | (id INT, unread TEXT, e ENUM('x')) CHARSET=latin1       | ''
            (id INT, a TEXT)                                     | (id INT, a TINYTEXT) CHARSET=latin1                     | column a in the character set utf8mb4
            (id INT, a TEXT CHARSET utf8mb4) CHARSET=latin1      | (id INT, a TEXT) CHARSET=latin1                         | column a in the character set utf8mb4
            (id INT, a INT, b INT)                               | (id INT, b INT, a INT)                                  | columns [id, a, b]
            (id INT, a INT)                                      | (id INT, a INT, b INT)                                  | columns [id, a]
            """)
    void aTableThatTheServerHasOtherwiseIsDoubted(String statement, String server, String why) {
        make("CREATE TABLE orders " + server, 9);
        read("DROP TABLE orders; CREATE TABLE orders " + statement);
        if (why.isEmpty()) {
            assertThat(doubts).isEmpty();
        } else {
            assertThat(doubts).singleElement().asString().startsWith("8-9 " + why);
        }
    }

    @Test
    void aStartAsksOnceForAllTables() throws InterruptedException {
        mapped = Set.of(new TableId("shop", "orders"), new TableId("shop", "items"), new TableId("shop", "not_there"));
        parse("CREATE TABLE items (id INT)");
        asked.clear();
        history.recover(Map.of(), tables, parser);
        assertThat(asked).containsExactly(Set.of(new TableId("shop", "orders"), new TableId("shop", "items")));
    }

    @Test
    void aTableWhoseNameDiffersByCaseIsAnother() {
        make("CREATE TABLE Orders (id INT) CHARSET=latin1", 9);
        read("CREATE TABLE Orders (id INT, a INT)");
        assertThat(doubts).isEmpty();
    }

    @Test
    void aDoubtHoldsOverRestartsUntilAStatementThatTheLogHadSettlesIt() throws InterruptedException {
        var latin1 = "CREATE TABLE orders (id INT, a TEXT) CHARSET=latin1";
        var utf8 = "CREATE TABLE orders (id INT, a TEXT) CHARSET=utf8mb4";
        make(latin1, 20);
        read("DROP TABLE orders; CREATE TABLE orders (id INT, a TEXT)");
        make(latin1, 30);
        read("CREATE TABLE orders_new LIKE orders");
        assertStillDoubted();
        make(utf8, 30); // somebody has mended the table meanwhile
        history.recover(Map.of(), tables, parser);
        assertStillDoubted();
        read("ALTER TABLE orders ADD KEY (id)");
        assertStillDoubted();
        made = Optional.empty(); // or dropped it
        history.recover(Map.of(), tables, parser);
        assertStillDoubted();

        make(latin1, 30);
        read("ALTER TABLE orders ADD b INT; ALTER TABLE orders DROP b, CONVERT TO CHARACTER SET latin1");
        assertThat(doubts).isEmpty();
        make(utf8, 30);
        history.recover(Map.of(), tables, parser);
        assertThat(doubts).singleElement().asString().startsWith("0-30 column a");
    }

    private void assertStillDoubted() {
        assertThat(doubts).singleElement().asString().startsWith("8-20 column a");
    }

    /** One that the log has only since says nothing of the rows before it, and neither does one that comes again after a restart. */
    @Test
    void aStatementFromElsewhereInTheLogSettlesNoDoubt() {
        make("CREATE TABLE orders (id INT, a TEXT) CHARSET=latin1", 20);
        read("DROP TABLE orders; CREATE TABLE orders (id INT, a TEXT)");
        number = 20;
        read("ALTER TABLE orders CONVERT TO CHARACTER SET latin1");
        assertStillDoubted();
        number = 8;
        read("ALTER TABLE orders CONVERT TO CHARACTER SET latin1");
        assertStillDoubted();
    }

    @Test
    void statementsOfAnotherServerAreRecoveredUpToThePosition() throws InterruptedException {
        var source = Map.of("server", EngineSettings.PREFIX);
        var gtids = List.of("0-1-5", "0-2-50", "0-2-95");
        var statements =
                List.of("CREATE TABLE copy (id INT)", "ALTER TABLE copy ADD a INT", "ALTER TABLE copy ADD b INT");
        for (var i = 0; i < gtids.size(); i++) {
            history.storeRecord(new HistoryRecord(
                    source, Map.of("gtids", gtids.get(i)), "shop", null, statements.get(i), null, Instant.EPOCH));
        }
        var recovered = new Tables();
        history.recover(Map.of(source, Map.of("gtids", "0-1-90")), recovered, parser);
        assertThat(recovered.forTable("shop", null, "copy").retrieveColumnNames())
                .containsExactly("id", "a");
    }
}
