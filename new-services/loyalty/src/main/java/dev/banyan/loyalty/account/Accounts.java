package dev.banyan.loyalty.account;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Answers from the ledger. Points are summed when asked for: no total is stored that could differ from the orders. */
public final class Accounts {

    /** The most orders an {@link Account} names. */
    public static final int ORDERS_MAX = 500;

    /** The most customers {@link #leaders} names. */
    public static final int LEADERS_MAX = 50;

    private static final String ACCOUNT = """
            SELECT order_no, points, status, sum(points) OVER ()::bigint AS all_points
            FROM customer_order WHERE customer_id = ? AND NOT removed ORDER BY order_no DESC LIMIT ?
            """;

    private static final String LEADERS = """
            SELECT rank() OVER (ORDER BY sum(points) DESC), customer_id, sum(points)::bigint, count(*)
            FROM customer_order WHERE NOT removed GROUP BY customer_id HAVING sum(points) > 0
            ORDER BY sum(points) DESC, customer_id LIMIT ?
            """;

    private final DataSource database;

    /** The accounts in {@code database}. */
    public Accounts(DataSource database) {
        this.database = database;
    }

    /** The account of a customer; nothing for one who has no orders. */
    public Optional<Account> account(long customerId) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement(ACCOUNT)) {
                select.setLong(1, customerId);
                select.setInt(2, ORDERS_MAX);
                var points = 0L;
                var orders = new ArrayList<Account.Entry>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        orders.add(new Account.Entry(rows.getLong(1), rows.getLong(2), rows.getString(3)));
                        points = rows.getLong(4);
                    }
                }
                return orders.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new Account(customerId, points, Tier.of(points).word(), orders));
            }
        }
    }

    /** The customers with most points, best first. */
    public List<Standing> leaders() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement(LEADERS)) {
                select.setInt(1, LEADERS_MAX);
                var leaders = new ArrayList<Standing>();
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        var points = rows.getLong(3);
                        leaders.add(new Standing(
                                rows.getLong(1),
                                rows.getLong(2),
                                points,
                                Tier.of(points).word(),
                                rows.getLong(4)));
                    }
                }
                return leaders;
            }
        }
    }

    /** How much there is, for the status. */
    public Size size() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(true);
            try (var select = connection.prepareStatement("""
                            SELECT count(*), count(DISTINCT customer_id), coalesce(sum(points), 0)::bigint,
                                (SELECT count(*) FROM feed_fault)
                            FROM customer_order WHERE NOT removed
                            """);
                    var rows = select.executeQuery()) {
                rows.next();
                return new Size(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4));
            }
        }
    }

    /** Orders that are not removed, the customers they belong to, all their points, and records in the fault table. */
    public record Size(long orders, long customers, long points, long faults) {}
}
