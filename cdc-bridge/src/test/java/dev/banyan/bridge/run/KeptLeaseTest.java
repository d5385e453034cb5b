package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who works on a store for long keeps its lease meanwhile, and hears of it when it is lost. */
class KeptLeaseTest {

    @TempDir
    Path folder;

    @Test
    void whoLosesItIsTold() throws Exception {
        Servers.postgres().createDatabase("kept_lease");
        var settings = new BridgeStore.Settings(Servers.postgres().jdbcUrl("kept_lease"), "postgres", "postgres");
        var isLost = new CountDownLatch(1);
        try (var store = BridgeStore.open(settings, "kept", "first", Duration.ofMillis(300), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            try (var kept = KeptLease.of(store, () -> {}, isLost::countDown)) {
                Servers.postgres().execute("kept_lease", "UPDATE bridge_state SET holder = 'second'");
                assertThat(isLost.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(kept.isLost()).isTrue();
            }
        }
    }

    @Test
    void aLongResubmissionKeepsTheLease() throws Exception {
        try (var bridge = new TestBridge("kept_parked", folder, "one")) {
            var store = parkOne(bridge);
            var before = until(store);
            var resubmitted = resubmittedWhile(bridge, store, () -> {
                Await.until("the lease is taken", () -> until(store) > before);
                var taken = until(store);
                Await.until("it is kept", Duration.ofSeconds(60), () -> until(store) > taken);
                return null;
            });
            assertThat(resubmitted.exitCode()).as(resubmitted.toString()).isZero();
        }
    }

    @Test
    void aResubmissionThatLosesItSaysSoAndTheNextSendsTheSameAgain() throws Exception {
        try (var bridge = new TestBridge("lost_parked", folder, "one")) {
            var store = parkOne(bridge);
            var lost = resubmittedWhile(bridge, store, () -> {
                Servers.postgres().execute(store, "UPDATE bridge_state SET holder = 'second'");
                return null;
            });
            assertThat(lost.exitCode()).isEqualTo(1);
            assertThat(lost.err()).contains("another bridge has taken over", "resubmit again");
            assertThat(lost.out()).doesNotContain("events sent");

            Servers.postgres().execute(store, "UPDATE bridge_state SET lease_until_ms = 0");
            assertThat(resubmit().out()).contains("1 transactions, 1 events sent");
            Await.until("sent twice, with one id", () -> bridge.repeatedIds().size() == 1);
        }
    }

    /** What a resubmission prints that stands still between hub and store while {@code meanwhile} is done. */
    private Printed resubmittedWhile(TestBridge bridge, String store, Callable<Void> meanwhile) throws Exception {
        try (var connection = Servers.postgres().connect(store);
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT 1 FROM bridge_fault FOR UPDATE");
            var printed = CompletableFuture.supplyAsync(this::resubmit);
            Await.until(
                    "it is sent, and waits for the store", () -> bridge.data().size() == 1);
            meanwhile.call();
            connection.rollback();
            return printed.get(3, TimeUnit.MINUTES);
        }
    }

    private Printed resubmit() {
        var config = folder.resolve("bridge.yaml").toString();
        return Printed.of("events", "faults", "resubmit", "--config", config, "--all", "--send");
    }

    /** Lets a row wait, in a store that others reach, until its mapping is mended, as it is when this returns the store's name. */
    private String parkOne(TestBridge bridge) throws Exception {
        var store = bridge.name + "_store";
        Servers.postgres().createDatabase(store);
        var url = Servers.postgres().jdbcUrl(store);
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        bridge.store = new BridgeStore.Settings(url, "postgres", "postgres", FaultSeal.of(folder.resolve("fault.key")));
        var config = bridge.config();
        Files.writeString(
                config,
                Files.readString(config)
                                .replace(
                                        "store: {jdbcUrl: \"" + url + "\"}",
                                        "store: {jdbcUrl: \"" + url + "\", user: postgres, password: postgres}")
                        + "faultKeyFile: fault.key\n");
        var mapping = folder.resolve("mapping.yaml");
        var mended = Files.readString(mapping);
        Files.writeString(
                mapping,
                mended.replace("v: v", "v: {column: v, as: integer}")
                        .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
        bridge.mapper = new Mapper(MappingFile.read(mapping), bridge.name, null);
        bridge.start();
        bridge.sql("INSERT INTO one VALUES (1, 'x')");
        Await.until("it waits", () -> bridge.run().faults().faults().size() == 1);
        bridge.stop();
        Files.writeString(mapping, mended);
        return store;
    }

    private static long until(String store) throws Exception {
        try (var connection = Servers.postgres().connect(store);
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT lease_until_ms FROM bridge_state")) {
            result.next();
            return result.getLong(1);
        }
    }
}
