package com.fennimore.shop.dao;

import com.fennimore.shop.model.SalesRow;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

@Repository
public class ReportDao {

    private final JdbcTemplate jdbc;

    public ReportDao(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public List<SalesRow> salesByMonth(int limit) {
        return jdbc.query(
                "SELECT mth, cat_nm, ord_cnt, pcs, amt FROM vw_sls_mth ORDER BY mth DESC, cat_nm LIMIT ?",
                (rs, i) -> new SalesRow(
                        rs.getString(1), rs.getString(2), rs.getLong(3), rs.getLong(4), rs.getBigDecimal(5)),
                limit);
    }

    public List<String> latestActivity(int limit) {
        return jdbc.queryForList("""
                SELECT to_char(chg_ts, 'YYYY-MM-DD HH24:MI:SS') || ' order ' || ord_no || ' ' || COALESCE(old_sts || '->', '') || new_sts
                  FROM ord_sts_log WHERE ord_no > (SELECT MAX(ord_no) - ? FROM ord_hdr)
                 ORDER BY ord_no DESC, seq_no DESC LIMIT ?
                """, String.class, limit, limit);
    }

    public String parameter(String name) {
        List<String> found = jdbc.queryForList("SELECT par_val FROM cfg_par WHERE par_nm = ?", String.class, name);
        return found.isEmpty() ? null : found.getFirst();
    }
}
