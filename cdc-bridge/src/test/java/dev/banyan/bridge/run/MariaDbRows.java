package dev.banyan.bridge.run;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Changes in MariaDB, which are noted from the table: it gives a transaction its id only at the end. */
final class MariaDbRows implements JournaledRows {

    private static final String NUMBER = "SUBSTRING_INDEX(v, '|', 1)";
    private static final String NOTED = "CONCAT(" + NUMBER + ", IFNULL(CONCAT('/', SUBSTRING_INDEX(big, '|', 1)), ''))";

    @Override
    public String user() {
        return "admin";
    }

    @Override
    public String transactionId() {
        return "@tx";
    }

    @Override
    public boolean knowsTransactionId() {
        return false;
    }

    @Override
    public void create(Connection connection) throws SQLException {
        JournaledRows.create(connection, "BIGINT AUTO_INCREMENT", """
                CREATE FUNCTION hard(number BIGINT) RETURNS TEXT READS SQL DATA
                RETURN CONCAT(number, '|', (SELECT t FROM hard WHERE n = number % 16))""", """
                CREATE FUNCTION big_of(number BIGINT) RETURNS TEXT DETERMINISTIC
                RETURN\s""" + HardValues.bigOf("CONCAT(%s, %s, %s)"));
    }

    @Override
    public void begin(Statement statement) throws SQLException {
        statement.execute("SET @tx = UUID_SHORT()");
    }

    @Override
    public void insert(Statement statement, long from, int count) throws SQLException {
        var to = from + count - 1;
        statement.execute("INSERT INTO item SELECT seq, hard(nextval(s)), IF(" + JournaledRows.hasBig("seq")
                + ", big_of(seq), NULL) FROM seq_" + from + "_to_" + to);
        note(statement, NOTED, "BETWEEN " + from + " AND " + to);
    }

    @Override
    public void copy(Statement statement, long from, int count) throws SQLException {
        var rows = HardValues.bulk(from, count).getBytes(StandardCharsets.UTF_8);
        statement.unwrap(org.mariadb.jdbc.Statement.class).setLocalInfileInputStream(new ByteArrayInputStream(rows));
        statement.execute("LOAD DATA LOCAL INFILE 'rows' INTO TABLE item CHARACTER SET utf8mb4 (id, v)");
        note(statement, NOTED, "BETWEEN " + from + " AND " + (from + count - 1));
    }

    @Override
    public void change(Statement statement, long from, int count) throws SQLException {
        var ids = "BETWEEN " + from + " AND " + (from + count - 1);
        statement.execute("UPDATE item SET v = hard(nextval(s)), big = IF(big IS NOT NULL AND " + NUMBER
                + " % 10 = 0, big_of(" + NUMBER + "), big) WHERE id " + ids); // by the new v
        note(statement, NOTED, ids);
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
