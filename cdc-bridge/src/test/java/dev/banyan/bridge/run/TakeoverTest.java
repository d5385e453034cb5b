package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.process.Ports;
import dev.banyan.servers.LocalKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One bridge at a time, and a hub that goes away and comes back. */
class TakeoverTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void aSecondInstanceWaitsAndGoesOnWhereTheFirstStopped(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "pair", folder, "p")) {
            var store = bridge.name + "_store";
            Servers.postgres().createDatabase(store);
            bridge.store = new BridgeStore.Settings(Servers.postgres().jdbcUrl(store), "postgres", "postgres");
            bridge.lease = Duration.ofMinutes(1); // the first gives it up when it stops
            bridge.start();
            var second = new BridgeRun(bridge.settings(bridge.tables), InstantSource.system());
            var running = Thread.ofPlatform().name("second").start(() -> {
                try {
                    second.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until(
                    "the second waits",
                    () -> second.progress().state() == Progress.State.STANDBY
                            && second.progress().reason().contains("in use by"));
            bridge.sql("INSERT INTO p VALUES (1, 'by the first')");
            bridge.awaitEqual();
            assertThat(second.progress().state()).isEqualTo(Progress.State.STANDBY);
            bridge.stop();
            bridge.sql("INSERT INTO p VALUES (2, 'between')");
            Await.until("the second streams", () -> second.progress().state() == Progress.State.STREAMING);
            bridge.sql("INSERT INTO p VALUES (3, 'by the second')");
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
            second.stop();
            running.join();
        }
    }

    @Test
    void oneThatWaitsOutlastsAFailureOfTheStore() throws Exception {
        try (var bridge = new TestBridge("waits", folder, "p")) {
            Servers.postgres().createDatabase("waits_store");
            bridge.store = new BridgeStore.Settings(Servers.postgres().jdbcUrl("waits_store"), "postgres", "postgres");
            try (var holder =
                    BridgeStore.open(bridge.store, "waits", "holder", Duration.ofMinutes(30), InstantSource.system())) {
                assertThat(holder.tryLease()).isTrue();
                bridge.launch();
                awaitReason(bridge, "in use by holder");
                Servers.postgres().execute("waits_store", "ALTER TABLE bridge_state RENAME TO away");
                awaitReason(bridge, "store: ");
                Servers.postgres().execute("waits_store", "ALTER TABLE away RENAME TO bridge_state");
                awaitReason(bridge, "in use by holder");

                Servers.postgres().execute("waits_store", "ALTER TABLE bridge_state RENAME spool_id TO away");
                holder.releaseLease();
                awaitReason(bridge, "store: ");
                Await.until("who cannot go on does not keep the lease", holder::tryLease);
            }
        }
    }

    @Test
    void whoWasSucceededConfirmsNothingThatCameLater() throws Exception {
        try (var bridge = new TestBridge("succeeded", folder, "p")) {
            Servers.postgres().createDatabase("succeeded_store");
            bridge.store =
                    new BridgeStore.Settings(Servers.postgres().jdbcUrl("succeeded_store"), "postgres", "postgres");
            bridge.hub = hub -> new SpoolTest.Down(hub, new AtomicBoolean(true));
            bridge.spool = SpoolTest.spooling(folder, "spool", 1 << 20);
            bridge.lease = Duration.ofHours(1); // no renewal tells it, so it most likely takes what comes later, too
            bridge.launch();
            Await.until("it reads", () -> bridge.progress().state() != Progress.State.STARTING);
            bridge.sql("INSERT INTO p VALUES (1, 'spooled')");
            Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
            Servers.postgres().execute("succeeded_store", "UPDATE bridge_state SET epoch = epoch + 1");
            var then = Long.parseLong(bridge.text("SELECT pg_current_wal_lsn() - '0/0'"));
            bridge.sql("INSERT INTO p VALUES (2, 'what the successor reads')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(SpoolTest.confirmed(bridge)).isLessThanOrEqualTo(then);
        }
    }

    private static void awaitReason(TestBridge bridge, String part) throws Exception {
        Await.until(part, () -> bridge.progress().reason().contains(part));
        assertThat(bridge.progress().state()).isEqualTo(Progress.State.STANDBY);
    }

    @ParameterizedTest
    @EnumSource
    void shutOutOfTheHubItComesBackUnlessABridgeWithAnotherStoreIsAtWork(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "shutout", folder, "p").start();
                var other = bridge.kafkaHub()) {
            other.open();
            bridge.sql("INSERT INTO p VALUES (1, 'a')");
            bridge.awaitEqual();
            assertThat(bridge.progress().hubFailures()).isPositive();
            other.open();
            other.publish(List.of(), new HubPosition("another store", "", 1, 1));
            bridge.sql("INSERT INTO p VALUES (2, 'b')");
            assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(bridge.progress().reason()).contains("another bridge has taken over");
            assertThat(bridge.fold()).containsOnlyKeys("p/1");
        }
    }

    @Test
    void writesWhileTheHubIsDownArriveOnceWhenItIsBack() throws Exception {
        hubDown(Dbms.POSTGRESQL);
    }

    @Test
    @Tag("soak")
    void writesToMariaDbWhileTheHubIsDownArriveOnceWhenItIsBack() throws Exception {
        hubDown(Dbms.MARIADB);
    }

    private void hubDown(Dbms dbms) throws Exception {
        int port = Ports.free(1).getFirst(); // which is nobody's while Kafka is down
        var kafka = LocalKafka.start(folder.resolve("kafka"), port);
        try {
            try (var bridge = new TestBridge(dbms, "hubdown", folder, "p")) {
                kafka.createTopic(bridge.topic(), 1);
                bridge.bootstrapServers = kafka.bootstrapServers();
                bridge.start();
                bridge.sql("INSERT INTO p VALUES (1, 'before')");
                bridge.awaitEqual();
                kafka.close();
                bridge.sql("INSERT INTO p VALUES (2, 'while down')");
                Await.until("the bridge says so", () -> bridge.progress().state() == Progress.State.HUB_UNAVAILABLE);
                kafka = LocalKafka.start(folder.resolve("kafka"), port);
                bridge.sql("INSERT INTO p VALUES (3, 'back')");
                bridge.awaitEqual();
                assertThat(bridge.repeatedIds()).isEmpty();
                assertThat(bridge.progress().engineStarts())
                        .as("it waits in place")
                        .isEqualTo(1);
            }
        } finally {
            kafka.close();
        }
    }
}
