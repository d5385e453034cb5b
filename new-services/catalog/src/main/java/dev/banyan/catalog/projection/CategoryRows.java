package dev.banyan.catalog.projection;

import dev.banyan.catalog.projection.CatalogEvent.Envelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;

/** Writes rows of {@code category}, many at once. */
final class CategoryRows implements AutoCloseable {

    private static final String UPSERT = """
            INSERT INTO category (code, sequence, committed_at, removed, name, parent, display_order)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (code) DO UPDATE SET sequence = excluded.sequence, committed_at = excluded.committed_at,
                removed = excluded.removed, name = excluded.name, parent = excluded.parent,
                display_order = excluded.display_order
            WHERE excluded.sequence > category.sequence
            """;

    private final PreparedStatement statement;

    CategoryRows(Connection connection) throws SQLException {
        this.statement = connection.prepareStatement(UPSERT);
    }

    void state(Envelope envelope, Category category) throws SQLException {
        head(envelope, category.code(), false);
        statement.setString(5, category.name());
        statement.setString(6, category.parent());
        statement.setObject(7, category.order(), Types.INTEGER);
        statement.addBatch();
    }

    /** Leaves a tombstone: the row with nothing in it but its sequence. */
    void remove(Envelope envelope, String code) throws SQLException {
        head(envelope, code, true);
        statement.setNull(5, Types.VARCHAR);
        statement.setNull(6, Types.VARCHAR);
        statement.setInt(7, 0);
        statement.addBatch();
    }

    private void head(Envelope envelope, String code, boolean removed) throws SQLException {
        statement.setString(1, code);
        statement.setString(2, envelope.sequence().text());
        statement.setObject(3, envelope.committedAt().atOffset(ZoneOffset.UTC));
        statement.setBoolean(4, removed);
    }

    void write() throws SQLException {
        statement.executeBatch();
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
