package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo's own mapping gives the events and the data that the services are built against. */
class ShopMappingTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final byte[] KEY = "a key of the bridge alone".getBytes(StandardCharsets.UTF_8);

    private final InMemoryImages images = new InMemoryImages();
    private Mapper mapper;
    private long lsn = 0x1000;

    @BeforeEach
    void readTheMapping() throws MappingException {
        mapper = new Mapper(MappingFile.read(Path.of("examples/shop/mapping.yaml")), "shop", KEY);
    }

    @Test
    void newProductWithPriceAndStockIsOneEventWithAllOfIt() {
        var events = map(
                inserted("prd_mst", product("P000001")),
                inserted("prd_prc", price("P000001", "R", "12.90", "Y")),
                inserted("stk_lvl", stock("P000001", "HH", 5, 1)));

        assertThat(events).hasSize(1);
        var added = events.getFirst();
        assertThat(added.type()).isEqualTo("shop.catalog.ProductAdded.v1");
        assertThat(added.topic()).isEqualTo("shop.catalog");
        assertThat(added.subject()).isEqualTo("product/P000001");
        assertThat(added.sequence()).isEqualTo("0000000000001001-000000");
        assertThat(added.backfill()).isFalse();
        assertThat(added.data())
                .isEqualTo(
                        "{\"sku\":\"P000001\",\"name\":\"Hammer\",\"description\":null,\"category\":\"TOO\","
                                + "\"status\":\"active\",\"deleted\":false,\"weightGrams\":120,\"createdAt\":\"2020-01-01T10:00:00Z\","
                                + "\"updatedAt\":\"2020-07-01T09:00:00Z\",\"prices\":[{\"kind\":\"regular\",\"amount\":\"12.90\","
                                + "\"currency\":\"EUR\",\"active\":true}],\"stock\":[{\"warehouse\":\"HH\",\"onHand\":5,\"reserved\":1}]}");
    }

    @Test
    void theChangedTableNamesTheEvent() {
        addProduct("P000001");

        assertThat(types(map(updated("prd_prc", price("P000001", "R", "13.90", "Y")))))
                .containsExactly("PriceChanged");
        assertThat(types(map(updated("stk_lvl", stock("P000001", "HH", 4, 1))))).containsExactly("StockChanged");
        assertThat(types(map(updated("prd_mst", with(product("P000001"), "prd_nm", "Big hammer")))))
                .containsExactly("ProductChanged");
        assertThat(types(map(inserted("prd_prc", price("P000001", "S", "9.90", "N")))))
                .containsExactly("PriceChanged");
        assertThat(types(map(deleted("stk_lvl", stock("P000001", "HH", 4, 1))))).containsExactly("StockChanged");
    }

    @Test
    void oneTransactionGivesAnAggregateOneEvent() {
        addProduct("P000001");

        var events = map(
                updated("prd_prc", price("P000001", "R", "13.90", "Y")),
                updated("prd_prc", price("P000001", "R", "14.90", "Y")),
                updated("prd_mst", with(product("P000001"), "prd_nm", "Big hammer")));

        assertThat(types(events)).containsExactly("PriceChanged");
        assertThat(events.getFirst().changed()).containsExactly("name", "prices");
    }

    @Test
    void softDeleteIsARemovalWithAllItsData() {
        addProduct("P000001");

        var events = map(updated("prd_mst", with(product("P000001"), "del_yn", "Y")));

        assertThat(types(events)).containsExactly("ProductRemoved");
        assertThat(events.getFirst().data()).contains("\"deleted\":true").contains("\"name\":\"Hammer\"");
    }

    @Test
    void deletedRowIsARemovalWithItsKeyAlone() {
        addProduct("P000001");

        var events = map(
                deleted("prd_prc", price("P000001", "R", "12.90", "Y")),
                deleted("stk_lvl", stock("P000001", "HH", 5, 1)),
                deleted("prd_mst", product("P000001")));

        assertThat(types(events)).containsExactly("ProductRemoved");
        assertThat(events.getFirst().data()).isEqualTo("{\"sku\":\"P000001\",\"deleted\":true}");
    }

    @Test
    void renumberedProductKeepsItsPricesAndRemovesItsOldSelf() {
        addProduct("P000001");

        var events = map(
                new Change.Updated(table("prd_mst"), product("P000001"), product("P000002")),
                new Change.Updated(
                        table("prd_prc"), price("P000001", "R", "12.90", "Y"), price("P000002", "R", "12.90", "Y")),
                new Change.Updated(table("stk_lvl"), stock("P000001", "HH", 5, 1), stock("P000002", "HH", 5, 1)));

        assertThat(types(events)).containsExactly("ProductRenumbered", "ProductRemoved");
        assertThat(events.getFirst().subject()).isEqualTo("product/P000002");
        assertThat(events.getFirst().data())
                .contains("\"amount\":\"12.90\"")
                .contains("\"onHand\":5")
                .endsWith(",\"previousSku\":\"P000001\"}");
        assertThat(events.getLast().subject()).isEqualTo("product/P000001");
        assertThat(events.getLast().data()).isEqualTo("{\"sku\":\"P000001\",\"deleted\":true}");
    }

    @Test
    void statusCodesBecomeTheEventsTheyMean() {
        map(inserted("ord_hdr", order(1001, "N")), inserted("ord_pos", line(1001, 1, "P000001", 2, 1290)));

        var paid = map(updated("ord_hdr", order(1001, "P")));
        assertThat(types(paid)).containsExactly("OrderPaid");
        assertThat(paid.getFirst().data())
                .isEqualTo(
                        "{\"orderNo\":1001,\"customerId\":7,\"placedAt\":\"2026-11-23T11:00:00Z\",\"status\":\"paid\","
                                + "\"payment\":\"card\",\"total\":{\"amount\":\"123.45\",\"currency\":\"EUR\"},\"shippedAt\":null,"
                                + "\"lines\":[{\"position\":1,\"sku\":\"P000001\",\"quantity\":2,\"unitPrice\":\"12.90\"}]}");
        assertThat(types(map(updated("ord_hdr", order(1001, "S"))))).containsExactly("OrderShipped");
        assertThat(types(map(updated("ord_hdr", order(1001, "D"))))).containsExactly("OrderDelivered");
        assertThat(types(map(updated("ord_hdr", order(1001, "X"))))).containsExactly("OrderCancelled");
        assertThat(types(map(updated("ord_hdr", with(order(1001, "X"), "pay_cd", "I")))))
                .containsExactly("OrderChanged");
    }

    @Test
    void whatNoEventShowsIsNoEvent() {
        map(inserted("ord_hdr", order(1001, "N")));

        assertThat(map(updated("ord_hdr", with(order(1001, "N"), "rmk", "call first"))))
                .isEmpty();
        assertThat(mapper.counts().unchanged()).isEqualTo(1);
    }

    @Test
    void customersSecretsNeverReachEventsOrImages() {
        var events = map(inserted("cust", customer(7)));

        assertThat(types(events)).containsExactly("CustomerRegistered");
        assertThat(events.getFirst().data())
                .startsWith("{\"customerId\":7,\"firstName\":\"Ada\",\"group\":\"vip\",\"newsletter\":true,")
                .containsPattern("\"email\":\"[0-9a-f]{64}\"");
        var everything = events.getFirst().data() + images.all(table("cust"));
        assertThat(everything)
                .doesNotContain("Lovelace")
                .doesNotContain("ada@example.org")
                .doesNotContain("$2a$")
                .doesNotContain("18151210");
    }

    @Test
    void backfillThatReadsChildrenFirstGivesEachAggregateOneWholeEvent() {
        assertThat(map(read("prd_prc", price("P000001", "R", "12.90", "Y")))).isEmpty();
        assertThat(map(read("stk_lvl", stock("P000001", "HH", 5, 1)))).isEmpty();
        var events = map(read("prd_mst", product("P000001")));

        assertThat(types(events)).containsExactly("ProductImported");
        assertThat(events.getFirst().backfill()).isTrue();
        assertThat(events.getFirst().data()).contains("\"amount\":\"12.90\"").contains("\"onHand\":5");
    }

    @Test
    void backfillThatReadsTheRootFirstIsCompletedByItsChildren() {
        assertThat(types(map(read("prd_mst", product("P000001"))))).containsExactly("ProductImported");
        var events = map(
                read("prd_prc", price("P000001", "R", "12.90", "Y")),
                read("prd_prc", price("P000001", "S", "9.90", "N")));

        assertThat(types(events)).containsExactly("ProductImported");
        assertThat(events.getFirst().data()).contains("\"12.90\"").contains("\"9.90\"");
        assertThat(map(read("prd_prc", price("P000001", "S", "9.90", "N")))).isEmpty();
    }

    @Test
    void changeOfAProductThatNoBackfillHasReadYetIsStillItsEvent() {
        var full = map(new Change.Updated(table("ord_hdr"), order(1, "P"), order(1, "S")));
        assertThat(types(full)).containsExactly("OrderShipped");

        var unseen = map(updated("ord_hdr", order(2, "S")));
        assertThat(types(unseen)).containsExactly("OrderChanged");
    }

    @Test
    void changeThatShowsNothingStillTellsOfAProductThatNoBackfillHasReadYet() {
        var events = map(new Change.Updated(table("cat_grp"), category("TOO"), category("TOO")));

        assertThat(types(events)).containsExactly("CategoryImported");
        assertThat(map(new Change.Updated(table("cat_grp"), category("TOO"), category("TOO"))))
                .isEmpty();
    }

    @Test
    void changeThatShowsNothingStillTellsOfAChildThatNoBackfillHasReadYet() {
        map(inserted("prd_mst", product("P000001")));
        var price = price("P000001", "R", "12.90", "Y");

        var events = map(new Change.Updated(table("prd_prc"), price, price));

        assertThat(types(events)).containsExactly("ProductImported");
        assertThat(events.getFirst().data()).contains("12.90");
    }

    @Test
    void truncatedTableRemovesEachOfItsAggregates() {
        addProduct("P000001");
        addProduct("P000002");

        var events = map(new Change.Truncated(table("prd_prc")), new Change.Truncated(table("prd_mst")));

        assertThat(types(events)).containsExactly("ProductRemoved", "ProductRemoved");
        assertThat(images.all(table("prd_mst"))).isEmpty();
    }

    @Test
    void transactionThatCannotBeMappedLeavesNoTrace() {
        var change = inserted("prd_mst", with(product("P000009"), "sts_cd", "Q"));

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> map(change))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("public.prd_mst.sts_cd: 'Q' (expected: a code of productStatus")
                .hasMessageContaining("product [P000009]");
        assertThat(images.all(table("prd_mst"))).isEmpty();
    }

    @Test
    void tablesOfChildrenComeBeforeTablesOfRoots() throws MappingException {
        var tables = MappingFile.read(Path.of("examples/shop/mapping.yaml")).tables();

        assertThat(tables.stream().map(use -> use.table().name()))
                .containsExactly("prd_prc", "stk_lvl", "ord_pos", "prd_mst", "cat_grp", "ord_hdr", "cust");
        var customers = tables.getLast();
        assertThat(customers.key()).containsExactly("customer_id");
        assertThat(customers.columns()).contains("email").doesNotContain("pw_hash");
        assertThat(List.of("email", "login_nm", "last_nm", "pw_hash", "birth_dt"))
                .noneMatch(customers::isClear);
        assertThat(customers.isClear("customer_id")).isTrue();
    }

    private void addProduct(String sku) {
        map(
                inserted("prd_mst", product(sku)),
                inserted("prd_prc", price(sku, "R", "12.90", "Y")),
                inserted("stk_lvl", stock(sku, "HH", 5, 1)));
    }

    private List<DomainEvent> map(Change... changes) {
        lsn++;
        return mapper.map(new Transaction(lsn, String.valueOf(lsn), NOON, List.of(changes)), images);
    }

    private static List<String> types(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type().replaceAll("^shop\\.[a-z]+\\.|\\.v1$", ""))
                .toList();
    }

    private static Change inserted(String table, Row row) {
        return new Change.Inserted(table(table), row);
    }

    private static Change updated(String table, Row row) {
        return new Change.Updated(table(table), null, row);
    }

    private static Change deleted(String table, Row row) {
        return new Change.Deleted(table(table), row);
    }

    private static Change read(String table, Row row) {
        return new Change.Read(table(table), row);
    }

    private static TableId table(String name) {
        return new TableId("public", name);
    }

    private static Row product(String sku) {
        return row(
                "prd_no",
                sku,
                "prd_nm",
                "Hammer",
                "prd_txt",
                null,
                "cat_cd",
                "TOO",
                "sts_cd",
                "A",
                "del_yn",
                "N",
                "wgt_g",
                120,
                "crt_ts",
                LocalDateTime.parse("2020-01-01T11:00:00"),
                "upd_ts",
                LocalDateTime.parse("2020-07-01T11:00:00"));
    }

    private static Row category(String code) {
        return row("cat_cd", code, "cat_nm", "Tools", "par_cd", null, "srt_no", (short) 10);
    }

    private static Row price(String sku, String kind, String amount, String active) {
        return row("prd_no", sku, "prc_typ", kind, "amt", new BigDecimal(amount), "cur_cd", "EUR", "act_yn", active);
    }

    private static Row stock(String sku, String warehouse, int onHand, int reserved) {
        return row("prd_no", sku, "whs_cd", warehouse, "qty_hand", onHand, "qty_rsv", reserved);
    }

    private static Row order(long number, String status) {
        return row(
                "ord_no",
                number,
                "customer_id",
                7,
                "ord_ts",
                LocalDateTime.parse("2026-11-23T12:00:00"),
                "sts",
                status,
                "pay_cd",
                "C",
                "tot_cents",
                12345,
                "cur_cd",
                "EUR",
                "shp_ts",
                null,
                "ext_ref",
                null,
                "rmk",
                null);
    }

    private static Row line(long number, int position, String sku, int quantity, int cents) {
        return row("ord_no", number, "pos_no", (short) position, "prd_no", sku, "qty", quantity, "unit_cents", cents);
    }

    private static Row customer(int id) {
        return row(
                "customer_id",
                id,
                "login_nm",
                "cust000007",
                "pw_hash",
                "$2a$10$x",
                "first_nm",
                "Ada",
                "last_nm",
                "Lovelace",
                "email",
                "ada@example.org",
                "birth_dt",
                18151210,
                "news_yn",
                "Y",
                "grp_cd",
                "V",
                "reg_ts",
                LocalDateTime.parse("2019-01-01T00:00:00"),
                "del_yn",
                "N");
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row with(Row row, String column, Object value) {
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
