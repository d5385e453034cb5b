package dev.banyan.bridge.mappingtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Tests of a mapping pass, fail and are refused as their author would expect. */
class TestCommandTest {

    private static final String MAPPING = """
            version: 1
            timeZone: Europe/Berlin
            aggregates:
              item:
                topic: items
                subject: item/{id}
                type: shop.{event}.v1
                table: itm
                key: [id]
                fields:
                  id: {column: id, as: integer}
                  price: {column: amt, as: decimal, scale: 2}
                  phone: {column: phn, as: mask, keep: 3}
                  at: {column: ts, as: localTimestamp}
                children:
                  parts: {table: prt, key: [id, no], parent: [id], fields: {no: {column: no, as: integer}}}
                events:
                  - {event: ItemImported, when: backfill}
                  - {event: ItemAdded, when: created}
                  - {event: ItemRemoved, when: removed}
                  - {event: PriceChanged, when: {changed: price}, bulk: {event: PriceListImported, atLeast: 2}}
                  - {event: ItemChanged, when: otherwise}
            """;

    @TempDir
    Path folder;

    private Printed test(String tests, String... options) throws IOException {
        var mapping = Files.writeString(folder.resolve("shop.yaml"), MAPPING);
        Files.writeString(folder.resolve("shop.tests.yaml"), tests);
        var arguments = new String[options.length + 2];
        arguments[0] = "test";
        arguments[1] = mapping.toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return Printed.of(arguments);
    }

    @Test
    void theShopsOwnTestsPass() {
        var ran = Printed.of("test", "examples/shop/mapping.yaml");

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out()).contains("8 tests, 0 failed; rules met");
    }

    @Test
    void aTestThatFailsSaysWhatDiffersAndWhy() throws Exception {
        var ran = test("""
                tests:
                  - name: dearer
                    given: {itm: [{id: 1, amt: 12.90, phn: "0401234567"}]}
                    when: [{update: itm, key: {id: 1}, set: {amt: 13.90}}]
                    then: [{event: PriceChanged, subject: item/2, data: {price: "14.90", phone: "*******567"}}]
                """);

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out())
                .contains("shop.tests.yaml:2:5: FAILED dearer")
                .contains("PriceChanged.subject: item/1 (expected: item/2)")
                .contains("PriceChanged.data: Different value found in node \"price\"")
                .contains("14.90")
                .contains("13.90")
                .doesNotContain("node \"phone\"")
                .contains("item/1: PriceChanged, the first rule that holds; changed: price")
                .contains("line 18 ItemImported: no backfill read it")
                .contains("line 21 PriceChanged: holds")
                .contains("1 tests, 1 failed; rules met 1/5");
    }

    @Test
    void manyChangesOfOneKindAreOneEventAndOthersStayTheirOwn() throws Exception {
        var ran = test("""
                tests:
                  - name: a price list
                    given: {itm: [{id: 1, amt: 1}, {id: 2, amt: 1}, {id: 3, amt: 1}]}
                    when:
                      - {update: itm, key: {id: 1}, set: {amt: 2}}
                      - {update: itm, key: {id: 3}, set: {ts: 2026-01-31 12:00:00}}
                      - {update: itm, key: {id: 2}, set: {amt: 2}}
                    then:
                      - event: PriceListImported
                        subject: bulk:item
                        data:
                          count: 2
                          part: 1
                          parts: 1
                          items:
                            - {subject: item/1, changed: [price], data: {price: "2.00"}}
                            - {subject: item/2, changed: [price], data: {price: "2.00"}}
                      - {event: ItemChanged, subject: item/3, data: {at: "2026-01-31T11:00:00Z"}}
                  - name: a single price
                    given: {itm: [{id: 1, amt: 1}, {id: 2, amt: 1}]}
                    when: [{update: itm, key: {id: 1}, set: {amt: 2}}]
                    then: [{event: PriceChanged}]
                  - name: backfill, delete, truncate and a part
                    given: {itm: [{id: 1}, {id: 2}], prt: [{id: 2, no: 1}]}
                    when:
                      - {delete: itm, key: {id: 1}}
                      - {backfill: itm, row: {id: 3}}
                      - {truncate: prt}
                    then: [{event: ItemRemoved, data: {id: 1, deleted: true}}, {event: ItemImported}, {event: ItemChanged, data: {parts: []}}]
                """, "--explain");

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out())
                .contains("no test meets rule item.created (line 19)")
                .contains("item/3: ItemImported, a backfill read it");
        assertThat(test(Files.readString(folder.resolve("shop.tests.yaml")), "--require-all")
                        .exitCode())
                .isEqualTo(1);
    }

    @Test
    void whatIsWrongInATestIsSaidAllAtOnceWithItsPlace() throws Exception {
        var ran = test("""
                tests:
                  - name: wrong
                    given: {itn: [], itm: [{amt: 1}]}
                    when:
                      - {updat: itm, row: {}}
                      - {update: itm, key: {id: 9}, set: {amt: 1}}
                      - {insert: itm, row: {id: 1, amnt: 1, ts: noon}}
                    then: [{event: PriceChange}]
                    refused: x
                  - {name: empty, when: []}
                  - {name: misspelt, when: [], then: [{event: PriceChange}]}
                """);

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .contains(":3:13: tests[0].given: table 'itn' (expected: did you mean 'itm'?")
                .contains("no value for key column 'id'")
                .contains("no verb (expected: one of [insert, update, delete, truncate, backfill])")
                .contains("no such row [9] (expected: a row under given:, or inserted before)")
                .contains("column 'amnt', which the mapping does not read (expected: did you mean 'amt'?")
                .contains("'noon' (expected: a time without offset such as 2026-01-31T12:00:00)")
                .contains("'PriceChange' (expected: did you mean 'PriceChanged'?")
                .contains("then: and refused:")
                .contains("neither then: nor refused:");
    }

    @Test
    void anExpectedRefusalIsOneAndJsonSaysTheSame() throws Exception {
        var ran = test("""
                tests:
                  - name: no price
                    when: [{insert: itm, row: {id: 1, amt: cheap}}]
                    refused: public.itm.amt
                  - name: a price after all
                    when: [{insert: itm, row: {id: 1, amt: 1}}]
                    refused: public.itm.amt
                """, "--json");

        assertThat(ran.exitCode()).isEqualTo(1);
        var json = JsonMapper.shared().readTree(ran.out());
        assertThat(json.at("/tests/0/passed").asBoolean()).isTrue();
        assertThat(json.at("/tests/1/differences/0").asString())
                .isEqualTo("mapped to [ItemAdded] (expected: a refusal with 'public.itm.amt')");
        assertThat(json.at("/tests/1/explanation/decisions/0/why").asString()).isEqualTo("its root row is new");
    }

    @Test
    void aMappingWithoutTestsIsNoSuccess() throws Exception {
        var ran = test("tests: []\n");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("no tests (expected: 'tests:' in it or in shop.tests.yaml)");
    }

    @Test
    void encryptedValuesAndTokensAreLegibleAndTheSameEachTime() throws Exception {
        var file = Files.writeString(folder.resolve("redacted.yaml"), """
                version: 1
                aggregates:
                  customer:
                    topic: customers
                    subject: customer/{no}
                    type: t.{event}.v1
                    table: cust
                    key: [no]
                    fields:
                      no: {column: no, as: integer}
                      iban: {column: iban, as: encrypt}
                      mail: {column: mail, as: token}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                tests:
                  - name: nobody sees the values
                    given: {cust: [{no: 1, iban: DE02, mail: ann}]}
                    when: [{insert: cust, row: {no: 2, iban: DE02, mail: bob}}, {insert: cust, row: {no: 3, mail: ann}}]
                    then:
                      - {event: Added, data: {iban: "enc:test:DE02", mail: tok_2}}
                      - {event: Added, data: {iban: null, mail: tok_1}}
                """);
        assertThat(Printed.of("test", file.toString()).out()).contains("1 tests, 0 failed");
    }

    @Test
    void whatIsParkedOrSkippedIsExpectedByItsSubjectWhileOthersPass() throws Exception {
        var mapping = Files.writeString(folder.resolve("faults.yaml"), """
                version: 1
                aggregates:
                  order:
                    topic: orders
                    subject: order/{no}
                    type: t.{event}.v1
                    onFault: park
                    table: ord
                    key: [no]
                    fields: {no: {column: no, as: integer}, status: {column: sts, as: code, words: {N: new}}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                  draft:
                    topic: drafts
                    subject: draft/{no}
                    type: t.{event}.v1
                    onFault: {skip: nobody reads them}
                    table: drf
                    key: [no]
                    fields: {no: {column: no, as: integer}, status: {column: sts, as: code, words: {N: new}}}
                    events:
                      - {event: DraftImported, when: backfill}
                      - {event: DraftAdded, when: created}
                      - {event: DraftRemoved, when: removed}
                      - {event: DraftChanged, when: otherwise}
                tests:
                  - name: others pass
                    when: [{insert: ord, row: {no: 1, sts: Q}}, {insert: drf, row: {no: 1, sts: R}}, {insert: ord, row: {no: 2, sts: N}}]
                    then: [{event: Added, subject: order/2}]
                    faults: [{skipped: draft/1, message: nobody reads them}, {parked: order/1, message: "sts: 'Q'"}]
                  - name: it waits behind
                    given: {ord: [{no: 1, sts: Q}]}
                    when: [{update: ord, key: {no: 1}, set: {sts: N}}]
                    then: []
                    faults: [{parked: order/1, message: behind what waits}]
                """);
        assertThat(Printed.of("test", mapping.toString()).out()).contains("2 tests, 0 failed");

        var text = Files.readString(mapping);
        Files.writeString(mapping, text.substring(0, text.indexOf("tests:")) + """
                tests:
                  - name: not named
                    when: [{insert: ord, row: {no: 1, sts: Q}}]
                    then: []
                  - name: another message
                    when: [{insert: ord, row: {no: 1, sts: Q}}]
                    then: []
                    faults: [{parked: order/1, message: "sts: 'R'"}]
                  - name: no refusal any more
                    when: [{insert: ord, row: {no: 1, sts: Q}}]
                    refused: "sts: 'Q'"
                """);
        var failed = Printed.of("test", mapping.toString());
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out())
                .contains("faults: [parked order/1] (expected: [])")
                .contains("parked order/1: parked: transaction 2, order [1]: public.ord.sts: 'Q'")
                .contains("(expected: 'sts: 'R'' in it)")
                .contains("mapped to [] (expected: a refusal with 'sts: 'Q'')")
                .contains("3 tests, 3 failed");

        Files.writeString(mapping, text.substring(0, text.indexOf("tests:")) + """
                tests:
                  - {name: neither, when: [], then: [], faults: [{message: x}]}
                  - {name: refused, when: [], refused: x, faults: []}
                """);
        assertThat(Printed.of("test", mapping.toString()).err())
                .contains("tests[0].faults[0]: not one fate (expected: parked: or skipped: with a subject)")
                .contains("tests[1].faults: no then: (expected: faults: beside then:)");
    }
}
