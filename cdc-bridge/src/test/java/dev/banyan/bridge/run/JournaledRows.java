package dev.banyan.bridge.run;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;

/** Changes of table {@code item}, each noted in table {@code journal} within its transaction. */
interface JournaledRows {

    /** Who may write; the password is the same word. */
    String user();

    /** True when the journal's {@code tx} is what the database calls the transaction; else it is only different for each. */
    boolean knowsTransactionId();

    /** Called first in each transaction. */
    default void begin(Statement statement) throws SQLException {}

    void insert(Statement statement, long from, int count) throws SQLException;

    /** Inserts as the database's bulk load does; each {@code v} is 1. */
    void copy(Statement statement, long from, int count) throws SQLException, IOException;

    void change(Statement statement, long from, int count) throws SQLException;

    /** Deletes the first rows, {@code most} at most, of those from {@code from} to {@code to}. */
    void delete(Statement statement, long from, long to, int most) throws SQLException;
}
