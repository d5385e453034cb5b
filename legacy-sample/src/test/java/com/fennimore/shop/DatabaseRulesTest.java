package com.fennimore.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shop's rules that live in triggers and procedures. Each test runs in a transaction that is rolled back. */
class DatabaseRulesTest {

    private static final String SKU = "P000001";

    private static DataSource database;

    private Connection connection;

    @BeforeAll
    static void seed() throws SQLException {
        database = TestDatabases.seeded("rules", 42);
    }

    @BeforeEach
    void begin() throws SQLException {
        connection = database.getConnection();
        connection.setAutoCommit(false);
        run("UPDATE prd_prc SET amt = 20.00 WHERE prd_no = ? AND prc_typ = 'R'", SKU);
        run("DELETE FROM prd_prc WHERE prd_no = ? AND prc_typ = 'S'", SKU);
    }

    @AfterEach
    void rollBack() throws SQLException {
        connection.rollback();
        connection.close();
    }

    @Test
    void aLineReservesInTheFirstWarehouseThatHasEnough() throws SQLException {
        run("INSERT INTO whs VALUES ('AA', 'Aachen', 'Y')");
        run("INSERT INTO stk_lvl VALUES (?, 'AA', 2, 0), (?, 'LE', 50, 0)", SKU, SKU);
        long before = reserved("HH");

        order("P", 3);

        assertThat(reserved("AA")).isZero();
        assertThat(reserved("HH")).isEqualTo(before + 3);
        assertThat(reserved("LE")).isZero();
    }

    @Test
    void whatNoWarehouseHasIsReservedInHamburgBelowZero() throws SQLException {
        long before = reserved("HH");

        order("P", 5_000);

        assertThat(reserved("HH")).isEqualTo(before + 5_000);
        assertThat(number("SELECT qty_hand - qty_rsv FROM stk_lvl WHERE prd_no = ? AND whs_cd = 'HH'", SKU))
                .isNegative();
    }

    @Test
    void shippingTakesTheReservedPiecesFromTheShelf() throws SQLException {
        long hand = onHand();
        long reserved = reserved("HH");
        long order = order("P", 4);

        status(order, "S");

        assertThat(onHand()).isEqualTo(hand - 4);
        assertThat(reserved("HH")).isEqualTo(reserved);
        assertThat(number("SELECT COUNT(*) FROM stk_rsv WHERE ord_no = ?", order))
                .isZero();
        assertThat(number("SELECT COUNT(shp_ts) FROM ord_hdr WHERE ord_no = ?", order))
                .isEqualTo(1);
    }

    @Test
    void cancellingGivesTheReservationBack() throws SQLException {
        long hand = onHand();
        long reserved = reserved("HH");
        long order = order("P", 4);

        status(order, "X");

        assertThat(onHand()).isEqualTo(hand);
        assertThat(reserved("HH")).isEqualTo(reserved);
        assertThat(number("SELECT COUNT(shp_ts) FROM ord_hdr WHERE ord_no = ?", order))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            N, PX, C
            N, PX, P
            N, PSX, I
            P, SX, C
            S, D, C
            D, '', I
            X, '', I
            """)
    void onlyTheseStatusesMayFollow(String from, String allowed, String payment) throws SQLException {
        long order = order("P", 1);
        run("SET LOCAL session_replication_role = replica");
        run("UPDATE ord_hdr SET sts = ?, pay_cd = ? WHERE ord_no = ?", from, payment, order);
        run("SET LOCAL session_replication_role = origin");

        for (String to : List.of("N", "P", "S", "D", "X")) {
            Savepoint before = connection.setSavepoint();
            if (to.equals(from) || allowed.contains(to)) {
                status(order, to);
            } else {
                assertThatThrownBy(() -> status(order, to))
                        .hasMessageContaining("ORD-017 status " + from + " -> " + to);
            }
            connection.rollback(before);
        }
    }

    @Test
    void everyStatusIsLoggedOnce() throws SQLException {
        long order = order("P", 1);

        status(order, "P");
        status(order, "P");
        status(order, "S");

        assertThat(text(
                        "SELECT string_agg(seq_no || COALESCE(old_sts, '-') || new_sts, ' ' ORDER BY seq_no) FROM ord_sts_log WHERE ord_no = ?",
                        order))
                .isEqualTo("1-N 2NP 3PS");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            P, 4,  8000
            P, 5, 10000
            V, 4,  8000
            V, 5,  9500
            """)
    void theTotalIsAddedUpAndGroupVGetsFivePercentFromHundredEurosOn(String group, int qty, long cents)
            throws SQLException {
        assertThat(total(order(group, qty))).isEqualTo(cents);
    }

    @Test
    void theTotalFollowsItsLines() throws SQLException {
        long order = order("P", 1);
        line(order, 2, "P000002", 1);
        long second = number("SELECT unit_cents FROM ord_pos WHERE ord_no = ? AND pos_no = 2", order);

        assertThat(total(order)).isEqualTo(2_000 + second);
        run("UPDATE ord_pos SET qty = 3 WHERE ord_no = ? AND pos_no = 1", order);
        assertThat(total(order)).isEqualTo(6_000 + second);
        run("DELETE FROM ord_pos WHERE ord_no = ? AND pos_no = 2", order);
        assertThat(total(order)).isEqualTo(6_000);
    }

    @ParameterizedTest
    @CsvSource({"Y, 1550", "N, 2000"})
    void aLineWithoutPriceTakesTheSalePriceWhileItIsOn(String active, long cents) throws SQLException {
        run("INSERT INTO prd_prc (prd_no, prc_typ, amt, act_yn) VALUES (?, 'S', 15.50, ?)", SKU, active);

        assertThat(total(order("P", 1))).isEqualTo(cents);
    }

    @Test
    void aPriceThatChangesLeavesHistoryAndOneThatDoesNotLeavesNone() throws SQLException {
        long before = history();

        run("UPDATE prd_prc SET amt = 20.00 WHERE prd_no = ? AND prc_typ = 'R'", SKU);
        assertThat(history()).isEqualTo(before);
        run("UPDATE prd_prc SET amt = 21.50 WHERE prd_no = ? AND prc_typ = 'R'", SKU);
        assertThat(history()).isEqualTo(before + 1);
        assertThat(text("SELECT old_amt || ' ' || new_amt FROM prc_hist ORDER BY hist_no DESC LIMIT 1"))
                .isEqualTo("20.00 21.50");
    }

    @Test
    void changedRowsKnowWhenAndUnchangedOnesKeepTheirTime() throws SQLException {
        String before = text("SELECT upd_ts FROM prd_mst WHERE prd_no = 'P000002'");

        run("UPDATE prd_mst SET prd_nm = prd_nm WHERE prd_no = 'P000002'");
        assertThat(text("SELECT upd_ts FROM prd_mst WHERE prd_no = 'P000002'")).isEqualTo(before);
        run("UPDATE prd_mst SET prd_nm = 'Renamed' WHERE prd_no = 'P000002'");
        assertThat(number("SELECT COUNT(*) FROM prd_mst WHERE prd_no = 'P000002' AND upd_ts = fn_now_local()"))
                .isEqualTo(1);
    }

    @Test
    void nightlyPricesRaiseRegularPricesOfTheGroup() throws SQLException {
        String group = text("SELECT cat_cd FROM prd_mst WHERE prd_no = ?", SKU);
        long expected = number(
                "SELECT COUNT(*) FROM prd_mst m JOIN prd_prc p USING (prd_no) WHERE cat_cd = ? AND del_yn = 'N' AND prc_typ = 'R'",
                group);
        BigDecimal others = new BigDecimal(sumOfOthers(group));

        run("CALL sp_nightly_prices(2.5, ?::bpchar)", group);

        assertThat(regular()).isEqualTo("20.50");
        assertThat(new BigDecimal(sumOfOthers(group))).isEqualTo(others);
        assertThat(text("SELECT job_nm || ' ' || rows_no || ' ' || rmk FROM job_log"))
                .isEqualTo("nightly_prices " + expected + " 2.5 % " + group);
    }

    @Test
    void nightlyPricesEndASaleThatIsNoLongerCheaper() throws SQLException {
        run("INSERT INTO prd_prc (prd_no, prc_typ, amt) VALUES (?, 'S', 19.00)", SKU);

        run("CALL sp_nightly_prices(-4)");
        assertThat(text("SELECT act_yn FROM prd_prc WHERE prd_no = ? AND prc_typ = 'S'", SKU))
                .isEqualTo("Y");
        run("CALL sp_nightly_prices(-4)");
        assertThat(text("SELECT act_yn FROM prd_prc WHERE prd_no = ? AND prc_typ = 'S'", SKU))
                .isEqualTo("N");
    }

    @Test
    void nightlyPricesNeverReachZero() throws SQLException {
        run("CALL sp_nightly_prices(-100)");

        assertThat(regular()).isEqualTo("0.01");
    }

    @Test
    void renumberingTakesPricesStockAndOrdersAlongAndLeavesHistoryBehind() throws SQLException {
        long order = order("P", 2);
        long history = history();

        run("CALL sp_prd_renumber(?, 'P900001')", SKU);

        assertThat(number("SELECT COUNT(*) FROM prd_mst WHERE prd_no = ?", SKU)).isZero();
        assertThat(number("SELECT COUNT(*) FROM prd_prc WHERE prd_no = ?", SKU)).isZero();
        assertThat(number("SELECT COUNT(*) FROM stk_lvl WHERE prd_no = 'P900001'"))
                .isEqualTo(1);
        assertThat(text("SELECT prd_no FROM ord_pos WHERE ord_no = ?", order)).isEqualTo("P900001");
        assertThat(total(order)).isEqualTo(4_000);
        assertThat(history()).isEqualTo(history);
        assertThat(text("SELECT old_no || ' ' || new_no FROM prd_ren")).isEqualTo(SKU + " P900001");
    }

    @Test
    void renumberingWhatIsNotThereOrToWhatIsThereFails() throws SQLException {
        Savepoint before = connection.setSavepoint();
        assertThatThrownBy(() -> run("CALL sp_prd_renumber('NONE', 'P900001')"))
                .hasMessageContaining("PRD-004 no product NONE");
        connection.rollback(before);
        assertThatThrownBy(() -> run("CALL sp_prd_renumber(?, 'P000002')", SKU)).hasMessageContaining("duplicate key");
    }

    private long order(String group, int qty) throws SQLException {
        run("UPDATE cust SET grp_cd = ? WHERE customer_id = 1", group);
        long no = number("INSERT INTO ord_hdr (customer_id) VALUES (1) RETURNING ord_no");
        line(no, 1, SKU, qty);
        return no;
    }

    private void line(long order, int position, String sku, int qty) throws SQLException {
        run(
                "INSERT INTO ord_pos (ord_no, pos_no, prd_no, qty) VALUES (?, ?::smallint, ?, ?)",
                order,
                position,
                sku,
                qty);
    }

    private void status(long order, String status) throws SQLException {
        run("UPDATE ord_hdr SET sts = ? WHERE ord_no = ?", status, order);
    }

    private long total(long order) throws SQLException {
        return number("SELECT tot_cents FROM ord_hdr WHERE ord_no = ?", order);
    }

    private String regular() throws SQLException {
        return text("SELECT amt FROM prd_prc WHERE prd_no = ? AND prc_typ = 'R'", SKU);
    }

    private long history() throws SQLException {
        return number("SELECT COUNT(*) FROM prc_hist WHERE prd_no = ?", SKU);
    }

    private String sumOfOthers(String group) throws SQLException {
        return text(
                "SELECT SUM(amt) FROM prd_prc p JOIN prd_mst m USING (prd_no) WHERE m.cat_cd <> ? AND p.prc_typ = 'R'",
                group);
    }

    private long onHand() throws SQLException {
        return number("SELECT qty_hand FROM stk_lvl WHERE prd_no = ? AND whs_cd = 'HH'", SKU);
    }

    private long reserved(String warehouse) throws SQLException {
        return number("SELECT qty_rsv FROM stk_lvl WHERE prd_no = ? AND whs_cd = ?", SKU, warehouse);
    }

    private long number(String sql, Object... values) throws SQLException {
        return Long.parseLong(text(sql, values));
    }

    private String text(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    private void run(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            statement.execute();
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
