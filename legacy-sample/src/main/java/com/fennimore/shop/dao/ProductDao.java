package com.fennimore.shop.dao;

import com.fennimore.shop.model.Category;
import com.fennimore.shop.model.Product;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

@Repository
public class ProductDao {

    private static final String SELECT = """
            SELECT m.prd_no, m.prd_nm, m.prd_txt, m.cat_cd, g.cat_nm, m.sts_cd, m.wgt_g,
                   r.amt AS r_amt, r.cur_cd AS r_cur, s.amt AS s_amt, s.cur_cd AS s_cur,
                   (SELECT GREATEST(0, COALESCE(SUM(k.qty_hand - k.qty_rsv), 0)) FROM stk_lvl k WHERE k.prd_no = m.prd_no) AS avail
              FROM prd_mst m
              JOIN prd_prc r ON r.prd_no = m.prd_no AND r.prc_typ = 'R'
              LEFT JOIN prd_prc s ON s.prd_no = m.prd_no AND s.prc_typ = 'S' AND s.act_yn = 'Y'
              LEFT JOIN cat_grp g ON g.cat_cd = m.cat_cd
             WHERE m.del_yn = 'N'
            """;

    private static final String COUNT = """
            SELECT COUNT(*) FROM prd_mst m JOIN prd_prc r ON r.prd_no = m.prd_no AND r.prc_typ = 'R'
             WHERE m.del_yn = 'N'
            """;

    private final JdbcTemplate jdbc;

    public ProductDao(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public long count(String q, String cat) {
        List<Object> values = new ArrayList<>();
        Long n = jdbc.queryForObject(COUNT + where(q, cat, values), Long.class, values.toArray());
        return n == null ? 0 : n;
    }

    public List<Product> list(String q, String cat, long offset, int limit) {
        List<Object> values = new ArrayList<>();
        String sql = SELECT + where(q, cat, values) + " ORDER BY m.prd_no COLLATE \"C\" LIMIT ? OFFSET ?";
        values.add(limit);
        values.add(offset);
        return jdbc.query(sql, ProductDao::product, values.toArray());
    }

    public Product find(String sku) {
        List<Product> found = jdbc.query(SELECT + " AND m.prd_no = ?", ProductDao::product, sku);
        return found.isEmpty() ? null : found.getFirst();
    }

    public List<Category> categories() {
        return jdbc.query(
                "SELECT cat_cd, cat_nm FROM cat_grp ORDER BY srt_no, cat_cd",
                (rs, i) -> new Category(rs.getString(1), rs.getString(2)));
    }

    public int updatePrice(String sku, String type, BigDecimal amount, String active) {
        return jdbc.update(
                "UPDATE prd_prc SET amt = ?, act_yn = ? WHERE prd_no = ? AND prc_typ = ?", amount, active, sku, type);
    }

    public void insertPrice(String sku, String type, BigDecimal amount, String active) {
        jdbc.update(
                "INSERT INTO prd_prc (prd_no, prc_typ, amt, act_yn) VALUES (?, ?, ?, ?)", sku, type, amount, active);
    }

    public void renumber(String oldSku, String newSku) {
        jdbc.update("CALL sp_prd_renumber(?, ?)", oldSku, newSku);
    }

    public void nightlyPrices(BigDecimal percent, String cat) {
        jdbc.update("CALL sp_nightly_prices(?::numeric, ?::bpchar)", percent, cat);
    }

    /* Only what may be listed; q is a part of the name, its % _ and \ mean themselves. */
    private static String where(String q, String cat, List<Object> values) {
        StringBuilder sql = new StringBuilder(" AND m.sts_cd IN ('A', 'N')");
        if (q != null && !q.isBlank()) {
            sql.append(" AND m.prd_nm ILIKE ?");
            values.add("%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%");
        }
        if (cat != null && !cat.isEmpty()) {
            sql.append(" AND m.cat_cd = ?");
            values.add(cat);
        }
        return sql.toString();
    }

    private static Product product(ResultSet rs, int row) throws SQLException {
        return new Product(
                rs.getString("prd_no"),
                rs.getString("prd_nm"),
                rs.getString("prd_txt"),
                rs.getString("cat_cd"),
                rs.getString("cat_nm"),
                rs.getString("sts_cd"),
                (Integer) rs.getObject("wgt_g"),
                rs.getBigDecimal("r_amt"),
                rs.getString("r_cur"),
                rs.getBigDecimal("s_amt"),
                rs.getString("s_cur"),
                (int) Math.min(Integer.MAX_VALUE, rs.getLong("avail")));
    }
}
