package com.fennimore.shop.seed;

import com.fennimore.shop.security.Sha1PasswordEncoder;
import com.fennimore.shop.seed.Words.Group;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty database in one transaction: all of it or nothing. Everything comes from {@link Random} streams of the
 * seed and from fixed dates, never from the clock, so that the same seed gives the same rows.
 */
public class DatabaseSeeder {

    private static final Logger log = LoggerFactory.getLogger(DatabaseSeeder.class);

    private static final LocalDateTime FIRST_PRODUCT = LocalDateTime.of(2014, 3, 3, 8, 0);
    private static final LocalDateTime FIRST_ORDER = LocalDateTime.of(2020, 1, 2, 6, 0);
    private static final LocalDateTime LAST_ORDER = LocalDateTime.of(2026, 6, 30, 22, 0);
    private static final LocalDateTime RELAUNCH = LocalDateTime.of(2019, 6, 1, 0, 0);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final int FIRST_ORDER_NO = 1001;

    /** The first products and customers have nothing odd about them: demos and tests count on them. */
    private static final int PLAIN = 20;

    private static final String[] WITH_TRIGGERS = {"prd_mst", "prd_prc", "stk_lvl", "ord_hdr", "ord_pos"};

    private final DataSource database;
    private final Size size;
    private final long seed;

    private int[] cents;
    private final BitSet forSale = new BitSet();
    private final BitSet vips = new BitSet();

    public DatabaseSeeder(DataSource database, Size size, long seed) {
        this.database = database;
        this.size = size;
        this.seed = seed;
    }

    /** Whether there was anything to do. */
    public boolean seedIfEmpty() throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                boolean done = seed(connection);
                connection.commit();
                if (done) {
                    connection.setAutoCommit(true);
                    run(connection, "ANALYZE");
                }
                return done;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }

    private boolean seed(Connection connection) throws SQLException {
        run(connection, "SELECT pg_advisory_xact_lock(20140303)");
        long there = number(connection, "SELECT COUNT(*) FROM prd_mst");
        if (there > 0) {
            log.info("the database holds {} products already: nothing to seed", there);
            return false;
        }
        long start = System.nanoTime();
        log.info(
                "seeding {}: {} products, {} customers, {} orders (seed {})",
                size.name().toLowerCase(Locale.ROOT),
                size.products,
                size.customers,
                size.orders,
                seed);
        for (String table : WITH_TRIGGERS) {
            run(connection, "ALTER TABLE " + table + " DISABLE TRIGGER USER");
        }
        categories(connection);
        products(connection);
        prices(connection);
        stock(connection);
        log.info("seeded {} products", size.products);
        customers(connection);
        log.info("seeded {} customers", size.customers);
        orders(connection);
        rest(connection);
        for (String table : WITH_TRIGGERS) {
            run(connection, "ALTER TABLE " + table + " ENABLE TRIGGER USER");
        }
        log.info("seeded in {} ms", Duration.ofNanos(System.nanoTime() - start).toMillis());
        return true;
    }

    private void categories(Connection connection) throws SQLException {
        try (CopyTable table = new CopyTable(connection, "cat_grp (cat_cd, cat_nm, par_cd, srt_no)")) {
            int order = 10;
            for (Group group : Words.GROUPS) {
                table.row(group.code(), group.name(), group.parent(), order);
                order += 10;
            }
        }
    }

    private void products(Connection connection) throws SQLException {
        Random random = stream(1);
        try (CopyTable table = new CopyTable(
                connection, "prd_mst (prd_no, prd_nm, prd_txt, cat_cd, sts_cd, del_yn, wgt_g, crt_ts, upd_ts)")) {
            for (int i = 1; i <= size.products; i++) {
                boolean plain = i <= PLAIN;
                Group group = pick(random, Words.GROUPS);
                String thing = pick(random, group.things());
                String name = pick(random, Words.MAKES) + " " + thing
                        + (random.nextInt(3) == 0
                                ? ", " + pick(random, Words.ADJECTIVES).toLowerCase(Locale.ROOT)
                                : "");
                if (!plain && random.nextInt(60) == 0) {
                    name = pick(random, Words.ODD);
                }
                int chance = random.nextInt(100);
                String status = plain || chance < 88 ? "A" : chance < 94 ? "N" : "I";
                boolean deleted = !plain && random.nextInt(33) == 0;
                LocalDateTime created = between(random, FIRST_PRODUCT, FIRST_ORDER);
                LocalDateTime updated = random.nextInt(4) == 0 ? null : between(random, created, LAST_ORDER);
                String text =
                        switch (plain ? 9 : random.nextInt(10)) {
                            case 0 -> null;
                            case 1 -> "";
                            case 2 -> "Line one.\nLine two, with <tags> & \"quotes\".";
                            default -> pick(random, Words.ADJECTIVES) + " " + thing + ", for house and yard.";
                        };
                table.row(
                        sku(i),
                        name,
                        text,
                        deleted && random.nextBoolean() ? null : group.code(),
                        status,
                        deleted ? "Y" : "N",
                        random.nextInt(12) == 0 ? null : 20 + random.nextInt(9_000),
                        TIME.format(created),
                        time(updated));
                forSale.set(i, !deleted && !status.equals("I"));
            }
        }
    }

    private void prices(Connection connection) throws SQLException {
        cents = new int[size.products + 1];
        Random random = stream(2);
        List<Object[]> history = new ArrayList<>();
        try (CopyTable table = new CopyTable(connection, "prd_prc (prd_no, prc_typ, amt, cur_cd, act_yn, upd_ts)")) {
            for (int i = 1; i <= size.products; i++) {
                int regular = 99 + 10 * random.nextInt(random.nextInt(8) == 0 ? 8_000 : 900);
                boolean priced = i <= PLAIN || random.nextInt(200) != 0;
                String changed = TIME.format(between(random, FIRST_ORDER, LAST_ORDER));
                if (priced) {
                    table.row(sku(i), "R", money(regular), "EUR", "Y", changed);
                    history.add(new Object[] {sku(i), "R", null, money(regular), changed});
                } else {
                    forSale.clear(i);
                }
                cents[i] = regular;
                if (random.nextInt(5) == 0) {
                    int sale = Math.max(1, regular * (60 + random.nextInt(35)) / 100);
                    boolean active = random.nextInt(5) < 2;
                    table.row(sku(i), "S", money(sale), "EUR", active ? "Y" : "N", changed);
                    history.add(new Object[] {sku(i), "S", null, money(sale), changed});
                    if (active) {
                        cents[i] = sale;
                    }
                }
            }
        }
        try (CopyTable table =
                new CopyTable(connection, "prc_hist (hist_no, prd_no, prc_typ, old_amt, new_amt, chg_ts, chg_usr)")) {
            int no = 0;
            for (Object[] row : history) {
                table.row(++no, row[0], row[1], row[2], row[3], row[4], "shop");
            }
        }
        run(connection, "SELECT setval('seq_prc_hist', " + Math.max(1, history.size()) + ")");
    }

    private void stock(Connection connection) throws SQLException {
        Random random = stream(3);
        try (CopyTable table = new CopyTable(connection, "stk_lvl (prd_no, whs_cd, qty_hand, qty_rsv)")) {
            for (int i = 1; i <= size.products; i++) {
                if (i <= PLAIN) {
                    table.row(sku(i), "HH", 1_000, 0);
                    continue;
                }
                int chance = random.nextInt(100);
                if (chance >= 3) {
                    table.row(sku(i), "HH", random.nextInt(10) == 0 ? 0 : random.nextInt(400), 0);
                }
                if (chance % 2 == 0) {
                    table.row(sku(i), "LE", random.nextInt(150), 0);
                }
                if (chance % 5 == 0) {
                    table.row(sku(i), "NB", random.nextInt(20) - 2, 0);
                }
            }
        }
    }

    private void customers(Connection connection) throws SQLException {
        Random random = stream(4);
        String shop = new Sha1PasswordEncoder().encode("shop");
        List<Object[]> addresses = new ArrayList<>();
        try (CopyTable table = new CopyTable(
                connection,
                "cust (customer_id, login_nm, pw_hash, first_nm, last_nm, email, birth_dt, news_yn, grp_cd, reg_ts, del_yn)")) {
            for (int i = 1; i <= size.customers; i++) {
                boolean plain = i <= PLAIN;
                String first = pick(random, Words.FIRST);
                String last = pick(random, Words.LAST);
                int news = random.nextInt(10);
                int group = random.nextInt(20);
                int year = 1935 + random.nextInt(70);
                int birth = year * 10_000 + (1 + random.nextInt(12)) * 100 + 1 + random.nextInt(28);
                boolean odd = !plain && random.nextInt(50) == 0;
                boolean deleted = !plain && random.nextInt(40) == 0;
                String login = String.format(Locale.ROOT, "cust%06d", i);
                String groupCode = i == 1 || group < 15 ? "P" : group < 18 ? "B" : "V";
                vips.set(i, groupCode.equals("V"));
                table.row(
                        i,
                        login,
                        shop,
                        odd ? null : first,
                        odd ? last + " " : last,
                        odd ? null : login + "@example.org",
                        random.nextInt(6) == 0 ? 0 : birth,
                        news == 0 ? null : news < 5 ? "Y" : "N",
                        groupCode,
                        TIME.format(between(random, FIRST_PRODUCT, FIRST_ORDER)),
                        deleted ? "Y" : "N");
                String street = pick(random, Words.STREETS) + " " + (1 + random.nextInt(120));
                String zip = String.format(Locale.ROOT, "%05d", 1_000 + random.nextInt(98_000));
                addresses.add(new Object[] {i, "I", street, zip, pick(random, Words.CITIES)});
                if (random.nextInt(5) == 0) {
                    addresses.add(
                            new Object[] {i, "D", "Packstation " + random.nextInt(300), zip, pick(random, Words.CITIES)
                            });
                }
            }
        }
        try (CopyTable table = new CopyTable(connection, "cust_adr (kd_nr, adr_typ, street, zip_cd, city)")) {
            for (Object[] row : addresses) {
                table.row(row);
            }
        }
        run(connection, "SELECT setval('seq_kd_nr', " + size.customers + ")");
    }

    /* COPY takes one table at a time, so each table runs through the same stream of orders again. */
    private void orders(Connection connection) throws SQLException {
        try (CopyTable table = new CopyTable(
                connection,
                "ord_hdr (ord_no, customer_id, ord_ts, sts, tot_cents, rmk, pay_cd, cur_cd, shp_ts, ext_ref)")) {
            eachOrder(o -> table.row(
                    o.no,
                    o.customer,
                    TIME.format(o.placed),
                    o.status(),
                    o.total,
                    o.remark,
                    o.payment,
                    "EUR",
                    time(o.shipped),
                    o.ref));
        }
        log.info("seeded {} order heads", size.orders);
        try (CopyTable table = new CopyTable(connection, "ord_pos (ord_no, pos_no, prd_no, qty, unit_cents)")) {
            eachOrder(o -> {
                int position = 0;
                for (SeedLine line : o.lines) {
                    table.row(o.no, ++position, sku(line.product), line.qty, cents[line.product]);
                }
            });
        }
        log.info("seeded their lines");
        try (CopyTable table = new CopyTable(connection, "ord_sts_log (ord_no, seq_no, old_sts, new_sts, chg_ts)")) {
            eachOrder(o -> {
                String before = null;
                int step = 0;
                for (char now : o.path.toCharArray()) {
                    LocalDateTime at = now == 'S' ? o.shipped : o.placed.plusHours(9L * step);
                    table.row(o.no, ++step, before, now, TIME.format(at));
                    before = String.valueOf(now);
                }
            });
        }
        try (CopyTable table =
                new CopyTable(connection, "pay_log (ord_no, pay_ts, amt_cents, pay_cd, rslt, raw_msg)")) {
            eachOrder(o -> {
                if (o.path.contains("P")) {
                    String at = TIME.format(o.placed.plusHours(9));
                    if (o.no % 40 == 0) {
                        table.row(o.no, at, o.total, o.payment, "9", "timeout");
                    }
                    table.row(o.no, at, o.total, o.payment, "0", "OK;seed");
                }
            });
        }
        run(connection, "SELECT setval('seq_ord_no', " + (FIRST_ORDER_NO + size.orders - 1) + ")");
    }

    /** A line of an order: number of the product and how many. */
    private record SeedLine(int product, int qty) {}

    /** An order as it was placed and what became of it; path is its statuses, in order. */
    private record SeedOrder(
            int no,
            int customer,
            LocalDateTime placed,
            String path,
            String payment,
            LocalDateTime shipped,
            String ref,
            String remark,
            List<SeedLine> lines,
            int total) {

        String status() {
            return path.substring(path.length() - 1);
        }
    }

    /** What is done with each order. */
    private interface OrderUse {
        void with(SeedOrder order) throws SQLException;
    }

    private void eachOrder(OrderUse use) throws SQLException {
        Random random = stream(5);
        long minutes = ChronoUnit.MINUTES.between(FIRST_ORDER, LAST_ORDER);
        for (int i = 0; i < size.orders; i++) {
            int customer = i < 3 ? 1 : 1 + random.nextInt(size.customers);
            LocalDateTime placed =
                    FIRST_ORDER.plusMinutes(minutes * i / size.orders).plusSeconds(random.nextInt(60));
            String payment = pick(random, List.of("I", "I", "C", "C", "P"));
            String path = path(random, payment, i > size.orders - size.orders / 50);
            LocalDateTime shipped = path.contains("S") ? placed.plusMinutes(600 + random.nextInt(5_000)) : null;
            String ref = random.nextInt(6) == 0 ? "app-" + Integer.toHexString(random.nextInt()) : null;
            String remark = random.nextInt(12) == 0 ? pick(random, Words.REMARKS) : null;
            int[] products = random.ints(1, size.products + 1)
                    .filter(forSale::get)
                    .distinct()
                    .limit(1 + random.nextInt(random.nextInt(3) + 3))
                    .toArray();
            List<SeedLine> lines = new ArrayList<>();
            int sum = 0;
            for (int product : products) {
                int qty = random.nextInt(5) == 0 ? 2 + random.nextInt(8) : 1;
                lines.add(new SeedLine(product, qty));
                sum += qty * cents[product];
            }
            int total = vips.get(customer) && sum >= 10_000 ? sum - sum * 5 / 100 : sum;
            use.with(new SeedOrder(
                    FIRST_ORDER_NO + i, customer, placed, path, payment, shipped, ref, remark, lines, total));
        }
    }

    private static String path(Random random, String payment, boolean recent) {
        int chance = random.nextInt(100);
        if (recent) {
            return chance < 40 ? "N" : chance < 70 ? "NP" : chance < 90 ? "NPS" : "NX";
        }
        if (chance < 7) {
            return chance < 4 ? "NX" : "NPX";
        }
        boolean shipsUnpaid = payment.equals("I") && random.nextInt(3) == 0;
        return chance < 9 ? "NPS" : shipsUnpaid ? "NSD" : "NPSD";
    }

    private void rest(Connection connection) throws SQLException {
        run(connection, """
                INSERT INTO stk_rsv (ord_no, pos_no, whs_cd, qty)
                SELECT p.ord_no, p.pos_no, MIN(k.whs_cd), p.qty
                  FROM ord_hdr h JOIN ord_pos p USING (ord_no) JOIN stk_lvl k USING (prd_no)
                 WHERE h.sts IN ('N', 'P') GROUP BY p.ord_no, p.pos_no, p.qty ORDER BY 1, 2
                """);
        run(connection, """
                UPDATE stk_lvl k SET qty_rsv = r.qty
                  FROM (SELECT p.prd_no, v.whs_cd, SUM(v.qty) AS qty FROM stk_rsv v JOIN ord_pos p USING (ord_no, pos_no)
                         GROUP BY 1, 2) r
                 WHERE k.prd_no = r.prd_no AND k.whs_cd = r.whs_cd
                """);
        run(
                connection,
                "INSERT INTO prd_mst_bak_2019 SELECT prd_no, left(prd_nm, 60), prd_txt, cat_cd, sts_cd, wgt_g, crt_ts,"
                        + " NULL, 'N' FROM prd_mst WHERE crt_ts < '" + TIME.format(RELAUNCH) + "' ORDER BY prd_no");
        try (CopyTable table = new CopyTable(connection, "tmp_imp_2016 (zeile, col_a, col_b, col_c)")) {
            table.row(1, "Artikel", "Preis", "Bemerkung");
            table.row(2, "P000003", "12,90", "netto?");
            table.row(3, "P000017", "ca. 5,-", null);
        }
    }

    private Random stream(int table) {
        return new Random(seed * 31 + table);
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static String sku(int number) {
        return String.format(Locale.ROOT, "P%06d", number);
    }

    private static BigDecimal money(int cents) {
        return BigDecimal.valueOf(cents, 2);
    }

    private static String time(LocalDateTime time) {
        return time == null ? null : TIME.format(time);
    }

    private static LocalDateTime between(Random random, LocalDateTime from, LocalDateTime to) {
        return from.plusSeconds((long) (random.nextDouble() * ChronoUnit.SECONDS.between(from, to)));
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
