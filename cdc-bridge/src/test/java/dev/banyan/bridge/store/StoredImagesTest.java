package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Servers;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store remembers is what was put there, whether it was said before what will be asked for, or not. */
class StoredImagesTest {

    private static final List<TableId> TABLES = List.of(TableId.parse("parent"), TableId.parse("line"));
    private static final int KEYS = 60;
    private static final int PARENTS = 12;
    private static final Position POSITION = new Position("1", 1, 0, Map.of("lsn", 0L));

    @TempDir
    Path folder;

    @Test
    void inH2() {
        compare(new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""), 1);
    }

    @Test
    void inPostgresqlReadAndWrittenTogether() {
        Servers.postgres().createDatabase("images");
        compare(new BridgeStore.Settings(Servers.postgres().jdbcUrl("images"), "postgres", "postgres"), 2);
    }

    /** As after a kill: the file holds a part of a transaction that never ended. */
    @Test
    void whatH2HadOnDiskOfAnOpenTransactionIsGoneAfterACrash() throws IOException {
        var table = TABLES.getFirst();
        var kept = new Row(Map.of("v", "committed"));
        var changed = new Row(Map.of("v", "not committed ".repeat(200)));
        var file = folder.resolve("store.mv.db");
        try (var store = opened(folder.resolve("store"))) {
            store.begin(POSITION, List.of(), Set.of(), null);
            try (var session = store.session()) {
                session.images().put(table, List.of(0), kept, List.of("parent"));
                session.commit(POSITION);
                session.force();
                var before = Files.size(file);
                for (var key = 0; key < 20_000; key++) {
                    session.images().put(table, List.of(key), changed, List.of("other parent"));
                }
                assertThat(Files.size(file)).isGreaterThan(before + (1 << 20));
                Files.copy(file, folder.resolve("crashed.mv.db"));
            }
        }
        try (var store = opened(folder.resolve("crashed"));
                var session = store.session()) {
            assertThat(session.images().all(table)).containsExactly(kept);
            assertThat(session.images().children(table, List.of("parent"))).containsExactly(kept);
            assertThat(session.images().children(table, List.of("other parent")))
                    .isEmpty();
            assertThat(store.position()).contains(POSITION);
        }
    }

    /** A statement a row would be a round trip a row, and a chunk has thousands. */
    @Test
    void whichRowsOfAChunkChangedIsAskedOfPostgresqlInOneStatement() throws Exception {
        Servers.postgres().createDatabase("touched");
        var url = Servers.postgres().jdbcUrl("touched");
        var settings = new BridgeStore.Settings(url, "postgres", "postgres");
        var rows = IntStream.range(0, 3_000)
                .mapToObj(key -> new StoreSession.RowKey(TABLES.get(key % 2), key == 0 ? "a\0b" : "" + key))
                .toList();
        var touched = Set.of(rows.get(0), rows.get(1_500), rows.get(2_999));
        try (var store = BridgeStore.open(settings, "images", "test", Duration.ofSeconds(30), InstantSource.system());
                var connection = DriverManager.getConnection(url, "postgres", "postgres")) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            try (var session = store.session()) {
                touched.stream().limit(2).forEach(session::touch);
                session.commit(POSITION);
                touched.stream().skip(2).forEach(session::touch);
                assertThat(session.touchedAmong(rows)).isEqualTo(touched);
                session.commit(POSITION);
            }
            var asked = new AtomicInteger();
            assertThat(TouchedRows.among(counting(connection, asked), Dialect.POSTGRESQL, rows))
                    .isEqualTo(touched);
            assertThat(asked).hasValue(1);
        }
    }

    /** {@code connection}, whose statements are counted in {@code asked} as they are asked. */
    private static Connection counting(Connection connection, AtomicInteger asked) {
        return proxy(Connection.class, (_, method, arguments) -> {
            var result = method.invoke(connection, arguments);
            return result instanceof PreparedStatement statement
                    ? proxy(PreparedStatement.class, (_, call, values) -> {
                        if (call.getName().equals("executeQuery")) {
                            asked.incrementAndGet();
                        }
                        return call.invoke(statement, values);
                    })
                    : result;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static BridgeStore opened(Path file) {
        var settings = new BridgeStore.Settings("jdbc:h2:file:" + file, "", "");
        var store = BridgeStore.open(settings, "images", "test", Duration.ofSeconds(30), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        return store;
    }

    private static void compare(BridgeStore.Settings settings, long seed) {
        var random = new Random(seed);
        var expected = new InMemoryImages();
        try (var store = BridgeStore.open(settings, "images", "test", Duration.ofSeconds(30), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            for (var life = 0; life < 8; life++) {
                try (var session = store.session()) {
                    for (var unit = 0; unit < 12; unit++) {
                        unit(session.images(), expected, random);
                        if (unit % 3 == 2) {
                            session.commit(POSITION);
                        }
                    }
                }
            }
        }
    }

    private static void unit(AggregateImages images, AggregateImages expected, Random random) {
        if (random.nextInt(4) > 0) {
            expect(images, random);
        }
        for (var step = 0; step < 25; step++) {
            var table = TABLES.get(random.nextInt(TABLES.size()));
            List<Object> key = List.of((long) random.nextInt(KEYS));
            var parent = random.nextInt(PARENTS) == 0 ? List.of() : parent(random);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    var row = new Row(Map.of("v", random.nextInt()));
                    images.put(table, key, row, parent);
                    expected.put(table, key, row, parent);
                }
                case 3 -> {
                    images.remove(table, key);
                    expected.remove(table, key);
                }
                case 4 -> {
                    var asked = parent(random);
                    assertThat(images.children(table, asked)).isEqualTo(expected.children(table, asked));
                }
                case 6 -> assertThat(images.count(table, 20)).isEqualTo(expected.count(table, 20));
                case 5 -> assertThat(images.all(table)).containsExactlyInAnyOrderElementsOf(expected.all(table));
                default -> assertThat(images.get(table, key)).isEqualTo(expected.get(table, key));
            }
        }
        if (random.nextInt(30) == 0) {
            images.clear(TABLES.getFirst());
            expected.clear(TABLES.getFirst());
        }
    }

    /** A key of two parts, or one that is an empty text. */
    private static List<?> parent(Random random) {
        var number = random.nextInt(PARENTS);
        return number == 0 ? List.of("") : List.of((long) number, "é/\u001f\\");
    }

    private static void expect(AggregateImages images, Random random) {
        var asked = new HashMap<TableId, AggregateImages.Keys>();
        for (var table : TABLES) {
            var keys = new AggregateImages.Keys(new HashSet<>(), new HashSet<>());
            for (var each = random.nextInt(30); each > 0; each--) {
                keys.rows().add(List.of((long) random.nextInt(KEYS)));
                keys.parents().add(parent(random));
            }
            asked.put(table, keys);
        }
        images.expect(() -> asked);
    }
}
