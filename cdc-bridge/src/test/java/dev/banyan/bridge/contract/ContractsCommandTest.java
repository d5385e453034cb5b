package dev.banyan.bridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code banyan bridge contracts}, as a person uses it. */
class ContractsCommandTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{orderNo}
                type: orders.{event}.v1
                table: ord_hdr
                key: [ord_no]
                fields:
                  orderNo: {column: ord_no, as: integer}
                  status: {column: sts, as: code, words: {N: new, P: paid}, ifNull: new}
                  note: rmk
                children:
                  lines:
                    table: ord_pos
                    key: [ord_no, pos_no]
                    parent: [ord_no]
                    fields: {sku: prd_no}
                    children:
                      options: {table: ord_opt, key: [opt_no], parent: [ord_no, pos_no], fields: {name: nm}}
                events:
                  - {event: OrderImported, when: backfill}
                  - {event: OrderPlaced, when: created}
                  - {event: OrderRemoved, when: removed}
                  - {event: OrderPaid, when: {field: status, to: paid}}
                  - {event: OrderChanged, when: otherwise}
            """;

    @TempDir
    Path folder;

    private Path mapping;
    private Path contracts;

    @BeforeEach
    void writeContracts() throws IOException {
        mapping = Files.writeString(folder.resolve("mapping.yaml"), MAPPING);
        contracts = folder.resolve("contracts");
        assertThat(out().exitCode()).isZero();
    }

    @Test
    void theSameMappingDiffersInNothing() throws IOException {
        var before = Files.readString(contracts.resolve("asyncapi.json"));

        assertThat(check().exitCode()).isZero();
        assertThat(check().out()).isEqualTo("0 differences, 0 breaking; files that differ: 0\n");
        assertThat(out().exitCode()).isZero();
        assertThat(contracts.resolve("asyncapi.json")).hasContent(before);
    }

    @Test
    void thatAColumnIsNeverNullBreaksNothingAndThatItMayBeAgainDoes() throws IOException {
        change("    table: ord_hdr\n", "    table: ord_hdr\n    notNull: [rmk]\n");
        assertThat(check().exitCode()).isEqualTo(3);
        assertThat(check().out()).contains("order.note: text (before: null)");
        assertThat(out().exitCode()).isZero();
        assertThat(contracts.resolve("schemas/orders.OrderPaid.v1.json"))
                .content()
                .containsPattern("\"note\": \\{\\s+\"type\": \"string\"\\s");
        change("    notNull: [rmk]\n", "");
        assertThat(check().exitCode()).isEqualTo(1);
        assertThat(check().out()).contains("breaking: order.note: null (expected: text)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            note: rmk | other: rmk | 1 | mapping.yaml:3:3: breaking: order.note: nothing (expected: text, or null) in orders.OrderChanged.v1 and 3 more
            note: rmk | note: {column: rmk, as: integer} | 1 | mapping.yaml:12:7: breaking: order.note: an integer (expected: text) in orders.OrderChanged.v1 and 3 more
            note: rmk | note: {column: rmk, ifNull: none} | 3 | mapping.yaml:12:7: order.note: text (before: null) in orders.OrderChanged.v1 and 3 more
            note: rmk | note: {always: none} | 3 | mapping.yaml:12:7: order.note: always none (before: text) in
            , ifNull: new} | } | 1 | mapping.yaml:11:7: breaking: order.status: null (expected: one of [new, paid])
            P: paid} | P: paid, X: gone} | 1 | mapping.yaml:11:7: breaking: order.status: always gone (expected: one of [new, paid])
            N: new, P: paid} | N: new, P: paid, Q: paid} | 0 | 0 differences
            sku: prd_no | sku: {column: prd_no, as: integer} | 1 | mapping.yaml:18:18: breaking: order.lines[].sku: an integer (expected: text)
            sku: prd_no | item: prd_no | 1 | mapping.yaml:15:16: breaking: order.lines[].sku: nothing (expected: text, or null)
            {name: nm} | {name: {column: nm, as: integer}} | 1 | mapping.yaml:20:87: breaking: order.lines[].options[].name: an integer (expected: text)
            {name: nm} | {title: nm} | 1 | mapping.yaml:20:28: breaking: order.lines[].options[].name: nothing (expected: text, or null)
            options: | extras: | 1 | mapping.yaml:15:16: breaking: order.lines[].options: nothing (expected: a list
            {sku: prd_no} | {sku: prd_no, more: qty} | 3 | order.lines[].more: text, or null (before: nothing)
            event: OrderPaid | event: OrderSettled | 1 | mapping.yaml:3:3: breaking: event: no orders.OrderPaid.v1 (expected: orders.OrderPaid.v1 or a later version of it)
            topic: orders | topic: sales | 1 | breaking: topic: sales (expected: orders)
            order/{orderNo} | sale/{orderNo} | 1 | breaking: subject: sale/{orderNo} (expected: order/{orderNo})
            {event}.v1 | {event}.v0 | 1 | breaking: event: no orders.OrderPaid.v1
            {event}.v1 | {event}.v2 | 3 | event: orders.OrderPaid.v2 (before: orders.OrderPaid.v1)
            when: otherwise | when: otherwise, bulk: {event: ListImported} | 3 | event: orders.ListImported.v1 (before: no such event)
            """)
    void aChangeIsNamedWhereItStands(String text, String by, int exitCode, String line) throws IOException {
        change(text.strip(), by.strip());

        var checked = check();

        assertThat(checked.exitCode()).as(checked.toString()).isEqualTo(exitCode);
        assertThat(checked.out()).contains(line.strip());
    }

    @Test
    void aLaterVersionMayBreakAnything() throws IOException {
        change("{event}.v1", "{event}.v2");
        change("      note: rmk\n", "");

        assertThat(check().exitCode()).isEqualTo(3);
        assertThat(out().exitCode()).isZero();
        assertThat(contracts.resolve("schemas/orders.OrderPaid.v1.json"))
                .as("events in the lake name it")
                .exists();
        assertThat(check().exitCode()).isZero();

        var before = Files.readString(contracts.resolve("schemas/orders.OrderPaid.v1.json"));
        change("{event}.v2", "{event}.v1");
        assertThat(check().out()).contains("breaking: order.note: ");
        assertThat(out().err()).contains("nothing written");
        assertThat(contracts.resolve("schemas/orders.OrderPaid.v1.json")).hasContent(before);
    }

    @Test
    void whoReadsOldEventsCannotTakeWhatTheyDoNotHave() throws IOException {
        change("note: rmk", "note: rmk\n      more: qty");

        assertThat(check().exitCode()).isEqualTo(3);
        var checked = check("--replay");
        assertThat(checked.exitCode()).isEqualTo(1);
        assertThat(checked.out()).contains("breaking: order.more: text, or null (expected: nothing)");
    }

    @Test
    void contractsThatReadersRelyOnAreNotOverwritten() throws IOException {
        var before = Files.readString(contracts.resolve("schemas/orders.OrderPaid.v1.json"));
        change("note: rmk", "note: {column: rmk, as: integer}");

        var refused = out();

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("nothing written");
        assertThat(contracts.resolve("schemas/orders.OrderPaid.v1.json")).hasContent(before);
        assertThat(out("--force").exitCode()).isZero();
        assertThat(check().exitCode()).isZero();
    }

    @Test
    void anotherModeIsOneThatNoReaderCanUnpack() throws IOException {
        assertThat(check("--mode", "STRUCTURED").exitCode()).isEqualTo(1);
        assertThat(check("--mode", "structured").out())
                .contains(
                        "mapping.yaml:1:1: breaking: mode: structured (expected: binary) in orders.OrderChanged.v1 and 4 more")
                .contains("1 differences, 1 breaking; files that differ: 1");
        var before = Files.readString(contracts.resolve("asyncapi.json"));
        assertThat(out("--mode", "structured").err()).contains("nothing written");
        assertThat(contracts.resolve("asyncapi.json")).hasContent(before);

        assertThat(out("--mode", "structured", "--force").exitCode()).isZero();
        assertThat(check("--mode", "structured").exitCode()).isZero();
        assertThat(check().out()).contains("breaking: mode: binary (expected: structured)");
        change("{event}.v1", "{event}.v2");
        assertThat(check().exitCode())
                .as("later versions may be carried as they like")
                .isEqualTo(3);
    }

    @Test
    void whatWasNotWrittenByItIsRefusedWithItsName() throws IOException {
        var schema = contracts.resolve("schemas/orders.OrderPaid.v1.json");
        Files.writeString(schema, Files.readString(schema).replace("\"integer\"", "\"number\""));
        assertThat(check().exitCode()).isEqualTo(1);
        assertThat(check().err()).contains("orders.OrderPaid.v1.json: type 'number'");

        Files.writeString(schema, "{");
        assertThat(check().err()).contains("orders.OrderPaid.v1.json: no JSON");

        Files.delete(contracts.resolve("asyncapi.json"));
        assertThat(check().err()).contains("asyncapi.json: not there (expected: what 'contracts --out' wrote)");
        assertThat(Printed.of("contracts", mapping.toString()).exitCode()).isEqualTo(2);
    }

    @Test
    void thePlaceOfContractsIsAUri() throws IOException {
        change("version: 1\n", "version: 1\ncontracts: schemas\n");
        assertThat(check().err())
                .contains("mapping.yaml:2:12: mapping.contracts: 'schemas' (expected: a URI that ends in '/' or ':'");

        change("contracts: schemas", "contracts: https://schemas.example.com/shop/");
        assertThat(check().exitCode()).isEqualTo(1);
        assertThat(check().out())
                .contains(
                        "breaking: dataschema: https://schemas.example.com/shop/... (expected: urn:banyan:contract:...) in orders.OrderChanged.v1 and 4 more");
        assertThat(out().err()).contains("nothing written");
        assertThat(out("--force").exitCode()).isZero();
        assertThat(contracts.resolve("schemas/orders.OrderPaid.v1.json"))
                .content()
                .contains("\"$id\": \"https://schemas.example.com/shop/orders.OrderPaid.v1.json\"");
    }

    private void change(String text, String by) throws IOException {
        var before = Files.readString(mapping);
        assertThat(before).contains(text);
        Files.writeString(mapping, before.replace(text, by));
    }

    private Printed out(String... options) {
        return run("--out", options);
    }

    private Printed check(String... options) {
        return run("--check", options);
    }

    private Printed run(String option, String... options) {
        var arguments = new ArrayList<String>(List.of("contracts", mapping.toString(), option, contracts.toString()));
        arguments.addAll(List.of(options));
        return Printed.of(arguments.toArray(String[]::new));
    }
}
