package dev.banyan.bridge.run;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Changes in PostgreSQL, which the same statement notes. */
final class PostgresRows implements JournaledRows {

    private static final String NOTED = "split_part(v, '|', 1) || coalesce('/' || split_part(big, '|', 1), '')";

    @Override
    public String user() {
        return "postgres";
    }

    @Override
    public String transactionId() {
        return "pg_current_xact_id()::text::bigint";
    }

    @Override
    public boolean knowsTransactionId() {
        return true;
    }

    @Override
    public void create(Connection connection) throws SQLException {
        JournaledRows.create(connection, "BIGSERIAL", """
                CREATE FUNCTION hard(number BIGINT) RETURNS TEXT LANGUAGE SQL STABLE
                RETURN number || '|' || (SELECT t FROM hard WHERE n = number % 16)""", """
                CREATE FUNCTION big_of(number BIGINT) RETURNS TEXT LANGUAGE SQL STABLE
                RETURN\s""" + HardValues.bigOf("%s || %s || %s"));
        try (var statement = connection.createStatement()) { // large ones are kept out of their rows
            statement.execute("ALTER TABLE item ALTER v SET STORAGE EXTERNAL, ALTER big SET STORAGE EXTERNAL");
        }
    }

    private static void note(Statement statement, String change) throws SQLException {
        statement.execute("WITH changed (id, v, big) AS (" + change
                + ") INSERT INTO journal SELECT pg_current_xact_id()::text::bigint, id, " + NOTED + " FROM changed");
    }

    @Override
    public void insert(Statement statement, long from, int count) throws SQLException {
        note(
                statement,
                "INSERT INTO item SELECT g, hard(nextval('s')), CASE WHEN " + JournaledRows.hasBig("g")
                        + " THEN big_of(g) END FROM generate_series(" + from + ", " + (from + count - 1)
                        + ") g RETURNING id, v, big");
    }

    @Override
    public void change(Statement statement, long from, int count) throws SQLException {
        note(
                statement,
                "UPDATE item SET v = hard(n), big = CASE WHEN n % 10 = 0 AND big IS NOT NULL THEN big_of(n) ELSE big END"
                        + " FROM (SELECT id AS at, nextval('s') AS n FROM item WHERE id BETWEEN " + from + " AND "
                        + (from + count - 1) + ") numbered WHERE id = at RETURNING id, v, big");
    }

    @Override
    public void copy(Statement statement, long from, int count) throws SQLException, IOException {
        statement
                .getConnection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY item (id, v) FROM STDIN", new StringReader(HardValues.bulk(from, count)));
        statement.execute("INSERT INTO journal SELECT pg_current_xact_id()::text::bigint, id, " + NOTED
                + " FROM item WHERE id BETWEEN " + from + " AND " + (from + count - 1));
    }

    @Override
    public void delete(Statement statement, long from, long to, int most) throws SQLException {
        note(
                statement,
                "DELETE FROM item WHERE id IN (SELECT id FROM item WHERE id BETWEEN " + from + " AND " + to
                        + " ORDER BY id LIMIT " + most + ") RETURNING id, '-', NULL::text");
    }
}
