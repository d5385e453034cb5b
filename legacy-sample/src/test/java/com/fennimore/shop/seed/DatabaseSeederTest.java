package com.fennimore.shop.seed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fennimore.shop.TestDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseSeederTest {

    private static DataSource one;
    private static DataSource same;
    private static DataSource other;

    @BeforeAll
    static void seed() throws SQLException {
        one = TestDatabases.seeded("seed_42", 42);
        same = TestDatabases.seeded("seed_42_again", 42);
        other = TestDatabases.seeded("seed_43", 43);
    }

    @Test
    void theSameSeedGivesTheSameRowsInEveryTable() throws SQLException {
        assertThat(checksums(one)).hasSizeGreaterThan(15).isEqualTo(checksums(same));
    }

    @Test
    void anotherSeedGivesOtherRows() throws SQLException {
        Map<String, String> others = checksums(other);

        assertThat(List.of("prd_mst", "prd_prc", "stk_lvl", "cust", "ord_hdr", "ord_pos"))
                .noneMatch(table -> sum(one, table).equals(others.get(table)));
    }

    @Test
    void aFilledDatabaseIsLeftAsItIs() throws SQLException {
        Map<String, String> before = checksums(one);

        assertThat(new DatabaseSeeder(one, Size.MEDIUM, 7).seedIfEmpty()).isFalse();
        assertThat(checksums(one)).isEqualTo(before);
    }

    /** The seed writes past the triggers, so it must do what they would have done. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            products                              | 200 | SELECT COUNT(*) FROM prd_mst
            customers                             | 100 | SELECT COUNT(*) FROM cust
            orders                                | 500 | SELECT COUNT(*) FROM ord_hdr
            orders without a line                 |   0 | SELECT COUNT(*) FROM ord_hdr h WHERE NOT EXISTS (SELECT 1 FROM ord_pos p WHERE p.ord_no = h.ord_no)
            totals that the trigger would correct |   0 | SELECT COUNT(*) FROM (SELECT h.ord_no, h.tot_cents, c.grp_cd, SUM(p.qty * p.unit_cents) AS s FROM ord_hdr h JOIN ord_pos p USING (ord_no) JOIN cust c USING (customer_id) GROUP BY 1, 2, 3) t WHERE tot_cents <> CASE WHEN grp_cd = 'V' AND s >= 10000 THEN s - s * 5 / 100 ELSE s END
            statuses that the log does not end in |   0 | SELECT COUNT(*) FROM ord_hdr h WHERE sts <> (SELECT new_sts FROM ord_sts_log l WHERE l.ord_no = h.ord_no ORDER BY seq_no DESC LIMIT 1)
            open lines without a reservation      |   0 | SELECT COUNT(*) FROM ord_pos p JOIN ord_hdr h USING (ord_no) WHERE h.sts IN ('N', 'P') AND NOT EXISTS (SELECT 1 FROM stk_rsv v WHERE v.ord_no = p.ord_no AND v.pos_no = p.pos_no)
            stock that does not match             |   0 | SELECT COUNT(*) FROM stk_lvl k WHERE qty_rsv <> (SELECT COALESCE(SUM(v.qty), 0) FROM stk_rsv v JOIN ord_pos p USING (ord_no, pos_no) WHERE p.prd_no = k.prd_no AND v.whs_cd = k.whs_cd)
            prices without history                |   0 | SELECT COUNT(*) FROM prd_prc p WHERE amt IS DISTINCT FROM (SELECT new_amt FROM prc_hist h WHERE h.prd_no = p.prd_no AND h.prc_typ = p.prc_typ ORDER BY hist_no DESC LIMIT 1)
            triggers left off                     |   0 | SELECT COUNT(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'
            the next order number, less one       | 1500 | SELECT last_value FROM seq_ord_no
            """, delimiter = '|')
    void theSeededShopIsConsistent(String what, long expected, String sql) throws SQLException {
        assertThat(text(one, sql)).as(what).isEqualTo(String.valueOf(expected));
    }

    /* Every table but the migrations' own, which remembers when they ran. */
    private static Map<String, String> checksums(DataSource database) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'flyway_schema_history'")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        Map<String, String> sums = new TreeMap<>();
        for (String table : tables) {
            sums.put(table, sum(database, table));
        }
        return sums;
    }

    private static String sum(DataSource database, String table) {
        try {
            return text(
                    database,
                    "SELECT COUNT(*) || ' ' || COALESCE(md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\")), '') FROM "
                            + table + " t");
        } catch (SQLException e) {
            throw new IllegalStateException(table, e);
        }
    }

    private static String text(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
