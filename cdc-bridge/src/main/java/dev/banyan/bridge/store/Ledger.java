package dev.banyan.bridge.store;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.time.Instant;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one run of the engine remembers: gathered, read back at once, and committed by {@link #commit} all together. One thread uses it.
 * After any failure it is of no more use.
 */
public interface Ledger {

    /** The remembered rows. */
    AggregateImages images();

    /** What waits because the mapping had no answer. */
    Faults faults();

    /** How many aggregates wait. */
    int waiting();

    /**
     * Makes the tokens that were made since the last time durable by themselves, before anything that has them is sent; throws {@link Fenced}
     * if the lease is lost.
     */
    default void keepTokens() {}

    /** Remembers that a row changed while a backfill was under way. */
    void touch(StoreSession.RowKey row);

    /** Remembers that a row was read, whatever becomes of what was read. */
    default void see(StoreSession.RowKey row) {}

    /** Rows of {@code table} that are remembered and not there any more, as the backfill of a resync found that was done at {@code doneAt}. */
    record Gone(TableId table, List<Row> rows, Instant doneAt) {
        public Gone {
            rows = List.copyOf(rows);
        }
    }

    /**
     * Hides those of {@code mapped}, lists first, of which rows went without a word in the log up to {@code at}, and asks for them to be read, with the next
     * commit; false when there are none. {@code goesOn} runs now and then meanwhile, and what it throws ends it: then nothing may be committed.
     */
    default boolean hideLost(Position at, List<TableId> mapped, Runnable goesOn) {
        return false;
    }

    /** Rows that are gone of other tables than {@code mapped} are kept until a run maps these; without any, all are mapped. */
    default void keepGoneBut(Set<TableId> mapped) {}

    /** The next rows that are gone, {@code most} of them; null when there are no more. */
    default @Nullable Gone nextGone(int most) {
        return null;
    }

    /**
     * The first of {@code count} numbers for what is told of rows that are gone: higher than all that were committed with what was told before.
     * They are given with the next commit.
     */
    default long goneNumbers(int count) {
        throw new UnsupportedOperationException(count + " numbers of rows that are gone");
    }

    /** Remembers that the parity run {@code run} has found the row of {@code table} under {@code key}, as {@link dev.banyan.bridge.change.KeyText} writes it. */
    default void found(TableId table, String key, int run) {}

    /** Remembered rows that a parity run has not found, by their keys, of so many {@code looked} at; {@code last} is the key of the last of these. */
    record Unfound(SequencedMap<String, Row> rows, String last, int looked, boolean isEnd) {}

    /** Looks through the next rows of {@code table}, {@code most} at most, behind the key {@code after}, from the first on without one, for some that {@code run} has not found. */
    default Unfound unfound(TableId table, @Nullable String after, int most, int run) {
        throw new UnsupportedOperationException("looking through " + table);
    }

    /** Those of {@code rows} that changed since the running backfill was asked for. */
    Set<StoreSession.RowKey> touchedAmong(List<StoreSession.RowKey> rows);

    /** The rows that the running backfill is still to read a value of. */
    IncompleteRows incomplete();

    /** Records how far a backfill is; when it is over, the rows that changed meanwhile are forgotten. Durable with the next commit. */
    void update(Backfill backfill);

    /** Throws {@link Fenced} if the lease is lost: for a hub that does not shut earlier holders out itself. */
    void checkLease();

    /** False when the lease may have run out or is lost, as far as is known without asking the store. Any thread may ask. */
    boolean holdsLease();

    /** Takes what was gathered out of memory. It is no more durable than before. */
    default void write() {}

    /** Commits everything since the last commit, and the position with it; throws {@link Fenced} if the lease is lost. */
    void commit(Position position);

    /** Forces what was committed to the disk, where the database does not do so at each commit: a kill may undo what came since. */
    void force();
}
