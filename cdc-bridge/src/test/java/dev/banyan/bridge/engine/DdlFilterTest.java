package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DdlFilterTest {

    private static final List<Pattern> LEFT_OUT = Arrays.stream(
                    DdlFilter.of(List.of("orders", "signal")).split(","))
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
            TRUNCATE other                                                      | left out
            CREATE TABLE other (a INET6)                                        | left out
            GRANT SELECT ON shop.orders TO x                                    | left out
            GRANT SELECT ON TABLE shop.orders TO x                              | left out
            CREATE OR REPLACE USER orders IDENTIFIED VIA ed25519                | left out
            ANALYZE TABLE orders PERSISTENT FOR ALL                             | left out
            CREATE DEFINER=`a`@`b` PROCEDURE p() ALTER TABLE orders ADD x INT   | left out
            CREATE VIEW orders_seen AS SELECT * FROM orders                     | left out
            CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW BEGIN END      | left out
            CREATE INDEX i ON orders (x)                                        | left out
            DROP DATABASE shop                                                  | left out
            """)
    void onlyWhatMayChangeAMappedTableIsRead(String statement, String expected) {
        var isLeftOut =
                LEFT_OUT.stream().anyMatch(pattern -> pattern.matcher(statement).matches());
        assertThat(isLeftOut ? "left out" : "read").isEqualTo(expected);
    }
}
