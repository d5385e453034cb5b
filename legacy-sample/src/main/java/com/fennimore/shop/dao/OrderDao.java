package com.fennimore.shop.dao;

import com.fennimore.shop.model.NewLine;
import com.fennimore.shop.model.OrderHeader;
import com.fennimore.shop.model.OrderLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

@Repository
public class OrderDao {

    private static final String HEADER =
            "SELECT ord_no, customer_id, ord_ts, sts, pay_cd, tot_cents, cur_cd, shp_ts, ext_ref, rmk FROM ord_hdr ";

    private final JdbcTemplate jdbc;

    public OrderDao(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public long insertHeader(int customerId, String payment, String ref, String remark) {
        Long no = jdbc.queryForObject(
                "INSERT INTO ord_hdr (customer_id, pay_cd, ext_ref, rmk) VALUES (?, ?, ?, ?) RETURNING ord_no",
                Long.class,
                customerId,
                payment,
                ref,
                remark);
        if (no == null) {
            throw new IllegalStateException("no order number");
        }
        return no;
    }

    /* Sorted by product: the stock trigger locks rows in the order of these inserts. */
    public void insertLines(long orderNo, List<NewLine> lines) {
        List<Object[]> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            rows.add(new Object[] {
                orderNo, (short) (i + 1), lines.get(i).sku(), lines.get(i).qty()
            });
        }
        rows.sort(Comparator.comparing(row -> (String) row[2]));
        jdbc.batchUpdate("INSERT INTO ord_pos (ord_no, pos_no, prd_no, qty) VALUES (?, ?, ?, ?)", rows);
    }

    public OrderHeader find(long orderNo) {
        List<OrderHeader> found = jdbc.query(HEADER + "WHERE ord_no = ?", OrderDao::header, orderNo);
        return found.isEmpty() ? null : found.getFirst();
    }

    public OrderHeader findForUpdate(long orderNo) {
        List<OrderHeader> found = jdbc.query(HEADER + "WHERE ord_no = ? FOR UPDATE", OrderDao::header, orderNo);
        return found.isEmpty() ? null : found.getFirst();
    }

    public List<OrderHeader> ofCustomer(int customerId, int limit) {
        return jdbc.query(
                HEADER + "WHERE customer_id = ? ORDER BY ord_no DESC LIMIT ?", OrderDao::header, customerId, limit);
    }

    public List<OrderHeader> latest(int limit) {
        return jdbc.query(HEADER + "ORDER BY ord_no DESC LIMIT ?", OrderDao::header, limit);
    }

    public List<OrderLine> lines(long orderNo) {
        return jdbc.query(
                """
                SELECT p.pos_no, p.prd_no, m.prd_nm, p.qty, COALESCE(p.unit_cents, 0)
                  FROM ord_pos p LEFT JOIN prd_mst m ON m.prd_no = p.prd_no
                 WHERE p.ord_no = ? ORDER BY p.pos_no
                """,
                (rs, i) -> new OrderLine(rs.getInt(1), rs.getString(2), rs.getString(3), rs.getInt(4), rs.getInt(5)),
                orderNo);
    }

    public void updateStatus(long orderNo, String status) {
        jdbc.update("UPDATE ord_hdr SET sts = ? WHERE ord_no = ?", status, orderNo);
    }

    public void logPayment(long orderNo, int cents, String payment, String result, String raw) {
        jdbc.update(
                "INSERT INTO pay_log (ord_no, amt_cents, pay_cd, rslt, raw_msg) VALUES (?, ?, ?, ?, ?)",
                orderNo,
                cents,
                payment,
                result,
                raw);
    }

    public long invoiceNumber(long orderNo) {
        Long no = jdbc.queryForObject("""
                INSERT INTO inv_no (ord_no) VALUES (?)
                ON CONFLICT (ord_no) DO UPDATE SET ord_no = EXCLUDED.ord_no RETURNING inv_no
                """, Long.class, orderNo);
        return no == null ? 0 : no;
    }

    private static OrderHeader header(ResultSet rs, int row) throws SQLException {
        return new OrderHeader(
                rs.getLong("ord_no"),
                rs.getInt("customer_id"),
                rs.getObject("ord_ts", LocalDateTime.class),
                rs.getString("sts"),
                rs.getString("pay_cd"),
                rs.getInt("tot_cents"),
                rs.getString("cur_cd"),
                rs.getObject("shp_ts", LocalDateTime.class),
                rs.getString("ext_ref"),
                rs.getString("rmk"));
    }
}
