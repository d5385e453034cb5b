package dev.banyan.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.mapping.KeyedHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformConfigTest {

    private static final Path REFERENCE = Path.of("../docs/reference/connect-transform.md");

    @TempDir
    Path folder;

    @Test
    void rulesThatNeedMoreThanARowAreRefusedWithTheirLines() throws Exception {
        var file = Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                schema: shop
                aggregates:
                  order:
                    topic: shop.orders
                    subject: order/{orderNo}
                    type: shop.orders.{event}.v1
                    table: ord
                    key: [ord_no]
                    fields: {orderNo: ord_no}
                    children:
                      lines:
                        table: ord_line
                        key: [ord_no, line_no]
                        parent: [ord_no]
                        fields: {line: line_no}
                    events:
                      - {event: OrderImported, when: backfill}
                      - {event: OrderPlaced, when: created, bulk: {event: OrdersPlaced}}
                      - {event: OrderRemoved, when: removed}
                      - {event: OrderChanged, when: otherwise}
                  invoice:
                    topic: shop.invoices
                    subject: invoice/{orderNo}
                    type: shop.invoices.{event}.v1
                    table: ord
                    key: [ord_no]
                    fields: {orderNo: ord_no}
                    events:
                      - {event: InvoiceImported, when: backfill}
                      - {event: InvoiceMade, when: created}
                      - {event: InvoiceRemoved, when: removed}
                      - {event: InvoiceChanged, when: otherwise}
                  customer:
                    topic: shop.customers
                    subject: customer/{customerNo}
                    type: shop.customers.{event}.v1
                    onFault: park
                    table: cust
                    key: [cust_no]
                    fields: {customerNo: cust_no}
                    events:
                      - {event: CustomerImported, when: backfill}
                      - {event: CustomerAdded, when: created}
                      - {event: CustomerRemoved, when: removed}
                      - {event: CustomerChanged, when: otherwise}
                """);

        assertThatThrownBy(() -> configure(Map.of("mapping", file.toString(), "name", "shop")))
                .isInstanceOf(ConfigException.class)
                .message()
                .contains("mapping refused:\n")
                .contains(
                        file + ":13:16: order.children.lines: rows of another table",
                        file + ":19:9: order.events.created.bulk: one event for many rows",
                        file + ":26:12: invoice.table: shop.ord, whose rows are order, too",
                        file + ":34:3: customer.onFault: park (expected: halt or skip");
    }

    @Test
    void expressionsAreRefusedWithTheirLine() {
        var mapping = HowToPage.mapping().replace("when: created}", "when: created, where: \"true\"}");
        var line = mapping.lines().takeWhile(each -> !each.contains("where:")).count() + 1;
        refused(
                Map.of("mapping.text", mapping, "name", "shop"),
                "mapping.text:" + line + ":52: order.events[1].where: an expression",
                "only a bridge evaluates expressions");
    }

    @Test
    void rulesThatCompareAreRefusedWhereOldRowsAreKeysAlone() {
        var line = HowToPage.mapping()
                        .lines()
                        .takeWhile(each -> !each.contains("OrderShipped"))
                        .count()
                + 1;
        refused(
                Map.of(
                        "mapping.text",
                        HowToPage.mapping(),
                        "name",
                        "shop",
                        "hash.key",
                        "0123456789abcdef",
                        "identity",
                        "keys"),
                "mapping refused:\nmapping.text:" + line + ":",
                "order.events.status:paid>shipped.when: compares with the row before (expected: identity=full");
    }

    @Test
    void aKeyInAFileIsTakenByteForByteAsTheBridgeTakesIt() throws Exception {
        var key = "0123456789abcdef\n".getBytes(StandardCharsets.UTF_8);
        var file = Files.write(folder.resolve("hash.key"), key);
        var transform = new MappingTransform<SourceRecord>();
        transform.configure(
                Map.of("mapping.text", HowToPage.mapping(), "name", "shop", "hash.key.file", file.toString()));

        var event = transform.apply(Orders.record("c", 7, null, Orders.row(7, "N", "x"), 1L));

        assertThat(String.valueOf(event == null ? null : event.value()))
                .contains(new KeyedHash(key).of("ada@example.org"));
        refused(
                Map.of(
                        "mapping.text",
                        HowToPage.mapping(),
                        "name",
                        "shop",
                        "hash.key.file",
                        file.toString(),
                        "hash.key",
                        "x"),
                "hash.key, hash.key.file: both");
        refused(
                Map.of("mapping.text", HowToPage.mapping(), "name", "shop", "hash.key.file", folder + "/none"),
                "hash.key.file: " + folder + "/none cannot be read");
    }

    @Test
    void whatIsWrongIsNamed() {
        var mapping = HowToPage.mapping();
        refused(Map.of("name", "shop"), "mapping, mapping.text: neither (expected: one of them)");
        refused(
                Map.of("mapping", "x.yaml", "mapping.text", mapping, "name", "shop"),
                "x.yaml:1:1: file: cannot be read");
        refused(Map.of("mapping.text", mapping), "name");
        refused(Map.of("mapping.text", mapping, "name", "Shop 1"), "name: 'Shop 1' (expected: small letters");
        refused(Map.of("mapping.text", mapping, "name", "shop"), "hash.key: hash key: none", "shop.ord.email");
        refused(Map.of("mapping.text", mapping, "name", "shop", "hash.key", "short"), "hash.key: hash key: 5 bytes");
        refused(Map.of("mapping.text", "version: 7", "name", "shop"), "mapping.text:1:10: mapping.version");
    }

    @Test
    void aFileIsReadAndTheSecretIsNotTold() throws Exception {
        var file = Files.writeString(folder.resolve("mapping.yaml"), HowToPage.mapping());
        var settings = new HashMap<String, Object>(
                Map.of("mapping", file.toString(), "name", "shop", "hash.key", "0123456789abcdef"));

        var config = TransformConfig.of(settings);

        assertThat(config.source()).isEqualTo("/banyan/bridge/shop");
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
        assertThat(TransformConfig.DEFINITION.validate(Map.of("mapping", file.toString(), "name", "shop")))
                .allSatisfy(value -> assertThat(value.errorMessages()).isEmpty());
    }

    @Test
    void everySettingAndMetricIsInTheReference() throws Exception {
        var page = Files.readString(REFERENCE);
        for (var name : TransformConfig.DEFINITION.names()) {
            assertThat(page).contains("| `" + name + "` |");
        }
        for (var count :
                new TransformCounts().toString().replaceAll(" \\d+", "").split(", ", -1)) {
            assertThat(page).contains("`" + count + "-total`");
        }
    }

    private static void configure(Map<String, ?> settings) {
        new MappingTransform<SourceRecord>().configure(settings);
    }

    private static void refused(Map<String, ?> settings, String... parts) {
        assertThatThrownBy(() -> configure(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(parts);
    }
}
