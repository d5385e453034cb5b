package dev.banyan.cli.demo;

import dev.banyan.cli.observe.LegacyRows;
import dev.banyan.cli.observe.RowCounter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Legacy's database as the demo looks into it, beside the running application. One connection, one thread. */
final class Legacy implements AutoCloseable {

    private static final int PROBED = 5;

    private final String jdbcUrl;
    private final Connection connection;

    Legacy(String jdbcUrl) throws SQLException {
        this.jdbcUrl = jdbcUrl;
        this.connection = DriverManager.getConnection(jdbcUrl);
    }

    String jdbcUrl() {
        return jdbcUrl;
    }

    Connection connection() {
        return connection;
    }

    /** Returns every product's number, also of deleted and discontinued ones. */
    List<String> allSkus() throws SQLException {
        return strings("select prd_no from prd_mst order by prd_no");
    }

    /** Returns products that only the {@link dev.banyan.cli.observe.PriceProbe} reprices: the last of {@link #probeCategory}. */
    List<String> probeSkus() throws SQLException {
        return strings("select m.prd_no from prd_mst m join prd_prc p on p.prd_no = m.prd_no and p.prc_typ = 'R'"
                + " where m.sts_cd in ('A','N') and m.del_yn = 'N' and m.cat_cd = '" + probeCategory() + "'"
                + " order by m.prd_no desc limit " + PROBED);
    }

    /** Returns a category that the nightly job leaves alone. */
    String probeCategory() throws SQLException {
        return strings("select max(cat_cd) from prd_mst where sts_cd in ('A','N') and del_yn = 'N'")
                .getFirst();
    }

    /** Returns the categories that the nightly job reprices. */
    List<String> nightlyCategories() throws SQLException {
        return strings("select distinct cat_cd from prd_mst where cat_cd is not null and cat_cd <> '" + probeCategory()
                + "' order by cat_cd");
    }

    /** Returns products on sale that the mobile application orders and reprices. */
    List<String> mobileSkus() throws SQLException {
        return strings("select m.prd_no from prd_mst m join prd_prc p on p.prd_no = m.prd_no and p.prc_typ = 'R'"
                + " where m.sts_cd in ('A','N') and m.del_yn = 'N' and m.cat_cd <> '" + probeCategory() + "'"
                + " order by m.prd_no limit 200");
    }

    long lastOrder() throws SQLException {
        return number("select coalesce(max(ord_no), 0) from ord_hdr");
    }

    long products() throws SQLException {
        return number("select count(*) from prd_mst where del_yn = 'N'");
    }

    long rowsWritten() throws SQLException {
        return RowCounter.rowsWritten(connection);
    }

    Map<String, ObjectNode> productRows() throws SQLException {
        return LegacyRows.products(connection);
    }

    Map<String, ObjectNode> orderRows() throws SQLException {
        return LegacyRows.orders(connection);
    }

    Map<String, ObjectNode> customerRows() throws SQLException {
        return LegacyRows.customers(connection);
    }

    Map<String, ObjectNode> categoryRows() throws SQLException {
        return LegacyRows.categories(connection);
    }

    /** Returns what customers' orders are worth in points; of those with the highest order numbers, {@code most} at most. */
    Map<Integer, Long> loyaltyPoints(int most) throws SQLException {
        var points = LegacyRows.loyaltyPoints(connection);
        var lately = new HashSet<>(strings(
                "select customer_id from ord_hdr group by customer_id order by max(ord_no) desc" + " limit " + most));
        points.keySet().removeIf(customer -> !lately.contains(customer.toString()));
        return points;
    }

    private long number(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    private List<String> strings(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var strings = new ArrayList<String>();
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
            return strings;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
