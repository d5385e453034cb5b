package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import io.debezium.config.Configuration;
import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.connector.mariadb.charset.MariaDbCharsetRegistry;
import io.debezium.relational.Tables;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.HistoryRecordComparator;
import io.debezium.relational.history.SchemaHistoryListener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

    private final SchemaLog log = new SchemaLog() {
        @Override
        public List<String> changes() {
            return List.of();
        }

        @Override
        public void append(String change) {
            kept.add(change);
        }

        @Override
        public boolean isMapped(TableId table) {
            return table.equals(new TableId("shop", "orders"));
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
        history.configure(config, HistoryRecordComparator.INSTANCE, SchemaHistoryListener.NOOP, true);
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
            history.storeRecord(new HistoryRecord(Map.of(), Map.of(), "shop", null, statement, null, Instant.EPOCH));
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
                "CREATE TABLE IF NOT EXISTS orders (id INT)",
                "DROP DATABASE shop; CREATE TABLE orders (id INT)",
                "RENAME TABLE orders TO away; CREATE TABLE orders (id INT PRIMARY KEY)",
            })
    void whatDebeziumReadsAsMariaDbDoesIsKept(String statements) {
        read(statements);
        assertThat(kept).hasSize(statements.split("; ", -1).length);
    }
}
