package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Row;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every value of MariaDB that the bridge takes arrives as it is, through the log and through a backfill. */
class MariaDbValuesTest {

    @TempDir
    Path folder;

    /** A column's type, a literal, and what arrives. */
    private record Value(String type, String literal, String expected) {}

    private static final List<Value> VALUES = List.of(
            new Value("TINYINT", "-128", "Short -128"),
            new Value("TINYINT UNSIGNED", "255", "Short 255"),
            new Value("TINYINT(1)", "-1", "Short -1"),
            new Value("BOOLEAN", "TRUE", "Short 1"),
            new Value("SMALLINT UNSIGNED", "65535", "Integer 65535"),
            new Value("MEDIUMINT", "-8388608", "Integer -8388608"),
            new Value("MEDIUMINT UNSIGNED", "16777215", "Integer 16777215"),
            new Value("INT", "-2147483648", "Integer -2147483648"),
            new Value("INT UNSIGNED", "4294967295", "Long 4294967295"),
            new Value("BIGINT", "-9223372036854775808", "Long -9223372036854775808"),
            new Value("BIGINT UNSIGNED", "18446744073709551615", "BigDecimal 18446744073709551615"),
            new Value("BIGINT UNSIGNED ZEROFILL", "7", "BigDecimal 7"),
            new Value(
                    "DECIMAL(65,30)",
                    "'-12345678901234567890123456789012345.123456789012345678901234567890'",
                    "BigDecimal -12345678901234567890123456789012345.123456789012345678901234567890"),
            new Value("DECIMAL(10,2) UNSIGNED", "99999999.90", "BigDecimal 99999999.90"),
            new Value("FLOAT", "0.1", "Float 0.1"),
            new Value("DOUBLE", "-1.7976931348623157E308", "Double -1.7976931348623157E308"),
            new Value("DOUBLE", "0.1", "Double 0.1"),
            new Value("BIT(1)", "b'1'", "Boolean true"),
            new Value("CHAR(5)", "'ab '", "String ab"),
            new Value("VARCHAR(20)", "'ab  '", "String ab  "),
            new Value("VARCHAR(20)", "''", "String "),
            new Value("VARCHAR(20) CHARACTER SET latin1", "'\u00e9\u20ac'", "String \u00e9\u20ac"),
            new Value("VARCHAR(20) CHARACTER SET utf8mb4", "'\ud83d\ude00\u0000x'", "String \ud83d\ude00\u0000x"),
            new Value("VARCHAR(20) DEFAULT 'd'", "NULL", "null"),
            new Value("INT DEFAULT 7", "NULL", "null"),
            new Value("TINYTEXT", "'t'", "String t"),
            new Value("LONGTEXT", "REPEAT('x', 3)", "String xxx"),
            new Value("TEXT CHARACTER SET utf16", "'\u4e2d'", "String \u4e2d"),
            new Value("JSON", "'{\"a\": 1.0}'", "String {\"a\": 1.0}"),
            new Value("BINARY(4)", "x'00ff0000'", "hex 00ff0000"),
            new Value("VARBINARY(4)", "x'00ff00'", "hex 00ff00"),
            new Value("BLOB", "x'00'", "hex 00"),
            new Value("ENUM('a','b')", "'b'", "String b"),
            new Value("SET('x','y','z')", "'z,x'", "String x,z"),
            new Value("SET('x','y','z')", "''", "String "),
            new Value("YEAR", "1901", "Integer 1901"),
            new Value("DATE", "'0001-01-01'", "LocalDate 0001-01-01"),
            new Value("DATE", "'9999-12-31'", "LocalDate 9999-12-31"),
            new Value("DATE DEFAULT '2020-02-29'", "NULL", "null"),
            new Value("DATETIME", "'2024-03-31 02:30:00'", "LocalDateTime 2024-03-31T02:30"),
            new Value("DATETIME(3)", "'1500-02-28 00:00:00.001'", "LocalDateTime 1500-02-28T00:00:00.001"),
            new Value("DATETIME(6)", "'0001-01-01 00:00:00.000001'", "LocalDateTime 0001-01-01T00:00:00.000001"),
            new Value("DATETIME(6)", "'9999-12-31 23:59:59.999999'", "LocalDateTime 9999-12-31T23:59:59.999999"),
            new Value(
                    "DATETIME NOT NULL DEFAULT '2020-01-01 00:00:00'",
                    "'2024-01-01 00:00:00'",
                    "LocalDateTime 2024-01-01T00:00"),
            new Value("TIMESTAMP NULL", "'2024-10-27 02:30:00'", "OffsetDateTime 2024-10-26T21:00Z"),
            new Value(
                    "TIMESTAMP(6) NULL", "'2024-10-27 02:30:00.000001'", "OffsetDateTime 2024-10-26T21:00:00.000001Z"),
            new Value(
                    "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
                    "'2038-01-19 08:44:07'",
                    "OffsetDateTime 2038-01-19T03:14:07Z"),
            new Value("TIMESTAMP NULL", "NULL", "null"),
            new Value("TIME", "'23:59:59'", "String 23:59:59"),
            new Value("TIME", "'-838:59:59'", "String -838:59:59"),
            new Value("TIME(6)", "'24:00:00.000001'", "String 24:00:00.000001"));

    @Test
    void everyValueArrivesAsItIs() throws Exception {
        var mariadb = Servers.mariadb();
        mariadb.execute("", "SET GLOBAL time_zone = '+05:30'");
        var read = new ConcurrentHashMap<Long, Row>();
        try (var bridge = new TestBridge(Dbms.MARIADB, "exact", folder, "one")) {
            var create = new StringBuilder("CREATE TABLE vals (id BIGINT PRIMARY KEY");
            var row = new StringBuilder();
            for (var i = 0; i < VALUES.size(); i++) {
                create.append(", c").append(i).append(' ').append(VALUES.get(i).type);
                row.append(", ").append(VALUES.get(i).literal);
            }
            bridge.sql(create + ")");
            bridge.sql("INSERT INTO vals VALUES (1" + row + ")");
            bridge.backfill = true;
            bridge.columns = Stream.concat(
                            Stream.of("id"), IntStream.range(0, VALUES.size()).mapToObj(i -> "c" + i))
                    .toList();
            bridge.tables = List.of("vals");
            bridge.mapper = (transaction, _) -> {
                for (var change : transaction.changes()) {
                    switch (change) {
                        case Change.Read seen -> read.put(id(seen.after()), seen.after());
                        case Change.Inserted added -> read.put(id(added.after()), added.after());
                        default -> throw new IllegalStateException(change.toString());
                    }
                }
                return List.of();
            };
            bridge.start();
            bridge.sql("INSERT INTO vals VALUES (2" + row + ")");
            Await.until("both rows come", () -> read.keySet().containsAll(List.of(1L, 2L)));
        } finally {
            mariadb.execute("", "SET GLOBAL time_zone = 'SYSTEM'");
        }
        var expected = new LinkedHashMap<String, String>();
        for (var i = 0; i < VALUES.size(); i++) {
            expected.put("c" + i + " " + VALUES.get(i).type + " " + VALUES.get(i).literal, VALUES.get(i).expected);
        }
        assertThat(found(Objects.requireNonNull(read.get(2L))))
                .as("through the log")
                .isEqualTo(expected);
        assertThat(found(Objects.requireNonNull(read.get(1L))))
                .as("through the backfill")
                .isEqualTo(expected);
    }

    private static long id(Row row) {
        return (Long) row.key(List.of("id")).getFirst();
    }

    private static Map<String, String> found(Row row) {
        var found = new LinkedHashMap<String, String>();
        for (var i = 0; i < VALUES.size(); i++) {
            found.put("c" + i + " " + VALUES.get(i).type + " " + VALUES.get(i).literal, text(row.get("c" + i)));
        }
        return found;
    }

    private static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case byte[] bytes -> "hex " + HexFormat.of().formatHex(bytes);
            case BigDecimal number -> "BigDecimal " + number.toPlainString();
            default -> value.getClass().getSimpleName() + " " + value;
        };
    }
}
