package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table changes while the hub is down, so that rows of both shapes wait in the spool. */
class SpooledPauseTest {

    @TempDir
    Path folder;

    /** Lets {@code bridge} read {@code column} of table one. */
    private void reads(TestBridge bridge, String column) throws Exception {
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(mapping, Files.readString(mapping).replaceAll(" v: .*\n", " v: " + column + "\n"));
        bridge.mapper = new Mapper(MappingFile.read(mapping), bridge.name, null);
        bridge.columns = List.of("id", column);
    }

    /** What was written; the backfill that a column which is new in the mapping asks for tells of rows at any time. */
    private static List<String> told(TestBridge bridge) {
        return bridge.events().stream()
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .filter(event -> !event.startsWith("Imported "))
                .toList();
    }

    private static void resubmit(TestBridge bridge) throws Exception {
        try (var store = BridgeStore.open(
                        bridge.store, bridge.name, "test", Duration.ofSeconds(30), InstantSource.system());
                var hub = bridge.kafkaHub()) {
            assertThat(store.tryLease()).isTrue();
            String group;
            try (var session = store.session()) {
                group = session.faults().groups().first();
            }
            assertThat(new Resubmission(store, bridge.mapper)
                            .send(group, false, "", hub, null, _ -> {})
                            .refusal())
                    .isNull();
            assertThat(store.pauses().all()).isEmpty();
        }
    }

    @Test
    void aMendedMappingThatIsStartedTooEarlyIsRefusedAndTheOldOneStillGetsThroughTheSpool() throws Exception {
        try (var bridge = new TestBridge("spooled_pause", folder, "one")) {
            bridge.config();
            bridge.parks = true;
            bridge.spool = SpoolTest.spooling(folder, "spool", 1 << 20);
            bridge.store =
                    new BridgeStore.Settings(bridge.store.jdbcUrl(), "", "", FaultSeal.of(folder.resolve("fault.key")));
            var isDown = new AtomicBoolean();
            bridge.hub = hub -> new SpoolTest.Down(hub, isDown);
            var mapping = folder.resolve("mapping.yaml");
            Files.writeString(
                    mapping, Files.readString(mapping).replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
            reads(bridge, "v");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            Await.until("it is told", () -> told(bridge).size() == 1);
            isDown.set(true);
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
            bridge.sql("ALTER TABLE one RENAME COLUMN v TO w");
            bridge.sql("INSERT INTO one VALUES (3, 'c')");
            bridge.sql("UPDATE one SET w = 'd' WHERE id = 2");
            Await.until("it is paused", () -> bridge.progress().pausedTables().size() == 1);
            SpoolTest.awaitConfirmed(bridge);
            bridge.stop();
            isDown.set(false);

            reads(bridge, "w");
            bridge.launch();
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason())
                    .contains("one.w: not in this row, which is of before or after a change of the table")
                    .contains("nothing was skipped, and the spool waits at this transaction");

            reads(bridge, "v");
            bridge.start();
            Await.until(
                    "the spool is empty",
                    () -> told(bridge).size() == 2
                            && bridge.progress().state() == Progress.State.STREAMING
                            && bridge.progress().waitingAggregates() == 1);
            bridge.stop();

            reads(bridge, "w");
            resubmit(bridge);
            bridge.start();
            bridge.sql("UPDATE one SET w = 'e' WHERE id = 1");
            Await.until("it goes on", () -> told(bridge).size() == 5);
            assertThat(told(bridge))
                    .containsExactly(
                            "Added {\"id\":1,\"v\":\"a\"}",
                            "Added {\"id\":2,\"v\":\"b\"}",
                            "Added {\"id\":3,\"v\":\"c\"}",
                            "Changed {\"id\":2,\"v\":\"d\"}",
                            "Changed {\"id\":1,\"v\":\"e\"}");
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }
}
