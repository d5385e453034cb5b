package dev.banyan.bridge.store;

import dev.banyan.bridge.change.AggregateImages;
import java.sql.SQLException;

/** Images as one session of the store has them: durable with its next commit, and gone when it is closed before that. */
interface SessionImages extends AggregateImages, AutoCloseable {

    /** Takes to the database, inside its open transaction, what is held in memory alone. */
    void flush() throws SQLException;

    /** Everything flushed is where it should be. */
    void committed();

    @Override
    void close() throws SQLException;
}
