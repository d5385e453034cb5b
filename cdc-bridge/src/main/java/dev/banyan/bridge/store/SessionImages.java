package dev.banyan.bridge.store;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.sql.SQLException;
import java.util.SequencedMap;

/** Images as one session of the store has them: durable with its next commit, and gone when it is closed before that. */
interface SessionImages extends AggregateImages, AutoCloseable {

    /** Takes to the database, inside its open transaction, what is held in memory alone. */
    void flush() throws SQLException;

    /** Marks every row of {@code table} as hidden, until it is put anew or {@link #see}n. */
    void hide(TableId table) throws SQLException;

    /** Takes the mark of the row under {@code key}, as {@link dev.banyan.bridge.change.KeyText} writes it, if it has one. */
    void see(TableId table, String key);

    /** The next rows of {@code table} that are hidden, {@code most} of them, from the key {@code last} on; by their keys, and in the order of these. */
    SequencedMap<String, Row> hidden(TableId table, String last, int most) throws SQLException;

    /** Puts each row of {@code table} where {@code keys} say, hidden if it was; how many were moved. A row that is there already stays. */
    int rekey(TableId table, Rekeying keys) throws SQLException;

    /** Everything flushed is where it should be. */
    void committed();

    @Override
    void close() throws SQLException;
}
