package dev.banyan.bridge.run;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Changes in PostgreSQL, which the same statement notes. */
final class PostgresRows implements JournaledRows {

    @Override
    public String user() {
        return "postgres";
    }

    @Override
    public boolean knowsTransactionId() {
        return true;
    }

    @Override
    public void create(Connection connection) throws SQLException {
        JournaledRows.create(connection, """
                CREATE FUNCTION hard(number BIGINT) RETURNS TEXT LANGUAGE SQL STABLE
                RETURN number || '|' || (SELECT t FROM hard WHERE n = number % 16)""");
        try (var statement = connection.createStatement()) {
            statement.execute("ALTER TABLE item ALTER v SET STORAGE EXTERNAL"); // a large one is kept out of its row
        }
    }

    private static void note(Statement statement, String change) throws SQLException {
        statement.execute(
                "WITH changed (id, v) AS (" + change
                        + ") INSERT INTO journal SELECT pg_current_xact_id()::text::bigint, id, split_part(v, '|', 1) FROM changed");
    }

    @Override
    public void insert(Statement statement, long from, int count) throws SQLException {
        note(
                statement,
                "INSERT INTO item SELECT g, hard(nextval('s')) FROM generate_series(" + from + ", " + (from + count - 1)
                        + ") g RETURNING id, v");
    }

    @Override
    public void change(Statement statement, long from, int count) throws SQLException {
        note(
                statement,
                "UPDATE item SET v = hard(nextval('s')) WHERE id BETWEEN " + from + " AND " + (from + count - 1)
                        + " RETURNING id, v");
    }

    @Override
    public void copy(Statement statement, long from, int count) throws SQLException, IOException {
        statement
                .getConnection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY item FROM STDIN", new StringReader(HardValues.bulk(from, count)));
        statement.execute(
                "INSERT INTO journal SELECT pg_current_xact_id()::text::bigint, id, split_part(v, '|', 1) FROM item WHERE id BETWEEN "
                        + from + " AND " + (from + count - 1));
    }

    @Override
    public void delete(Statement statement, long from, long to, int most) throws SQLException {
        note(
                statement,
                "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE id BETWEEN " + from + " AND " + to
                        + " ORDER BY id LIMIT " + most + ") RETURNING id, '-'");
    }
}
