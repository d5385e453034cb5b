package dev.banyan.bridge.run;

import static dev.banyan.bridge.run.WholeTransactionsTest.commit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** One transaction of far more rows than the bridge's memory holds: every event of it, exact, and all at once for who reads what is committed. */
class LargeTransactionTest {

    /** A sum, a count of some and of one, and two questions for all; each looks at every row. */
    private static final String WHERE = ", where: \"Added.map(a, a.after.id).sum() == ROWS * (ROWS + 1) / 2 - 55"
            + " && Added.filter(a, a.after.v.startsWith('value ')).size() == ROWS - 11"
            + " && Added.exists_one(a, a.after.v == 'last ROWS') && !Added.exists(a, a.after.id <= 10)"
            + " && Changed.all(c, c.before.v == 'old' && Added.all(a, a.after.id != c.after.id))\"";

    @TempDir
    Path folder;

    /** Over MariaDB alone, as what is below is over PostgreSQL alone: what differs ends where a transaction is read, and both are read in both. */
    @Test
    void sixtyThousandRowsInASmallHeap() throws Exception {
        inHeapOf("-Xmx112m", Dbms.MARIADB, "large_short", 60_000);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void aMillionRowsIn256MegabytesOfHeap(Dbms dbms) throws Exception {
        inHeapOf("-Xmx256m", dbms, "large_million", Integer.getInteger("banyan.rows", 1_000_000));
    }

    @Test
    void sixtyThousandRowsOfABulkEventAndAnExpressionAboutThemInASmallHeap() throws Exception {
        bulkInHeapOf("-Xmx112m", Dbms.POSTGRESQL, "large_bulk", 60_000, "", WHERE);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void aMillionRowsOfABulkEventIn256MegabytesOfHeap(Dbms dbms) throws Exception {
        bulkInHeapOf("-Xmx256m", dbms, "large_bulk_million", Integer.getInteger("banyan.rows", 1_000_000), "");
    }

    @ParameterizedTest
    @EnumSource
    @Tag("soak")
    void anExpressionAboutAMillionRowsIn256MegabytesOfHeap(Dbms dbms) throws Exception {
        bulkInHeapOf("-Xmx256m", dbms, "large_where_million", Integer.getInteger("banyan.rows", 1_000_000), WHERE);
    }

    /** With a rule about the transaction for each of {@code wheres}. */
    private void bulkInHeapOf(String heap, Dbms dbms, String name, int rows, String... wheres) throws Exception {
        try (var bridge = new TestBridge(dbms, name, folder)) {
            bridge.sql("CREATE TABLE item (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE part (id BIGINT PRIMARY KEY, item BIGINT, v TEXT)");
            bridge.sql("INSERT INTO item SELECT g, 'old' FROM " + bridge.series(1, 10));
            var rules = new StringBuilder("transactions:\n");
            for (var where : wheres) {
                rules.append(
                        """
                          - {event: %sRestocked, topic: %s, type: "t.{event}.v1", all: [Added, Changed], none: [Removed]%s}
                        """.formatted(where.isEmpty() ? "" : "All", bridge.topic(), where.replace("ROWS", "" + rows)));
            }
            var config = config(bridge, ", bulk: {event: ListImported, atLeast: 50000}", rules.toString());
            try (var process = new BridgeProcess(folder, config, heap, "-XX:+ExitOnOutOfMemoryError")) {
                process.awaitStreaming();
                Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
                var from = bridge.events().size();
                commit(
                        bridge,
                        "INSERT INTO item SELECT g, CONCAT('value ', g) FROM " + bridge.series(11, rows),
                        "UPDATE item SET v = 'changed' WHERE id = 4",
                        "UPDATE item SET v = CONCAT('last ', id) WHERE id = " + rows);
                var since = System.nanoTime();
                checkBulk(bridge, process, from, rows, wheres.length);
                System.out.printf(
                        "%,d rows of %s in one bulk event with %s%s: %,d ms%n",
                        rows, dbms.title(), heap, String.join("", wheres), (System.nanoTime() - since) / 1_000_000);
            }
        }
    }

    /** The bulk event first, whose parts count and hold all rows in their order, then the one that was changed, then those of the transaction. */
    private static void checkBulk(TestBridge bridge, BridgeProcess process, int from, int rows, int ofTransaction)
            throws Exception {
        var json = new JsonMapper();
        var singles = new ArrayList<String>();
        var sequences = new ArrayList<String>();
        var next = 11;
        var part = 1;
        var skipped = 0;
        try (var consumer = TopicReader.consumer(bridge.bootstrapServers, bridge.topic())) {
            var deadline = System.nanoTime() + Duration.ofMinutes(30).toNanos();
            while (singles.size() < 1 + ofTransaction) {
                assertThat(System.nanoTime()).as(next + " arrived").isLessThan(deadline);
                assertThat(process.isAlive()).isTrue();
                for (var event : consumer.poll(Duration.ofMillis(200))) {
                    if (skipped++ < from) {
                        continue;
                    }
                    sequences.add(TestBridge.header(event, "ce_sequence"));
                    if (!TestBridge.header(event, "ce_type").equals("t.ListImported.v1")) {
                        singles.add(TestBridge.header(event, "ce_type") + " " + event.value());
                        continue;
                    }
                    assertThat(singles).as("before the bulk event").isEmpty();
                    var told = json.readTree(event.value());
                    assertThat(told.get("count").intValue()).isEqualTo(rows - 10);
                    assertThat(told.get("part").intValue()).isEqualTo(part++);
                    for (var item : told.get("items")) {
                        assertThat(item.get("subject").stringValue()).isEqualTo("item/" + next);
                        assertThat(item.get("data").get("v").stringValue())
                                .isEqualTo((next == rows ? "last " : "value ") + next);
                        next++;
                    }
                    assertThat(told.get("parts").intValue() < part).isEqualTo(next == rows + 1);
                }
            }
        }
        assertThat(next).isEqualTo(rows + 1);
        assertThat(singles.getFirst()).isEqualTo("t.Changed.v1 {\"id\":4,\"v\":\"changed\",\"parts\":[]}");
        assertThat(singles.subList(1, singles.size()))
                .hasSize(ofTransaction)
                .allMatch(told -> told.contains("Restocked.v1 {\"count\":" + (rows - 9) + ","));
        assertThat(sequences).isSorted().doesNotHaveDuplicates();
    }

    private void inHeapOf(String heap, Dbms dbms, String name, int rows) throws Exception {
        try (var bridge = new TestBridge(dbms, name, folder)) {
            bridge.sql("CREATE TABLE item (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE part (id BIGINT PRIMARY KEY, item BIGINT, v TEXT)");
            bridge.sql("INSERT INTO item SELECT g, 'old' FROM " + bridge.series(1, 10));
            var config = config(bridge, "", "");
            try (var process = new BridgeProcess(folder, config, heap, "-XX:+ExitOnOutOfMemoryError")) {
                process.awaitStreaming();
                Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
                var from = bridge.events().size();
                // Rows that are there before, twice the same row, rows of other tables, one that comes and goes, one
                // that moves.
                commit(
                        bridge,
                        "INSERT INTO item SELECT g, CONCAT('value ', g) FROM " + bridge.series(11, rows),
                        "INSERT INTO part SELECT g, g * 100, 'part' FROM " + bridge.series(1, rows / 100),
                        "UPDATE item SET v = CONCAT('value ', id) WHERE id <= 10",
                        "UPDATE item SET v = CONCAT('last ', id) WHERE id % 1000 = 0",
                        "UPDATE part SET item = 7 WHERE id = 1",
                        "INSERT INTO item VALUES (0, 'gone')",
                        "DELETE FROM item WHERE id = 0");
                var since = System.nanoTime();
                check(bridge, process, from, rows);
                System.out.printf(
                        "%,d rows of %s in one transaction with %s: %,d ms%n",
                        rows, dbms.title(), heap, (System.nanoTime() - since) / 1_000_000);
                bridge.sql("UPDATE item SET v = 'after' WHERE id IN (7, " + rows + ")");
            }
            try (var process = new BridgeThread(folder, config)) {
                var since = System.nanoTime();
                process.awaitStreaming(Duration.ofMinutes(10));
                System.out.printf("started again after it: %,d ms%n", (System.nanoTime() - since) / 1_000_000);
                assertThat(countUntilTold(bridge, 10 + rows + 2))
                        .as("nothing comes a second time")
                        .isEqualTo(10 + rows + 2);
            }
        }
    }

    /** Reads the topic once, until it has {@code wanted} events, and on to its end; returns how many there are. */
    private static int countUntilTold(TestBridge bridge, int wanted) throws Exception {
        var partition = new TopicPartition(bridge.topic(), 0);
        try (var consumer = TopicReader.consumer(bridge.bootstrapServers, bridge.topic())) {
            var count = new AtomicInteger();
            Await.until("what comes after is told", Duration.ofMinutes(10), () -> {
                var end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
                while (consumer.position(partition) < end) {
                    count.addAndGet(consumer.poll(Duration.ofMillis(100)).count());
                }
                return count.get() >= wanted;
            });
            return count.get();
        }
    }

    private static void check(TestBridge bridge, BridgeProcess process, int from, int rows) throws Exception {
        var seen = new BitSet(rows);
        var transactions = new HashSet<String>();
        var sequences = new HashSet<Integer>();
        var skipped = 0;
        try (var consumer = TopicReader.consumer(bridge.bootstrapServers, bridge.topic())) {
            var deadline = System.nanoTime() + Duration.ofMinutes(30).toNanos();
            while (seen.cardinality() < rows) {
                assertThat(System.nanoTime())
                        .as(seen.cardinality() + " arrived")
                        .isLessThan(deadline);
                assertThat(process.isAlive()).isTrue();
                for (var event : consumer.poll(Duration.ofMillis(200))) {
                    if (skipped++ < from) {
                        continue;
                    }
                    var id = Integer.parseInt(event.key().substring("item/".length()));
                    assertThat(seen.get(id - 1)).as("repeated " + id).isFalse();
                    seen.set(id - 1);
                    transactions.add(TestBridge.header(event, "ce_txid"));
                    sequences.add(TestBridge.header(event, "ce_sequence").length());
                    assertThat(event.value()).as(event.key()).isEqualTo(expected(id, rows));
                    assertThat(TestBridge.header(event, "ce_type")).isEqualTo(id <= 10 ? "t.Changed.v1" : "t.Added.v1");
                }
            }
        }
        assertThat(transactions).hasSize(1);
        assertThat(sequences).hasSize(1);
    }

    private static String expected(int id, int rows) {
        var hasPart = id % 100 == 0 && id != 100 && id / 100 <= rows / 100;
        return "{\"id\":" + id + ",\"v\":\"" + (id % 1000 == 0 ? "last " : "value ") + id + "\",\"parts\":["
                + (id == 7 ? "{\"v\":\"part\"}" : hasPart ? "{\"v\":\"part\"}" : "") + "]}";
    }

    private Path config(TestBridge bridge, String bulk, String transactions) throws Exception {
        var config = bridge.config();
        Files.writeString(
                folder.resolve("mapping.yaml"), """
                version: 1
                schema: %s
                aggregates:
                  item:
                    topic: %s
                    subject: item/{id}
                    type: t.{event}.v1
                    table: item
                    key: [id]
                    fields: {id: {column: id, as: integer}, v: v}
                    children:
                      parts: {table: part, key: [id], parent: [item], fields: {v: v}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created%s}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(bridge.schema(), bridge.topic(), bulk) + transactions);
        Files.writeString(config, Files.readString(config) + "limits: {queueMegabytes: 8}\n");
        return config;
    }
}
