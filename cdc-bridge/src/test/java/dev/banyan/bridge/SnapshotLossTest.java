package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import dev.banyan.bridge.run.Standby;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The red control of incremental snapshots: what Debezium 3.5 alone loses, repeats or sets back. When a test here fails because it does not any more,
 * what the bridge does instead can go; each test says what that is.
 */
class SnapshotLossTest {

    private static final int ROWS = 100;
    private static final int CHUNK = 10;

    @TempDir
    Path folder;

    /** What a consumer saw, in order: {@code r 3} for a row that was read, {@code c 3} and {@code d 3} for a change. */
    private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();

    private static String database(String name) {
        var database = LossEngine.database(name);
        sql(database, "INSERT INTO a SELECT generate_series(1, " + ROWS + ")");
        return database;
    }

    private static void sql(String database, String sql) {
        Servers.postgres().execute(database, sql);
    }

    private LossEngine engine(String database, Map<String, String> settings, LossEngine.Consumer consumer)
            throws Exception {
        var all = new LinkedHashMap<>(settings);
        all.putIfAbsent("incremental.snapshot.chunk.size", Integer.toString(CHUNK));
        return new LossEngine(folder, database, all, consumer);
    }

    private void see(SourceRecord record) {
        if (record.topic().endsWith(".a") || record.topic().endsWith(".b")) {
            var value = (Struct) record.value();
            var row = value.getStruct("after") == null ? value.getStruct("before") : value.getStruct("after");
            seen.add(value.getString("op") + " " + row.getInt64("id"));
        }
    }

    /** Marks as Debezium's manual says. */
    private List<Long> stock(
            List<RecordChangeEvent<SourceRecord>> records, RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        for (var event : records) {
            see(event.record());
            committer.markProcessed(event);
        }
        return List.of();
    }

    private void awaitSeen(String what) throws Exception {
        Await.until(what + " is seen", () -> seen.contains(what));
    }

    /** The bridge keeps what was asked for in its store and asks again until the log tells of it: BackfillWatchTest, and kills at BACKFILL_ASKED. */
    @Test
    void aSignalWithinTheProcessThatDebeziumHasNotTakenIsGoneWithIt() throws Exception {
        var database = database("signal_lost");
        try (var run = engine(database, Map.of("signal.poll.interval.ms", "3600000"), this::stock)) {
            sql(database, "INSERT INTO b VALUES (1000)");
            awaitSeen("c 1000");
            run.askFor("a", "lost");
        }
        try (var run = engine(database, Map.of(), this::stock)) {
            sql(database, "INSERT INTO b VALUES (1001)");
            awaitSeen("c 1001");
            run.askFor("b", "taken"); // signals are taken in their order, so one that was kept would have come first
            awaitSeen("r 1001");
        }
        assertThat(seen).as("nobody reads a").noneMatch(each -> each.matches("r [0-9]{1,3}"));
    }

    /** The bridge keeps the last key while the list of tables is the same: {@link OffsetRule#rewritten}. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoStopsBeforeTheFirstRowSetAnIncrementalSnapshotBackToItsStart(boolean isOurs) throws Exception {
        var database = database("snapshot_key_" + isOurs);
        var stored = new ConcurrentHashMap<String, Object>();
        try (var run = engine(database, Map.of(), marking(isOurs, stored, () -> count("r") >= ROWS / 2))) {
            run.askFor("a", "backfill");
            Await.until("half is read", run::hasEnded);
        }
        var before = readsOf(seen);
        assertThat(before).hasSizeBetween(ROWS / 2, ROWS - CHUNK);
        sql(database, "INSERT INTO b VALUES (1000)"); // comes before the first chunk, whose window is still to open
        try (var run = engine(database, Map.of(), marking(isOurs, stored, () -> seen.contains("c 1000")))) {
            Await.until("it stops before a row is read", run::hasEnded);
        }
        assertThat(readsOf(seen)).as("the second run read none").isEqualTo(before);
        seen.clear();
        try (var run = engine(database, Map.of(), marking(isOurs, stored, () -> false))) {
            assertThat(run.hasEnded()).isFalse();
            awaitSeen("r " + ROWS);
        }
        var after = readsOf(seen);
        var all = new TreeSet<>(before);
        all.addAll(after);
        assertThat(all).as("all were read").hasSize(ROWS);
        after.retainAll(before);
        if (isOurs) {
            assertThat(after).as("no more than a chunk comes again").hasSizeLessThanOrEqualTo(CHUNK);
        } else {
            assertThat(after).as("Debezium begins anew").isEqualTo(before);
        }
    }

    private long count(String op) {
        return seen.stream().filter(each -> each.startsWith(op + " ")).count();
    }

    private static Set<Long> readsOf(Iterable<String> seen) {
        var reads = new TreeSet<Long>();
        seen.forEach(each -> {
            if (each.startsWith("r ")) {
                reads.add(Long.parseLong(each.substring(2)));
            }
        });
        return reads;
    }

    /** A consumer that marks each END, with {@link OffsetRule} or as it is, and fails once {@code isEnough}. */
    private LossEngine.Consumer marking(boolean isOurs, Map<String, Object> stored, BooleanSupplier isEnough) {
        return (records, committer) -> {
            for (var event : records) {
                see(event.record());
                if (!isEnd(event.record())) {
                    continue;
                }
                if (isOurs) {
                    var offset = OffsetRule.rewritten(event.record().sourceOffset(), Map.copyOf(stored));
                    stored.clear();
                    stored.putAll(offset);
                    var offsets = committer.buildOffsets();
                    offset.forEach(offsets::set);
                    committer.markProcessed(event, offsets);
                } else {
                    committer.markProcessed(event);
                }
                if (isEnough.getAsBoolean()) {
                    committer.markBatchFinished();
                    throw new IllegalStateException("as a consumer may fail");
                }
            }
            return List.of();
        };
    }

    private static boolean isEnd(SourceRecord record) {
        return record.topic().endsWith(".transaction") && "END".equals(((Struct) record.value()).getString("status"));
    }

    /**
     * The bridge drops such a row where its key changed since the backfill was asked for (BackfillTrackerTest), and waits for those who changed
     * theirs just before, as here: GhostRowTest.
     */
    @Test
    void aRowThatIsReadBehindItsRemovalIsAGhost() throws Exception {
        var database = database("race");
        sql(database, "CREATE ROLE racing SUPERUSER LOGIN PASSWORD 'racing'");
        sql(database, "ALTER ROLE racing SET synchronous_commit = 'local'");
        var settings = Map.of("database.user", "racing", "database.password", "racing");
        try (var run = engine(database, settings, this::stock);
                var _ = Standby.missing()) {
            var writer = Thread.ofPlatform().start(() -> sql(database, "DELETE FROM a WHERE id = 3"));
            awaitSeen("d 3"); // the log has it, and nobody else sees it
            run.askFor("a", "backfill");
            awaitSeen("r " + ROWS);
            assertThat(writer.isAlive()).as("it still waits for a standby").isTrue();
        }
        var ofThree = new ArrayList<>(seen);
        ofThree.removeIf(each -> !each.endsWith(" 3"));
        assertThat(ofThree).as("the row that is no more comes last").containsExactly("c 3", "d 3", "r 3");
    }
}
