package dev.banyan.loyalty.ledger;

import dev.banyan.loyalty.ledger.OrderEvent.Envelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.Locale;

/** Writes rows of {@code customer_order}, many at once. */
final class OrderRows implements AutoCloseable {

    // the guard repeats what the plan decided: whatever else goes wrong, an older row never replaces a newer one
    private static final String UPSERT = """
            INSERT INTO customer_order (order_no, sequence, committed_at, removed, customer_id, status, total, currency, points)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (order_no) DO UPDATE SET sequence = excluded.sequence, committed_at = excluded.committed_at,
                removed = excluded.removed, customer_id = excluded.customer_id, status = excluded.status,
                total = excluded.total, currency = excluded.currency, points = excluded.points
            WHERE excluded.sequence > customer_order.sequence
            """;

    private final PreparedStatement statement;

    OrderRows(Connection connection) throws SQLException {
        this.statement = connection.prepareStatement(UPSERT);
    }

    void state(Envelope envelope, Order order) throws SQLException {
        head(envelope, order.orderNo(), false);
        statement.setLong(5, order.customerId());
        statement.setString(6, order.status().name().toLowerCase(Locale.ROOT));
        statement.setBigDecimal(7, order.total());
        statement.setString(8, order.currency());
        statement.setLong(9, order.points());
        statement.addBatch();
    }

    /** Leaves a tombstone: the row with nothing in it but its sequence. */
    void remove(Envelope envelope, long orderNo) throws SQLException {
        head(envelope, orderNo, true);
        statement.setNull(5, Types.BIGINT);
        statement.setNull(6, Types.VARCHAR);
        statement.setNull(7, Types.NUMERIC);
        statement.setNull(8, Types.VARCHAR);
        statement.setLong(9, 0);
        statement.addBatch();
    }

    private void head(Envelope envelope, long orderNo, boolean removed) throws SQLException {
        statement.setLong(1, orderNo);
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
