package dev.banyan.bridge.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MadeTableTest {

    private static final String FILLING = "CREATE TABLE filled SELECT GET_LOCK('made', 60) AS id";

    /** What makes a table from rows has it locked until it has them all. */
    @Test
    void aTableThatIsLockedIsWaitedFor() throws Exception {
        var server = Servers.mariadb();
        server.createDatabase("made");
        server.execute("made", "CREATE TABLE one (id INT)");
        var source = new Source(server.jdbcUrl("made"), server.user(), server.user(), "s", "p", true, List.of());
        var one = new TableId("made", "one");
        var filled = new TableId("made", "filled");
        var tables = Set.of(one, filled, new TableId("made", "nowhere"), new TableId("nowhere", "one"));
        try (var connection = server.connect("made");
                var statement = connection.createStatement()) {
            statement.execute("SELECT GET_LOCK('made', 0)");
            var filling = Thread.ofVirtual().start(() -> server.execute("made", FILLING));
            Await.until("it is being filled", () -> {
                try (var found = statement.executeQuery(
                        "SELECT 1 FROM information_schema.processlist WHERE state = 'User lock' AND db = 'made'")) {
                    return found.next();
                }
            });
            assertThatThrownBy(() -> MadeTable.of(source, tables, _ -> false)).isInstanceOf(SQLException.class);
            var made = MadeTable.of(source, tables, what -> {
                assertThat(what).startsWith("table made.filled is locked");
                try {
                    return statement.execute("SELECT RELEASE_LOCK('made')");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(made).containsOnlyKeys(one, filled);
            assertThat(made.values()).anyMatch(each -> each.statement().startsWith("CREATE TABLE `filled`"));
            filling.join();
        }
    }
}
