package dev.banyan.bridge.run;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Changes of table {@code item}, each noted in table {@code journal} within its transaction by the number of its value, and behind a slash that of
 * its large value, if it has one. Functions {@code hard} and {@code big_of} give the values of a number.
 */
interface JournaledRows {

    /** Who may write; the password is the same word. */
    String user();

    /** What SQL calls the transaction. */
    String transactionId();

    /** True when the journal's {@code tx} is what the database calls the transaction; else it is only different for each. */
    boolean knowsTransactionId();

    /** True, in SQL, for the keys of the rows that have a large value: those that are changed again and again, mostly without it. */
    static String hasBig(String id) {
        return id + " % 100000000 < " + Journal.HOT;
    }

    /** Makes the tables, those of {@link Purchases}, sequence {@code s} and {@code functions}. */
    static void create(Connection connection, String serial, String... functions) throws SQLException {
        Purchases.create(connection, serial);
        try (var statement = connection.createStatement();
                var insert = connection.prepareStatement("INSERT INTO hard VALUES (?, ?)")) {
            statement.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, v TEXT, big TEXT)");
            statement.execute("CREATE TABLE journal (tx BIGINT, id BIGINT, v TEXT)");
            statement.execute("CREATE SEQUENCE s");
            statement.execute("CREATE TABLE hard (n INTEGER PRIMARY KEY, t TEXT)");
            for (var i = 0; i < HardValues.TEXTS.size(); i++) {
                insert.setInt(1, i);
                insert.setString(2, HardValues.TEXTS.get(i));
                insert.executeUpdate();
            }
            for (var function : functions) {
                statement.execute(function);
            }
        }
    }

    void create(Connection connection) throws SQLException;

    /** Called first in each transaction. */
    default void begin(Statement statement) throws SQLException {}

    void insert(Statement statement, long from, int count) throws SQLException;

    /** Inserts as the database's bulk load does. */
    void copy(Statement statement, long from, int count) throws SQLException, IOException;

    void change(Statement statement, long from, int count) throws SQLException;

    /** Deletes the first rows, {@code most} at most, of those from {@code from} to {@code to}. */
    void delete(Statement statement, long from, long to, int most) throws SQLException;
}
