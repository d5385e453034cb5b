package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Servers;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** By its number a column is known when it has another name. */
class ColumnNumbersTest {

    private static void afterRenaming(Connection connection, TableId table, Map<String, Integer> numbers)
            throws Exception {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE lin (old INT, code INT, qty INT)");
            statement.execute("ALTER TABLE lin RENAME COLUMN code TO kode");
            statement.execute("ALTER TABLE lin ADD COLUMN id INT");
            statement.execute("ALTER TABLE lin DROP COLUMN old");
        }
        assertThat(ColumnNumbers.of(connection, List.of(table))).isEqualTo(Map.of(table, numbers));
    }

    @Test
    void inPostgresqlForGood() throws Exception {
        Servers.postgres().createDatabase("numbers");
        try (var connection = Servers.postgres().connect("numbers")) {
            afterRenaming(connection, TableId.parse("lin"), Map.of("kode", 2, "qty", 3, "id", 4));
        }
    }

    @Test
    void inMariaDbUntilOneBeforeItGoes() throws Exception {
        Servers.mariadb().createDatabase("numbers");
        try (var connection = Servers.mariadb().connect("numbers")) {
            afterRenaming(connection, new TableId("numbers", "lin"), Map.of("kode", 1, "qty", 2, "id", 3));
        }
    }
}
