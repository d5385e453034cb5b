package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultListing;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bridge that is started with a mapping that has in one aggregate what waits in two orders. */
class TornStartTest {

    @TempDir
    Path folder;

    /** Has {@code table} wait as an aggregate of its own. */
    private static void pause(BridgeStore store, String table) {
        var id = new TableId("public", table);
        var position = store.position().orElseThrow();
        store.pauses()
                .begin(id, table, List.of(id), position.commitLsn(), table + ".v: not there", "bigint\tid\ntext\tv");
        try (var session = store.session()) {
            var change = new Change.Deleted(id, new Row(Map.of("id", 1L, "v", "a")));
            session.faults()
                    .parkPaused(table, new Transaction(position.commitLsn(), "7", Instant.EPOCH, List.of(change)));
            session.commit(position);
        }
    }

    @Test
    void isRefusedWithWhatToDoAndTheMappingOfBeforeIsNot() throws Exception {
        try (var bridge = new TestBridge("torn_start", folder, "one", "two")) {
            bridge.config();
            bridge.parks = true;
            var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
            bridge.store = new BridgeStore.Settings(bridge.store.jdbcUrl(), "", "", FaultSeal.of(key));
            var file = folder.resolve("mapping.yaml");
            var text = Files.readString(file).replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:");
            Files.writeString(file, text);
            var apart = new Mapper(MappingFile.read(file), bridge.name, null);
            bridge.mapper = apart;
            bridge.start();
            bridge.stop();
            try (var store = BridgeStore.open(
                    bridge.store, bridge.name, "test", Duration.ofSeconds(30), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                pause(store, "one");
                pause(store, "two");
            }

            var list = "twos: {table: two, key: [id], parent: [v], fields: {id: {column: id, as: integer}}}";
            Files.writeString(
                    file,
                    text.replaceFirst("(?ms)^ +two:.*", "")
                            .replaceFirst("(?m)^( +)events:", "$1children:\n$1  " + list + "\n$1events:"));
            bridge.mapper = new Mapper(MappingFile.read(file), bridge.name, null);
            bridge.launch();
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .startsWith("one: [one, two] wait each in an order of its own")
                    .contains("leave out the table that has moved");

            bridge.mapper = apart;
            bridge.start();
            bridge.sql("INSERT INTO two VALUES (2, 'b')");
            Await.until(
                    "it waits behind what waits",
                    () -> bridge.run().faults().groups().stream()
                                    .mapToLong(FaultListing.PausedGroup::parts)
                                    .sum()
                            == 3);
        }
    }
}
