package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.store.StoreFailed;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stop does not wait for a hub that does not answer, and loses nothing by that. */
class StopTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void aStopMakesACallOfTheHubFailAndTheNextStartFindsWhatArrived(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "stopped_silent", folder, "one")) {
            var silent = new SilentHub(bridge.kafkaHub(), true);
            bridge.hub = _ -> silent;
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            assertThat(silent.publishing.await(60, TimeUnit.SECONDS)).isTrue();

            bridge.stop(); // fails when it does not end

            assertThat(bridge.end).isEqualTo(BridgeRun.End.STOPPED);
            bridge.hub = hub -> hub;
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (2, 'b')");
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
            assertThat(bridge.progress().suppressedEvents()).isEqualTo(1);
        }
    }

    @Test
    void anEngineThatCannotBeWatchedIsClosedWithItsDelivery() throws Exception {
        try (var bridge = new TestBridge("unwatched", folder, "one")) {
            var failures = new AtomicInteger(1);
            bridge.backfill = true;
            bridge.watcher = point -> {
                if (point == Point.BACKFILL_ASKED && failures.getAndDecrement() > 0) {
                    throw new StoreFailed("reading what to read again", new SQLException("away"));
                }
            };
            var before = threads();
            bridge.start();
            Await.until("another one runs", () -> bridge.progress().engineStarts() == 2);
            bridge.sql("INSERT INTO one VALUES (1, 'a')");
            bridge.awaitEqual();
            bridge.stop();
            Await.until("nothing of either is left", () -> before.containsAll(threads()));
        }
    }

    /** PostgreSQL makes it when the writer has ended, and nobody knows when that is. */
    @Test
    void aSlotThatWaitsForAWriterIsSaidAndKeepsNobodyFromStopping() throws Exception {
        try (var bridge = new TestBridge("stopped_waiting", folder, "one");
                var writer = bridge.connect();
                var statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("CREATE TABLE other (id INT)");
            bridge.launch();
            Await.until("it says for whom it waits", () -> bridge.progress()
                    .reason()
                    .matches("the slot waits for transactions that write .*: process \\d+ .*stopped_waiting.*"));
            assertThat(bridge.progress().state()).isEqualTo(Progress.State.STARTING);

            bridge.stop(); // fails when it does not end

            assertThat(bridge.end).isEqualTo(BridgeRun.End.STOPPED);
            assertThat(bridge.text("SELECT count(*) FROM pg_replication_slots WHERE database = 'stopped_waiting'"))
                    .isEqualTo("0");
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("banyan-(engine|courier|delivery)"))
                .collect(Collectors.toSet());
    }

    @Test
    void openingKafkaThatDoesNotAnswerEndsWhenItIsAborted() throws Exception {
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var hub = new KafkaHub(
                        "mute",
                        new KafkaHub.Settings("127.0.0.1:" + mute.getLocalPort(), Map.of(), "/mute", 1, Set.of("t")))) {
            var opening = CompletableFuture.runAsync(() -> {
                try {
                    hub.open();
                } catch (HubUnavailable e) {
                    throw new IllegalStateException(e.getMessage(), e);
                }
            });
            mute.accept(); // it has connected, and hears nothing
            hub.abort();

            assertThatThrownBy(() -> opening.get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("opening Kafka at 127.0.0.1:" + mute.getLocalPort())
                    .hasMessageNotContainingAny("no answer", "Timed out");
            assertThatThrownBy(hub::open).hasMessageContaining("stopped while Kafka did not answer");
        }
    }
}
