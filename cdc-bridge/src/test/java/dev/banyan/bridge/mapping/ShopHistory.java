package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The shop's tables and random transactions over them, the same for the same seed. */
public final class ShopHistory {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int PRODUCTS = 12;
    private static final int ORDERS = 10;

    private static final List<String> CHILDREN_FIRST =
            List.of("prd_prc", "stk_lvl", "ord_pos", "prd_mst", "cat_grp", "ord_hdr", "cust");
    private static final Map<String, List<String>> KEYS = Map.of(
            "prd_mst", List.of("prd_no"),
            "prd_prc", List.of("prd_no", "prc_typ"),
            "stk_lvl", List.of("prd_no", "whs_cd"),
            "cat_grp", List.of("cat_cd"),
            "ord_hdr", List.of("ord_no"),
            "ord_pos", List.of("ord_no", "pos_no"),
            "cust", List.of("customer_id"));

    private final Random random;
    private final Map<String, Map<String, Row>> tables = new TreeMap<>();
    private List<Change> changes = new ArrayList<>();
    private long lsn = 0x1000;

    public ShopHistory(long seed) {
        random = new Random(seed);
        KEYS.keySet().forEach(table -> tables.put(table, new TreeMap<>()));
    }

    /** The next transactions; some undo in themselves what they did, some change one thing in several ways. */
    public List<Transaction> transactions(int count) {
        var transactions = new ArrayList<Transaction>();
        while (transactions.size() < count) {
            changes = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(5); i++) {
                step();
            }
            transactions.add(transaction());
        }
        return transactions;
    }

    /** Every row as a backfill reads it: in transactions of a few rows, children before roots. */
    public List<Transaction> backfill() {
        var transactions = new ArrayList<Transaction>();
        for (var table : CHILDREN_FIRST) {
            changes = new ArrayList<>();
            for (var row : rows(table).values()) {
                changes.add(new Change.Read(id(table), row));
                if (changes.size() == 5) {
                    transactions.add(transaction());
                    changes = new ArrayList<>();
                }
            }
            transactions.add(transaction());
        }
        return transactions;
    }

    /** All rows of {@code table} are gone, nothing of them is in the log but that. */
    public Transaction truncation(String table) {
        rows(table).clear();
        changes = new ArrayList<>(List.of(new Change.Truncated(id(table))));
        return transaction();
    }

    private Transaction transaction() {
        lsn += 1 + random.nextInt(100);
        return new Transaction(lsn, Long.toString(lsn), START.plusMillis(lsn), changes);
    }

    private void step() {
        switch (random.nextInt(16)) {
            case 0, 1 -> product();
            case 2, 3 -> price();
            case 4, 5 -> stock();
            case 6 -> renumber();
            case 7 -> deleteProduct();
            case 8 -> reread();
            case 9, 10 -> order();
            case 11 -> line();
            case 12 -> deleteOrder();
            case 13 -> category();
            case 14 -> customer();
            default -> softDelete();
        }
    }

    private void product() {
        put(
                "prd_mst",
                row(
                        "prd_no",
                        sku(),
                        "prd_nm",
                        "Hammer " + random.nextInt(3),
                        "prd_txt",
                        random.nextBoolean() ? null : "text",
                        "cat_cd",
                        "TOO",
                        "sts_cd",
                        one("A", "N", "I"),
                        "del_yn",
                        "N",
                        "wgt_g",
                        random.nextInt(3),
                        "crt_ts",
                        LocalDateTime.parse("2020-01-01T11:00:00"),
                        "upd_ts",
                        null));
    }

    private void softDelete() {
        var old = any("prd_mst");
        if (old != null) {
            put("prd_mst", with(old, "del_yn", one("Y", "N")));
        }
    }

    private void price() {
        var product = any("prd_mst");
        if (product == null) {
            return;
        }
        var key = row("prd_no", text(product, "prd_no"), "prc_typ", one("R", "S"));
        if (random.nextInt(5) == 0) {
            delete("prd_prc", key);
        } else {
            var amount = with(key, "amt", new BigDecimal(random.nextInt(3) + ".90"));
            put("prd_prc", with(with(amount, "cur_cd", "EUR"), "act_yn", one("Y", "N")));
        }
    }

    private void stock() {
        var product = any("prd_mst");
        if (product == null) {
            return;
        }
        var key = row("prd_no", text(product, "prd_no"), "whs_cd", one("HH", "MU"));
        if (random.nextInt(5) == 0) {
            delete("stk_lvl", key);
        } else {
            put("stk_lvl", with(with(key, "qty_hand", random.nextInt(3)), "qty_rsv", 0));
        }
    }

    /** A new number for a product, whose prices and stock follow by ON UPDATE CASCADE. */
    private void renumber() {
        var product = any("prd_mst");
        var sku = sku();
        if (product == null || rows("prd_mst").containsKey(sku)) {
            return;
        }
        var old = text(product, "prd_no");
        rekey("prd_mst", product, sku);
        for (var table : List.of("prd_prc", "stk_lvl")) {
            for (var row : children(table, "prd_no", old)) {
                rekey(table, row, sku);
            }
        }
    }

    private void rekey(String table, Row row, String sku) {
        var renamed = with(row, "prd_no", sku);
        rows(table).remove(key(table, row));
        rows(table).put(key(table, renamed), renamed);
        changes.add(new Change.Updated(id(table), row, renamed));
    }

    private void deleteProduct() {
        var product = any("prd_mst");
        if (product != null) {
            for (var table : List.of("prd_prc", "stk_lvl")) {
                children(table, "prd_no", text(product, "prd_no")).forEach(row -> delete(table, row));
            }
            delete("prd_mst", product);
        }
    }

    /** A backfill reads a row again. */
    private void reread() {
        var table = CHILDREN_FIRST.get(random.nextInt(CHILDREN_FIRST.size()));
        var row = any(table);
        if (row != null) {
            changes.add(new Change.Read(id(table), row));
        }
    }

    private void order() {
        var number = (long) random.nextInt(ORDERS) + 1000;
        put(
                "ord_hdr",
                row(
                        "ord_no",
                        number,
                        "customer_id",
                        7,
                        "ord_ts",
                        LocalDateTime.parse("2026-11-23T12:00:00"),
                        "sts",
                        one("N", "P", "S", "D", "X"),
                        "pay_cd",
                        "C",
                        "tot_cents",
                        random.nextInt(3),
                        "cur_cd",
                        "EUR",
                        "shp_ts",
                        null));
    }

    private void line() {
        var order = any("ord_hdr");
        if (order != null) {
            var number = java.util.Objects.requireNonNull(order.get("ord_no"));
            var key = row("ord_no", number, "pos_no", (short) (random.nextInt(12) + 1));
            if (random.nextInt(5) == 0) {
                delete("ord_pos", key);
            } else {
                put("ord_pos", with(with(with(key, "prd_no", sku()), "qty", random.nextInt(3)), "unit_cents", 100));
            }
        }
    }

    private void deleteOrder() {
        var order = any("ord_hdr");
        if (order != null && random.nextInt(3) == 0) {
            children("ord_pos", "ord_no", order.get("ord_no")).forEach(row -> delete("ord_pos", row));
            delete("ord_hdr", order);
        }
    }

    private void category() {
        var key = row("cat_cd", one("TOO", "GAR", "A  "));
        if (random.nextInt(3) == 0) {
            delete("cat_grp", key);
        } else {
            put("cat_grp", with(with(with(key, "cat_nm", "Tools"), "par_cd", null), "srt_no", (short)
                    random.nextInt(3)));
        }
    }

    private void customer() {
        var key = row("customer_id", random.nextInt(4));
        if (random.nextInt(4) == 0) {
            delete("cust", key);
            return;
        }
        var named = with(with(key, "first_nm", "Ada"), "grp_cd", one("P", "V"));
        var dated = with(named, "reg_ts", LocalDateTime.parse("2019-01-01T00:00:00"));
        put(
                "cust",
                with(with(with(dated, "email", one("a@b", "c@d")), "news_yn", one("Y", "N")), "del_yn", one("Y", "N")));
    }

    private void put(String table, Row row) {
        var old = rows(table).put(key(table, row), row);
        changes.add(old == null ? new Change.Inserted(id(table), row) : new Change.Updated(id(table), old, row));
    }

    private void delete(String table, Row keyOrRow) {
        var old = rows(table).remove(key(table, keyOrRow));
        if (old != null) {
            changes.add(new Change.Deleted(id(table), old));
        }
    }

    private List<Row> children(String table, String column, @Nullable Object value) {
        return rows(table).values().stream()
                .filter(row -> java.util.Objects.equals(row.get(column), value))
                .toList();
    }

    private @Nullable Row any(String table) {
        var rows = List.copyOf(rows(table).values());
        return rows.isEmpty() ? null : rows.get(random.nextInt(rows.size()));
    }

    private Map<String, Row> rows(String table) {
        return java.util.Objects.requireNonNull(tables.get(table));
    }

    private static String key(String table, Row row) {
        return String.join(
                "|",
                row.key(java.util.Objects.requireNonNull(KEYS.get(table))).stream()
                        .map(Object::toString)
                        .toList());
    }

    private String sku() {
        return "P%06d".formatted(random.nextInt(PRODUCTS));
    }

    private String one(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private static String text(Row row, String column) {
        return java.util.Objects.requireNonNull(row.get(column)).toString();
    }

    private static TableId id(String table) {
        return new TableId("public", table);
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row with(Row row, String column, @Nullable Object value) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(row.values());
        values.put(column, value);
        return new Row(values);
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row row(@Nullable Object... columnsAndValues) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < columnsAndValues.length; i += 2) {
            values.put((String) java.util.Objects.requireNonNull(columnsAndValues[i]), columnsAndValues[i + 1]);
        }
        return new Row(values);
    }
}
