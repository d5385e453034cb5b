package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long a backfill still takes, by estimates that may be wrong. */
class BackfillPaceTest {

    private static Backfill.Table table(Backfill.Reading reading, long rowsRead, @Nullable Long rowsEstimated) {
        return new Backfill.Table(new TableId("public", "t" + rowsRead), reading, rowsRead, rowsEstimated);
    }

    private static Backfill running(Backfill.Wish wish, Backfill.Table... tables) {
        var read = List.of(tables).stream().mapToLong(Backfill.Table::rowsRead).sum();
        return new Backfill("b", List.of(tables), Backfill.State.RUNNING, wish, read, 100L, null, 0, 50_000);
    }

    @Test
    void aTableThatIsReadCountsByWhatItHadAndOneThatIsLargerThanEstimatedByWhatWasRead() {
        var backfill = running(
                Backfill.Wish.GO,
                table(Backfill.Reading.READ, 500, 10_000L),
                table(Backfill.Reading.READING, 300, 200L),
                table(Backfill.Reading.WAITING, 0, 1_001L));
        assertThat(backfill.rowsEstimated()).hasValue(1_801);
        assertThat(backfill.secondsLeft(50_000)).hasValue(11);
    }

    @Test
    void nothingIsSaidOfWhatIsNotKnown() {
        var half = running(
                Backfill.Wish.GO, table(Backfill.Reading.READING, 5, 10L), table(Backfill.Reading.WAITING, 0, null));
        assertThat(half.rowsEstimated()).isEmpty();
        assertThat(half.secondsLeft(50_000)).isEmpty();
        assertThat(half.rowsPerSecond(50_000)).hasValue(100);
        assertThat(half.rowsPerSecond(80_001)).as("not heard of for long").isEmpty();
        var paused = running(Backfill.Wish.PAUSE, table(Backfill.Reading.READING, 5, 10L));
        assertThat(paused.secondsLeft(50_000)).isEmpty();
        assertThat(paused.word()).isEqualTo("paused");
    }
}
