package dev.banyan.catalog.projection;

import dev.banyan.catalog.projection.CatalogEvent.Envelope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes rows of {@code product}, many at once. */
final class ProductRows implements AutoCloseable {

    // the guard repeats what the plan decided: whatever else goes wrong, an older row never replaces a newer one
    private static final String UPSERT = """
            INSERT INTO product (sku, sequence, committed_at, removed, name, description, category, status, weight_grams,
                price, price_currency, regular_price, regular_currency, on_sale, available)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (sku) DO UPDATE SET sequence = excluded.sequence, committed_at = excluded.committed_at,
                removed = excluded.removed, name = excluded.name, description = excluded.description,
                category = excluded.category, status = excluded.status, weight_grams = excluded.weight_grams,
                price = excluded.price, price_currency = excluded.price_currency,
                regular_price = excluded.regular_price, regular_currency = excluded.regular_currency,
                on_sale = excluded.on_sale, available = excluded.available
            WHERE excluded.sequence > product.sequence
            """;

    private final PreparedStatement statement;

    ProductRows(Connection connection) throws SQLException {
        this.statement = connection.prepareStatement(UPSERT);
    }

    void state(Envelope envelope, Product product) throws SQLException {
        head(envelope, product.sku(), false);
        statement.setString(5, product.name());
        statement.setString(6, product.description());
        statement.setString(7, product.category());
        statement.setString(8, product.status().name().toLowerCase(Locale.ROOT));
        statement.setObject(9, product.weightGrams(), Types.INTEGER);
        money(10, product.price());
        money(12, product.regularPrice());
        statement.setBoolean(14, product.onSale());
        statement.setLong(15, product.available());
        statement.addBatch();
    }

    /** Leaves a tombstone: the row with nothing in it but its sequence. */
    void remove(Envelope envelope, String sku) throws SQLException {
        head(envelope, sku, true);
        for (var column : new int[] {5, 6, 7, 8, 11, 13}) {
            statement.setNull(column, Types.VARCHAR);
        }
        statement.setNull(9, Types.INTEGER);
        statement.setNull(10, Types.NUMERIC);
        statement.setNull(12, Types.NUMERIC);
        statement.setBoolean(14, false);
        statement.setLong(15, 0);
        statement.addBatch();
    }

    private void head(Envelope envelope, String sku, boolean removed) throws SQLException {
        statement.setString(1, sku);
        statement.setString(2, envelope.sequence().text());
        statement.setObject(3, envelope.committedAt().atOffset(ZoneOffset.UTC));
        statement.setBoolean(4, removed);
    }

    private void money(int column, @Nullable Money money) throws SQLException {
        statement.setBigDecimal(column, money == null ? null : money.amount());
        statement.setString(column + 1, money == null ? null : money.currency());
    }

    void write() throws SQLException {
        statement.executeBatch();
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
