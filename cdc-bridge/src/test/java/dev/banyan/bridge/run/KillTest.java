package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Bridge;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The bridge as a process of its own, killed with no leave to say goodbye at any moment while writers go on; {@link KillAtPointsTest} runs in each build. */
class KillTest {

    private static final int ACCOUNTS = 200;

    @TempDir
    Path folder;

    @Test
    @Tag("soak")
    void nothingIsLostRepeatedOrTornWhenTheProcessIsKilledOften() throws Exception {
        killed("killed_often", 40);
    }

    private void killed(String name, int kills) throws Exception {
        try (var bridge = new TestBridge(name, folder, "account", "ledger")) {
            bridge.backfill = true;
            bridge.sql("INSERT INTO account SELECT g, '0' FROM " + bridge.series(1, ACCOUNTS));
            var config = bridge.config();
            var writing = new AtomicBoolean(true);
            var written = new AtomicLong();
            var writers = List.of(writer(bridge, 1, writing, written), writer(bridge, 2, writing, written));
            var random = new Random(7);
            for (var i = 0; i < kills; i++) {
                try (var process = new BridgeProcess(folder, config)) {
                    process.awaitStreaming();
                    var before = process.transactions();
                    Await.until("it is in the middle of writes", () -> process.transactions() > before + 20);
                    LockSupport.parkNanos(random.nextLong(300_000_000)); // another place each time
                    process.kill();
                }
            }
            writing.set(false);
            for (var writer : writers) {
                writer.join();
            }
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                assertThat(new CommandLine(new Bridge()).execute("run", "--config", config.toString()))
                        .as("its store is open in one process only")
                        .isEqualTo(1);
                bridge.sql("INSERT INTO ledger VALUES (0, 'the last')");
                Await.until("the last row is in the hub", () -> bridge.data().stream()
                        .anyMatch(data -> data.contains("the last")));
                Await.until("the backfill is done", () -> process.status().contains("\"state\":\"done\""));
            }
            assertThat(written.get()).as("the writers wrote throughout").isGreaterThan(kills * 20L);
            assertThat(folded(bridge)).isEqualTo(bridge.table());
            assertThat(bridge.repeatedIds()).isEmpty();
            assertOrderPerSubject(bridge);
            assertWholeTransactions(bridge);
        }
    }

    /** Transfers: each transaction changes two accounts and writes one line of the ledger, which names its own number in all three. */
    private static Thread writer(TestBridge bridge, int number, AtomicBoolean writing, AtomicLong written) {
        return Thread.ofPlatform().name("writer-" + number).start(() -> {
            var random = new Random(number);
            var last = number * 1_000_000L;
            while (writing.get()) {
                try (var connection = bridge.connect();
                        var statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    while (writing.get()) {
                        transfer(statement, random, ++last);
                        connection.commit();
                        written.incrementAndGet();
                        LockSupport.parkNanos(5_000_000); // leaves the processors to the bridge
                    }
                } catch (SQLException e) {
                    LockSupport.parkNanos(50_000_000); // the database is down
                }
            }
        });
    }

    private static void transfer(Statement statement, Random random, long id) throws SQLException {
        var first = 1 + random.nextInt(ACCOUNTS - 1);
        var second = first + 1 + random.nextInt(ACCOUNTS - first); // the higher last: no deadlock
        statement.execute("UPDATE account SET v = '" + id + "' WHERE id = " + first);
        statement.execute("UPDATE account SET v = '" + id + "' WHERE id = " + second);
        statement.execute("INSERT INTO ledger VALUES (" + id + ", '" + id + "')");
        if (id % 10 == 0) {
            statement.execute("DELETE FROM ledger WHERE id = " + (id - 5));
        }
    }

    private static Map<String, String> folded(TestBridge bridge) {
        var folded = new HashMap<String, String>();
        for (var event : bridge.events()) {
            if (type(event).equals("t.Removed.v1")) {
                folded.remove(event.key());
            } else {
                folded.put(event.key(), TestBridge.field(event.value(), "v"));
            }
        }
        return folded;
    }

    private static void assertOrderPerSubject(TestBridge bridge) {
        var last = new HashMap<String, String>();
        for (var event : bridge.events()) {
            var sequence = TestBridge.header(event, "ce_sequence");
            var before = last.put(event.key(), sequence);
            if (before != null) {
                assertThat(sequence).as(event.key()).isGreaterThan(before);
            }
        }
    }

    /** All events of a transfer stand together: the ledger's new line with both accounts. */
    private static void assertWholeTransactions(TestBridge bridge) {
        var events = bridge.events().stream()
                .filter(event -> !type(event).equals("t.Imported.v1"))
                .toList();
        var sizes = new HashMap<String, Integer>();
        var runs = new HashMap<String, Integer>();
        var previous = "";
        var added = new ArrayList<String>();
        for (var event : events) {
            var txId = TestBridge.header(event, "ce_txid");
            sizes.merge(txId, 1, Integer::sum);
            if (!txId.equals(previous)) {
                runs.merge(txId, 1, Integer::sum);
                previous = txId;
            }
            if (event.key().startsWith("ledger/") && type(event).equals("t.Added.v1")) {
                added.add(txId);
            }
        }
        assertThat(runs.values()).as("a transaction's events are not split up").containsOnly(1);
        assertThat(added).doesNotHaveDuplicates();
        added.removeLast(); // the last row was written alone
        assertThat(added).isNotEmpty().allSatisfy(txId -> assertThat(sizes.getOrDefault(txId, 0))
                .isBetween(3, 4));
    }

    private static String type(org.apache.kafka.clients.consumer.ConsumerRecord<String, String> event) {
        return TestBridge.header(event, "ce_type");
    }
}
