package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.run.Servers;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Rows that PostgreSQL finds by the condition for their keys. */
class KeyConditionTest {

    private static final int LONG = 1_000;

    private static Row key(Object... columnsAndValues) {
        var values = new LinkedHashMap<String, Object>();
        for (var at = 0; at < columnsAndValues.length; at += 2) {
            values.put((String) columnsAndValues[at], columnsAndValues[at + 1]);
        }
        return new Row(values);
    }

    private static List<String> found(Connection connection, String condition) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(
                        "SELECT string_agg(n::text, ' ' ORDER BY n) FROM keyed WHERE true AND " + condition)) {
            result.next();
            return List.of(String.valueOf(result.getString(1)).split(" "));
        }
    }

    @Test
    void aKeyOfAnyTypeFindsItsRowAlone() throws Exception {
        Servers.postgres().createDatabase("key_condition");
        var ours = Map.<String, Object>of(
                "bigint",
                Long.MIN_VALUE,
                "text",
                "it's \\' \"odd\" ?",
                "char(9)",
                "a",
                "numeric",
                new BigDecimal("-1E-7"),
                "float8",
                0.1,
                "boolean",
                true,
                "bytea",
                new byte[] {0, '\\', '\''},
                "uuid",
                new UUID(1, 2),
                "date",
                LocalDate.of(-43, 3, 15),
                "timestamptz",
                Instant.parse("2026-03-29T01:30:00.000001Z").atOffset(ZoneOffset.ofHours(2)));
        try (var connection = Servers.postgres().connect("key_condition");
                var statement = connection.createStatement()) {
            for (var setting : List.of("on", "off")) {
                statement.execute("SET standard_conforming_strings = " + setting);
                for (var type : ours.entrySet()) {
                    statement.execute("DROP TABLE IF EXISTS keyed");
                    statement.execute("CREATE TABLE keyed (\"K \"\"1\" " + type.getKey() + ", n INTEGER)");
                    try (var insert = connection.prepareStatement("INSERT INTO keyed VALUES (?, 1), (NULL, 2)")) {
                        insert.setObject(1, type.getValue());
                        insert.execute();
                    }
                    var condition = KeyCondition.of(List.of(key("K \"1", type.getValue())), LONG);
                    assertThat(found(connection, condition))
                            .as(type.getKey() + " with standard_conforming_strings " + setting)
                            .containsExactly("1");
                }
            }
            statement.execute("DROP TABLE keyed");
            statement.execute(
                    "CREATE TABLE keyed AS SELECT g AS a, chr(96 + g) AS b, g AS n FROM generate_series(1, 9) g");
            var keys = List.of(key("a", 2L, "b", "b"), key("a", 3L, "b", "x"), key("a", 4L, "b", "d"));
            assertThat(found(connection, KeyCondition.of(keys, LONG))).containsExactly("2", "4");
        }
    }

    @Test
    void aLongListOfKeysIsCutShort() {
        var keys = LongStream.range(0, 9).mapToObj(id -> key("id", id)).toList();
        assertThat(KeyCondition.of(keys, 1)).isEqualTo("((\"id\") IN ((E'0')))");
        assertThat(KeyCondition.of(keys, LONG)).hasSizeLessThan(LONG).contains("E'8'");
    }
}
