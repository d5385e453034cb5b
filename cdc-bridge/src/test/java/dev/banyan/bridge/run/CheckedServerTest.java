package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.Leaf;
import dev.banyan.bridge.store.Position;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is remembered of the partitions that a server has. */
class CheckedServerTest {

    /** A statement may take longer than an engine: the next one has found and remembered more by then. */
    @Test
    void whatIsFoundOfPartitionsAfterTheEndIsNotRemembered() throws Exception {
        var remembered = new ArrayList<Set<Leaf>>();
        // MariaDB's have no partitions to be asked for, so that these are not there any more
        var source = new Source("jdbc:mariadb://127.0.0.1:1/away", "u", "", "s", "p", true, List.of());
        var known = Set.of(new Leaf(new TableId("away", "part"), 1, 1, 1));
        var position = new Position("1", 1, 9, Map.of());
        var ended = new CheckedServer(source, position, Set.of(), known, remembered::add, _ -> {});
        var running = new CheckedServer(source, position, Set.of(), known, remembered::add, _ -> {});
        ended.close();

        ended.parted(connection());
        assertThat(remembered).isEmpty();
        running.parted(connection());
        assertThat(remembered).containsExactly(Set.of());
    }

    private static Connection connection() {
        return (Connection) Proxy.newProxyInstance(
                CheckedServerTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, called, _) -> {
                    throw new AssertionError("asked for " + called);
                });
    }
}
