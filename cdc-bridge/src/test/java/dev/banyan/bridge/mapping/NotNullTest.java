package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the database forbids, the mapping may rely on, and what comes all the same is not passed on. */
class NotNullTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{no}
                type: orders.{event}.v1
                table: ord
                key: [no]
                notNull: [tot, cur]
                fields:
                  no: {column: no, as: integer}
                  total: {column: tot, as: cents, currency: {column: cur}}
                  note: rmk
                events:
                  - {event: OrderImported, when: backfill}
                  - {event: OrderPlaced, when: created}
                  - {event: OrderRemoved, when: removed}
                  - {event: OrderChanged, when: otherwise}
            tests:
              - name: whole
                when: [{insert: ord, row: {no: 1, tot: 5, cur: EUR}}]
                then: [{event: OrderPlaced, data: {total: {amount: "0.05", currency: EUR}, note: null}}]
              - name: no amount
                when: [{insert: ord, row: {no: 1, cur: EUR}}]
                refused: "public.ord.tot: NULL (expected: a value, as notNull says"
              - name: no currency
                when: [{insert: ord, row: {no: 1, tot: 5}}]
                refused: "public.ord.cur: NULL (expected: a value, as notNull says"
              - name: what is gone has no columns to ask for
                given: {ord: [{no: 1, tot: 5, cur: EUR}]}
                when: [{delete: ord, key: {no: 1}}]
                then: [{event: OrderRemoved}]
            """;

    @TempDir
    Path folder;

    private Path mapping(String text) throws Exception {
        return Files.writeString(folder.resolve("mapping.yaml"), text);
    }

    @Test
    void aNullIsAValueWithoutAnAnswer() throws Exception {
        var ran = Printed.of("test", mapping(MAPPING).toString());

        assertThat(ran.out()).as(ran.toString()).contains("4 tests, 0 failed");
    }

    @Test
    void itNamesColumnsThatFieldsReadAndNoValueStandsIn() throws Exception {
        var wrong = MAPPING.replace("[tot, cur]", "[tot, cur, other]")
                .replace("currency: {column: cur}", "currency: {column: cur}, ifNull: '0.00'");

        assertThatThrownBy(() -> MappingFile.read(mapping(wrong)))
                .hasMessageContaining("order.notNull: 'other', which no field reads (expected: columns of fields)")
                .hasMessageContaining(
                        "order.fields.total.ifNull: for a column that is notNull (expected: one of the two)");
    }
}
