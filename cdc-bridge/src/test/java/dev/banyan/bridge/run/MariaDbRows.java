package dev.banyan.bridge.run;

import java.sql.SQLException;
import java.sql.Statement;

/** Changes in MariaDB, which are noted from the table: it gives a transaction its id only at the end. */
final class MariaDbRows implements JournaledRows {

    @Override
    public String user() {
        return "admin";
    }

    @Override
    public boolean knowsTransactionId() {
        return false;
    }

    @Override
    public void begin(Statement statement) throws SQLException {
        statement.execute("SET @tx = UUID_SHORT()");
    }

    @Override
    public void insert(Statement statement, long from, int count) throws SQLException {
        insert(statement, from, count, "nextval(s)");
    }

    @Override
    public void copy(Statement statement, long from, int count) throws SQLException {
        insert(statement, from, count, "1");
    }

    private static void insert(Statement statement, long from, int count, String v) throws SQLException {
        var to = from + count - 1;
        statement.execute("INSERT INTO item SELECT seq, " + v + " FROM seq_" + from + "_to_" + to);
        note(statement, "v", "BETWEEN " + from + " AND " + to);
    }

    @Override
    public void change(Statement statement, long from, int count) throws SQLException {
        var ids = "BETWEEN " + from + " AND " + (from + count - 1);
        statement.execute("UPDATE item SET v = nextval(s) WHERE id " + ids);
        note(statement, "v", ids);
    }

    @Override
    public void delete(Statement statement, long from, long to, int most) throws SQLException {
        var ids = "BETWEEN " + from + " AND " + to + " ORDER BY id LIMIT " + most;
        note(statement, "'-'", ids);
        statement.execute("DELETE FROM item WHERE id " + ids);
    }

    private static void note(Statement statement, String v, String ids) throws SQLException {
        statement.execute("INSERT INTO journal SELECT @tx, id, " + v + " FROM item WHERE id " + ids);
    }
}
