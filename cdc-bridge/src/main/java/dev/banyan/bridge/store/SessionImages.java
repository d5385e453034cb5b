package dev.banyan.bridge.store;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.sql.SQLException;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Images as one session of the store has them: durable with its next commit, and gone when it is closed before that. */
interface SessionImages extends AggregateImages, AutoCloseable {

    /** So many rows that were not found are told of at once: they may be large. */
    int UNFOUND_MAX = 1_000;

    /** Takes to the database, inside its open transaction, what is held in memory alone. */
    void flush() throws SQLException;

    /** Marks every row of {@code table} as hidden, until it is put anew or {@link #see}n; {@code goesOn} runs now and then, and what it throws ends it. */
    void hide(TableId table, Runnable goesOn) throws SQLException;

    /** Takes the mark of the row under {@code key}, as {@link dev.banyan.bridge.change.KeyText} writes it, if it has one. */
    void see(TableId table, String key);

    /** The next rows of {@code table} that are hidden, {@code most} of them, from the key {@code last} on; by their keys, and in the order of these. */
    SequencedMap<String, Row> hidden(TableId table, String last, int most) throws SQLException;

    /** Puts each row of {@code table} where {@code keys} say, hidden if it was; how many were moved. A row that is there already stays. */
    int rekey(TableId table, Rekeying keys) throws SQLException;

    /** Marks the row under {@code key} as found by the parity run {@code run}, until it is put anew. */
    void found(TableId table, String key, int run);

    /** Looks through the next rows of {@code table}, {@code most} at most, behind the key {@code after}, from the first on without one, for some that {@code run} has not found. */
    Ledger.Unfound unfound(TableId table, @Nullable String after, int most, int run) throws SQLException;

    /** Everything flushed is where it should be. */
    void committed();

    @Override
    void close() throws SQLException;
}
