package dev.banyan.cli.observe;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the events should say in the end, computed from legacy's tables by SQL and nothing of the bridge. */
public final class LegacyRows {

    /*
     * A second, independent writing of the mapping: if both had the same mistake nobody would see it, so this one knows the
     * contract of the events and legacy's tables, and was not derived from the mapping file.
     */
    private static final ZoneId LOCAL = ZoneId.of("Europe/Berlin");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, String> PRODUCT_STATUS = Map.of("A", "active", "N", "new", "I", "discontinued");
    private static final Map<String, String> ORDER_STATUS =
            Map.of("N", "new", "P", "paid", "S", "shipped", "D", "delivered", "X", "cancelled");
    private static final Map<String, String> CUSTOMER_GROUP = Map.of("P", "private", "B", "business", "V", "vip");
    private static final Map<String, String> PAYMENT = Map.of("I", "invoice", "C", "card", "P", "prepaid");

    private LegacyRows() {}

    /** Returns the products as their events show them, by subject. */
    public static Map<String, ObjectNode> products(Connection legacy) throws SQLException {
        var products = new TreeMap<String, ObjectNode>();
        try (var statement = legacy.createStatement()) {
            try (var rows = statement.executeQuery(
                    "select prd_no, prd_nm, prd_txt, cat_cd, sts_cd, del_yn, wgt_g, crt_ts, upd_ts from prd_mst")) {
                while (rows.next()) {
                    var product = JSON.createObjectNode();
                    var sku = rows.getString("prd_no");
                    product.put("sku", sku);
                    product.put("name", rows.getString("prd_nm"));
                    product.put("description", rows.getString("prd_txt"));
                    product.put("category", trimmed(rows, "cat_cd"));
                    product.put("status", PRODUCT_STATUS.get(rows.getString("sts_cd")));
                    product.put("deleted", "Y".equals(rows.getString("del_yn")));
                    var weight = rows.getInt("wgt_g");
                    if (rows.wasNull()) {
                        product.putNull("weightGrams");
                    } else {
                        product.put("weightGrams", weight);
                    }
                    product.put("createdAt", instant(rows, "crt_ts"));
                    product.put("updatedAt", instant(rows, "upd_ts"));
                    product.putArray("prices");
                    product.putArray("stock");
                    products.put("product/" + sku, product);
                }
            }
            try (var rows = statement.executeQuery(
                    "select prd_no, prc_typ, amt, cur_cd, act_yn from prd_prc order by prd_no, prc_typ")) {
                while (rows.next()) {
                    var product = products.get("product/" + rows.getString("prd_no"));
                    if (product != null) {
                        product.withArray("prices")
                                .addObject()
                                .put("kind", rows.getString("prc_typ").equals("R") ? "regular" : "sale")
                                .put("amount", rows.getBigDecimal("amt").toPlainString())
                                .put("currency", rows.getString("cur_cd"))
                                .put("active", "Y".equals(rows.getString("act_yn")));
                    }
                }
            }
            try (var rows = statement.executeQuery(
                    "select prd_no, whs_cd, qty_hand, qty_rsv from stk_lvl order by prd_no, whs_cd")) {
                while (rows.next()) {
                    var product = products.get("product/" + rows.getString("prd_no"));
                    if (product != null) {
                        product.withArray("stock")
                                .addObject()
                                .put("warehouse", trimmed(rows, "whs_cd"))
                                .put("onHand", rows.getInt("qty_hand"))
                                .put("reserved", rows.getInt("qty_rsv"));
                    }
                }
            }
        }
        return products;
    }

    /** Returns the orders as their events show them, by subject. */
    public static Map<String, ObjectNode> orders(Connection legacy) throws SQLException {
        var orders = new TreeMap<String, ObjectNode>();
        try (var statement = legacy.createStatement()) {
            try (var rows = statement.executeQuery(
                    "select ord_no, customer_id, ord_ts, sts, pay_cd, tot_cents, cur_cd, shp_ts from ord_hdr")) {
                while (rows.next()) {
                    var order = JSON.createObjectNode();
                    order.put("orderNo", rows.getLong("ord_no"));
                    order.put("customerId", rows.getInt("customer_id"));
                    order.put("placedAt", instant(rows, "ord_ts"));
                    order.put("status", ORDER_STATUS.get(rows.getString("sts")));
                    order.put("payment", PAYMENT.get(rows.getString("pay_cd")));
                    order.putObject("total")
                            .put("amount", cents(rows.getInt("tot_cents")))
                            .put("currency", rows.getString("cur_cd"));
                    order.put("shippedAt", instant(rows, "shp_ts"));
                    order.putArray("lines");
                    orders.put("order/" + rows.getLong("ord_no"), order);
                }
            }
            try (var rows = statement.executeQuery(
                    "select ord_no, pos_no, prd_no, qty, unit_cents from ord_pos order by ord_no, pos_no")) {
                while (rows.next()) {
                    var order = orders.get("order/" + rows.getLong("ord_no"));
                    if (order != null) {
                        order.withArray("lines")
                                .addObject()
                                .put("position", rows.getInt("pos_no"))
                                .put("sku", rows.getString("prd_no"))
                                .put("quantity", rows.getInt("qty"))
                                .put("unitPrice", cents(rows.getInt("unit_cents")));
                    }
                }
            }
        }
        return orders;
    }

    /** Returns the customers as their events show them, by subject; what identifies a person is not among it. */
    public static Map<String, ObjectNode> customers(Connection legacy) throws SQLException {
        var customers = new TreeMap<String, ObjectNode>();
        try (var statement = legacy.createStatement();
                var rows = statement.executeQuery(
                        "select customer_id, first_nm, grp_cd, news_yn, reg_ts, del_yn from cust")) {
            while (rows.next()) {
                var customer = JSON.createObjectNode();
                customer.put("customerId", rows.getInt("customer_id"));
                customer.put("firstName", rows.getString("first_nm"));
                customer.put("group", CUSTOMER_GROUP.get(rows.getString("grp_cd")));
                var newsletter = rows.getString("news_yn");
                if (newsletter == null) {
                    customer.putNull("newsletter");
                } else {
                    customer.put("newsletter", newsletter.equals("Y"));
                }
                customer.put("registeredAt", instant(rows, "reg_ts"));
                customer.put("deleted", "Y".equals(rows.getString("del_yn")));
                customers.put("customer/" + rows.getInt("customer_id"), customer);
            }
        }
        return customers;
    }

    /** Returns the categories as their events show them, by subject. */
    public static Map<String, ObjectNode> categories(Connection legacy) throws SQLException {
        var categories = new TreeMap<String, ObjectNode>();
        try (var statement = legacy.createStatement();
                var rows = statement.executeQuery("select cat_cd, cat_nm, par_cd, srt_no from cat_grp")) {
            while (rows.next()) {
                var category = JSON.createObjectNode();
                var code = trimmed(rows, "cat_cd");
                category.put("code", code);
                category.put("name", rows.getString("cat_nm"));
                category.put("parent", trimmed(rows, "par_cd"));
                var order = rows.getInt("srt_no");
                if (rows.wasNull()) {
                    category.putNull("order");
                } else {
                    category.put("order", order);
                }
                categories.put("category/" + code, category);
            }
        }
        return categories;
    }

    /** Returns what each customer's orders are worth by the rules of the loyalty service, by customer number. */
    public static Map<Integer, Long> loyaltyPoints(Connection legacy) throws SQLException {
        var points = new TreeMap<Integer, Long>();
        try (var statement = legacy.createStatement();
                var rows = statement.executeQuery("select customer_id,"
                        + " coalesce(sum(tot_cents / 100) filter (where sts in ('P', 'S', 'D')), 0)"
                        + " from ord_hdr group by customer_id")) {
            while (rows.next()) {
                points.put(rows.getInt(1), rows.getLong(2));
            }
        }
        return points;
    }

    private static String cents(int cents) {
        return BigDecimal.valueOf(cents, 2).toPlainString();
    }

    private static @Nullable String trimmed(ResultSet rows, String column) throws SQLException {
        var text = rows.getString(column);
        return text == null ? null : text.strip();
    }

    /** A column without a time zone: never by way of a Timestamp, which has no time of day that this machine's own clock leaves out. */
    private static @Nullable String instant(ResultSet rows, String column) throws SQLException {
        var local = rows.getObject(column, LocalDateTime.class);
        return local == null ? null : local.atZone(LOCAL).toInstant().toString();
    }
}
