package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Remembered rows that a parity run has found, and those that it has not. */
class FoundRowsTest {

    private static final TableId LINE = TableId.parse("line");
    private static final TableId LINES = TableId.parse("lines");
    private static final Position POSITION = new Position("1", 1, 9, Map.of("lsn", 9L));

    @TempDir
    Path folder;

    private BridgeStore opened(String kind) {
        if (!kind.equals("h2")) {
            Servers.postgres().createDatabase("found_rows");
        }
        var settings = kind.equals("h2")
                ? new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "")
                : new BridgeStore.Settings(Servers.postgres().jdbcUrl("found_rows"), "postgres", "postgres");
        var store = BridgeStore.open(settings, "found", "test", Duration.ofSeconds(60), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private static void put(StoreSession session, TableId table, String... keys) {
        for (var key : keys) {
            session.images().put(table, List.of(key), new Row(Map.of("id", key)), List.of("parent"));
        }
    }

    /** All that {@code run} has not found, looked for so many at a time. */
    private static List<String> unfound(StoreSession session, int most, int run) {
        var keys = new ArrayList<String>();
        @Nullable String after = null;
        while (true) {
            var some = session.unfound(LINE, after, most, run);
            keys.addAll(some.rows().keySet());
            if (some.isEnd()) {
                return keys;
            }
            after = some.last();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aRowIsFoundByOneRunAloneAlsoWhenItIsPutAnew(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, LINE, "", "a", "b", "c", "d", "e");
                put(session, LINES, "z");
                session.commit(POSITION);
            }
            store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINE)));
            try (var session = store.session()) {
                for (var most : List.of(1, 2, 100)) {
                    assertThat(unfound(session, most, 1)).containsExactly("", "a", "b", "c", "d", "e");
                }
                for (var key : List.of("", "b", "c", "e", "not there")) {
                    session.found(LINE, key, 1);
                }
                session.commit(POSITION);
            }
            try (var session = store.session()) { // as after a kill
                assertThat(unfound(session, 1, 1)).containsExactly("a", "d");
                put(session, LINE, "e");
                session.images().remove(LINE, List.of("d"));
                session.commit(POSITION);
                assertThat(unfound(session, 2, 1)).as("what is put anew").containsExactly("a");
                assertThat(unfound(session, 2, 2)).as("the next run").containsExactly("", "a", "b", "c", "e");
                session.found(LINE, "a", 16_383);
                session.commit(POSITION);
                assertThat(unfound(session, 2, 16_383)).containsExactly("", "b", "c", "e");
                assertThat(session.images().children(LINE, List.of("parent")))
                        .as("what it is a part of")
                        .hasSize(5);
                var moved = session.rekey(LINE, row -> new Rekeying.Place("moved " + row.get("id"), null, row));
                session.commit(POSITION);
                assertThat(moved).isEqualTo(5);
                assertThat(unfound(session, 2, 16_383))
                        .as("by another key, and as they were found")
                        .containsExactly("moved ", "moved b", "moved c", "moved e");
                session.update(store.backfills().all().getLast().in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(Objects.requireNonNull(session.nextGone(10)).rows())
                        .as("a mark of parity hides and shows nothing")
                        .hasSize(4);
            }
        }
    }
}
