package dev.banyan.catalog.browse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Answers from the read model. */
public final class Shelf {

    private static final String SELECT = """
            SELECT p.*, c.name AS category_name
            FROM product p LEFT JOIN category c ON c.code = p.category AND NOT c.removed
            """;

    private final DataSource database;

    /** The shelf in {@code database}. */
    public Shelf(DataSource database) {
        this.database = database;
    }

    /** The page of the catalogue {@code query} asks for; beyond the last it has no items. */
    public Listing list(Query query) throws SQLException {
        if (query.isHopeless()) {
            return new Listing(query.page(), query.size(), 0, List.of());
        }
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            return new Listing(query.page(), query.size(), total(connection, query), items(connection, query));
        }
    }

    private static long total(Connection connection, Query query) throws SQLException {
        try (var select = connection.prepareStatement("SELECT count(*) FROM product p " + where(query))) {
            bind(select, query);
            try (var rows = select.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private static List<Listing.Item> items(Connection connection, Query query) throws SQLException {
        try (var select =
                connection.prepareStatement(SELECT + where(query) + " ORDER BY p.sku COLLATE \"C\" LIMIT ? OFFSET ?")) {
            var next = bind(select, query);
            select.setInt(next, query.size());
            select.setLong(next + 1, (query.page() - 1L) * query.size());
            var items = new ArrayList<Listing.Item>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    items.add(new Listing.Item(
                            rows.getString("sku"),
                            rows.getString("name"),
                            category(rows),
                            price(rows, "price", "price_currency"),
                            rows.getLong("available")));
                }
            }
            return items;
        }
    }

    // only the conditions asked for, so that each form of the query has the plan that suits it
    private static String where(Query query) {
        return " WHERE p.listed" + (query.words() == null ? "" : " AND p.name ILIKE ?")
                + (query.category() == null ? "" : " AND p.category = ?");
    }

    /** Binds what {@link #where} left open and returns the number of the next parameter. */
    private static int bind(PreparedStatement select, Query query) throws SQLException {
        var next = 1;
        if (query.words() != null) {
            select.setString(next++, query.pattern());
        }
        if (query.category() != null) {
            select.setString(next++, query.category());
        }
        return next;
    }

    /** The product, also when it is discontinued; nothing when it is removed, unknown or without a price. */
    public Optional<ProductPage> product(String sku) throws SQLException {
        if (sku.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement(SELECT + " WHERE p.sku = ? AND p.shown")) {
                select.setString(1, sku);
                try (var rows = select.executeQuery()) {
                    return rows.next() ? Optional.of(page(rows)) : Optional.empty();
                }
            }
        }
    }

    private static ProductPage page(ResultSet rows) throws SQLException {
        return new ProductPage(
                rows.getString("sku"),
                rows.getString("name"),
                rows.getString("description"),
                category(rows),
                price(rows, "price", "price_currency"),
                price(rows, "regular_price", "regular_currency"),
                rows.getBoolean("on_sale"),
                rows.getLong("available"),
                rows.getObject("weight_grams", Integer.class),
                rows.getString("status"));
    }

    private static Price price(ResultSet rows, String amount, String currency) throws SQLException {
        return Price.of(rows.getBigDecimal(amount), rows.getString(currency));
    }

    private static @Nullable CategoryRef category(ResultSet rows) throws SQLException {
        var code = rows.getString("category");
        if (code == null) {
            return null;
        }
        var name = rows.getString("category_name");
        return new CategoryRef(code, name == null ? code : name);
    }

    /** All categories, in the order the shop shows them. */
    public List<CategoryRef> categories() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement(
                            "SELECT code, name FROM category WHERE NOT removed ORDER BY display_order NULLS LAST, code");
                    var rows = select.executeQuery()) {
                var categories = new ArrayList<CategoryRef>();
                while (rows.next()) {
                    categories.add(new CategoryRef(rows.getString(1), rows.getString(2)));
                }
                return categories;
            }
        }
    }

    /** How much there is, for the status. */
    public Size size() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement("""
                            SELECT count(*) FILTER (WHERE NOT removed), count(*) FILTER (WHERE listed),
                                (SELECT count(*) FROM category WHERE NOT removed), (SELECT count(*) FROM feed_fault)
                            FROM product
                            """);
                    var rows = select.executeQuery()) {
                rows.next();
                return new Size(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4));
            }
        }
    }

    /** Products that are not removed, those of them that are listed, categories, and records in the fault table. */
    public record Size(long products, long listed, long categories, long faults) {}
}
