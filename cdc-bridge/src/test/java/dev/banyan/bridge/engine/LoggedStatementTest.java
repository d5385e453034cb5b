package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoggedStatementTest {

    private static final List<Pattern> LEFT_OUT = Arrays.stream(
                    LoggedStatement.leftOut(List.of("orders", "signal")).split(",", -1))
            .map(regex -> Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL))
            .toList();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER TABLE orders ADD x INT                                        | read
            alter online table `shop`.`ORDERS` add x int                        | read
            /*!50000 ALTER TABLE orders ADD x INT */                            | read
            SET STATEMENT max_statement_time=1 FOR ALTER TABLE orders ADD x INT | read
            CREATE TABLE _orders_gho LIKE orders                                | read
            ALTER TABLE _orders_gho ADD x INT                                   | read
            RENAME TABLE orders TO old, _orders_gho TO orders                   | read
            CREATE TABLE orders (user INT, role INT)                            | read
            DROP TABLE `orders`                                                 | read
            TRUNCATE orders                                                     | read
            /* all */ truncate table orders                                     | read
            SAVEPOINT `s`                                                       | read
            ROLLBACK TO `s`                                                     | read
            ROLLBACK                                                            | read
            DROP DATABASE shop                                                  | read
            /* by a tool */ drop schema if exists `user`                        | read
            DROP SCHEMA event                                                   | read
            TRUNCATE other                                                      | left out
            CREATE TABLE other (a INET6)                                        | left out
            GRANT SELECT ON shop.orders TO x                                    | left out
            GRANT SELECT ON TABLE shop.orders TO x                              | left out
            CREATE OR REPLACE USER orders IDENTIFIED VIA ed25519                | left out
            ANALYZE TABLE orders PERSISTENT FOR ALL                             | left out
            CREATE DEFINER=`a`@`b` PROCEDURE p() ALTER TABLE orders ADD x INT   | left out
            CREATE DEFINER=`a`@`b` PROCEDURE p() DROP DATABASE shop             | left out
            CREATE VIEW orders_seen AS SELECT * FROM orders                     | left out
            CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW BEGIN END      | left out
            CREATE INDEX i ON orders (x)                                        | left out
            DROP USER database                                                  | left out
            """)
    void onlyWhatMayChangeAMappedTableIsRead(String statement, String expected) {
        var isLeftOut =
                LEFT_OUT.stream().anyMatch(pattern -> pattern.matcher(statement).matches());
        assertThat(isLeftOut ? "left out" : "read").isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP DATABASE shop",
                "/* by a tool */ drop /* all */ schema if exists `Shop`",
                "DROP TABLE orders",
                "/*!40000 DROP TABLE IF EXISTS `orders` */",
                "RENAME TABLE orders TO away",
                "ALTER TABLE orders DROP PARTITION p",
                "ALTER TABLE new RENAME orders"
            })
    void rowsOfATableMayGoWithAStatementThatNamesItOrItsDatabase(String statement) {
        var logged = LoggedStatement.of(statement, "shop");
        assertThat(logged.movesRows()).isTrue();
        assertThat(logged.names(new TableId("shop", "orders"))).isTrue();
        assertThat(logged.names(new TableId("other", "lines"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RENAME TABLE orders TO old, tmp TO orders              | shop.orders > shop.old, shop.tmp > shop.orders
            rename tables if exists `a b`.tmp wait 5 to `o s`     | a b.tmp > shop.o s
            RENAME TABLE a.tmp NOWAIT TO `b`.`orders`              | a.tmp > b.orders
            ALTER TABLE tmp RENAME TO orders                       | shop.tmp > shop.orders
            ALTER ONLINE TABLE `tmp` ADD x INT, RENAME AS b.orders | shop.tmp > b.orders
            ALTER TABLE tmp /* RENAME TO old */ RENAME=`orders`    | shop.tmp > shop.orders
            ALTER TABLE orders RENAME COLUMN a TO b                | ''
            ALTER TABLE orders RENAME INDEX a TO b                 | ''
            CREATE TABLE orders LIKE tmp                           | shop.tmp > shop.orders
            CREATE TABLE IF NOT EXISTS orders (LIKE a.tmp)         | a.tmp > shop.orders
            CREATE TABLE orders (a INT, b TEXT COMMENT 'LIKE tmp') | ''
            """)
    void whatATableIsMadeFromIsTold(String statement, String expected) {
        assertThat(LoggedStatement.of(statement, "shop").origins().stream()
                        .map(origin -> origin.from() + " > " + origin.to())
                        .collect(Collectors.joining(", ")))
                .isEqualTo(expected);
    }
}
