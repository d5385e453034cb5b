package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store remembers is what was put there, whether it was said before what will be asked for, or not. */
class StoredImagesTest {

    private static final List<TableId> TABLES = List.of(TableId.parse("parent"), TableId.parse("line"));
    private static final int KEYS = 60;
    private static final int PARENTS = 12;

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

    private static void compare(BridgeStore.Settings settings, long seed) {
        var random = new Random(seed);
        var expected = new InMemoryImages();
        var position = new Position("1", 1, 0, Map.of("lsn", 0L));
        try (var store = BridgeStore.open(settings, "images", "test", Duration.ofSeconds(30), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            store.begin(position, List.of(), null);
            for (var life = 0; life < 8; life++) {
                try (var session = store.session()) {
                    for (var unit = 0; unit < 12; unit++) {
                        unit(session.images(), expected, random);
                        if (unit % 3 == 2) {
                            session.commit(position);
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
            List<Object> parent = List.of((long) random.nextInt(PARENTS), "é/\u001f\\");
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
                case 4 -> assertThat(images.children(table, parent)).isEqualTo(expected.children(table, parent));
                case 5 -> assertThat(images.all(table)).containsExactlyInAnyOrderElementsOf(expected.all(table));
                default -> assertThat(images.get(table, key)).isEqualTo(expected.get(table, key));
            }
        }
        if (random.nextInt(30) == 0) {
            images.clear(TABLES.getFirst());
            expected.clear(TABLES.getFirst());
        }
    }

    private static void expect(AggregateImages images, Random random) {
        var asked = new HashMap<TableId, AggregateImages.Keys>();
        for (var table : TABLES) {
            var keys = new AggregateImages.Keys(new HashSet<>(), new HashSet<>());
            for (var each = random.nextInt(30); each > 0; each--) {
                keys.rows().add(List.of((long) random.nextInt(KEYS)));
                keys.parents().add(List.of((long) random.nextInt(PARENTS), "é/\u001f\\"));
            }
            asked.put(table, keys);
        }
        images.expect(asked);
    }
}
