package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.DebeziumException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of a backfill that failed names table and column, and no value. */
class SnapshotFailuresTest {

    private final Throwable ofAChunk = new DebeziumException(
            "Database error while executing incremental snapshot for table 'CollectionId{id=public.one,"
                    + " additionalCondition=\"id\" IN (4711), surrogateKey=}'",
            new IllegalStateException("wrapped", new DateTimeException("Text '4711-00-00' could not be parsed")));

    private final Throwable ofAValue = new IllegalStateException(
            "Error while processing event at offset {}",
            new DebeziumException(
                    "Failed to properly convert data value for 'public.one.v' of type date",
                    new DateTimeException("Text '4711-00-00' could not be parsed")));

    @Test
    void ofAValueTheColumnIsNamedAndOfAChunkTheTable() {
        assertThat(SnapshotFailures.notice(Optional.empty(), ofAValue))
                .isEqualTo(new SnapshotNotice.GivenUp(
                        "Failed to properly convert data value for 'public.one.v' of type date (see the log)", true));
        assertThat(SnapshotFailures.notice(Optional.empty(), ofAChunk))
                .isEqualTo(new SnapshotNotice.GivenUp(
                        "public.one could not be read (DateTimeException, see the log)", false));
        assertThat(SnapshotFailures.notice(Optional.of(new TransactionUnreadable("one.v: a zero date")), ofAValue))
                .isEqualTo(new SnapshotNotice.GivenUp("one.v: a zero date", true));
        assertThat(SnapshotFailures.notice(Optional.empty(), new NullPointerException()))
                .isEqualTo(new SnapshotNotice.GivenUp(
                        "a table could not be read (NullPointerException, see the log)", false));
    }

    @Test
    void anEngineThatEndsForAnotherReasonIsNoFailureOfABackfill() {
        var heard = new ArrayList<SnapshotNotice>();
        SnapshotNotices.register("ended", heard::add);
        try {
            SnapshotFailures.ended("ended", new IllegalStateException("connection lost"));
            SnapshotFailures.ended("ended", new IllegalStateException("stopped", new InterruptedException()));
            assertThat(heard).isEmpty();
            SnapshotFailures.ended("ended", new IllegalStateException("the engine", ofAChunk));
            assertThat(heard)
                    .containsExactly(new SnapshotNotice.GivenUp(
                            "public.one could not be read (DateTimeException, see the log)", false));
        } finally {
            SnapshotNotices.unregister("ended");
        }
    }
}
