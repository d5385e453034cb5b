package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.yaml.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mistake in a mapping is named where it stands, with what would do there. */
class MappingErrorsTest {

    private static final String GOOD = """
            version: 1
            timeZone: Europe/Berlin
            codes: {status: {N: new, P: paid}}
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: shop.{event}.v1
                table: ord
                key: [ord_id]
                fields:
                  id: ord_id
                  status: {column: sts, as: code, words: status}
                  total: {column: amt, as: decimal, scale: 2}
                  placedAt: {column: ts, as: localTimestamp}
                  gift: {column: gft, as: flag, yes: [Y], no: [N]}
                  card: {column: crd, as: encrypt}
                children:
                  lines:
                    table: ord_line
                    key: [ord_id, no]
                    parent: [ord_id]
                    fields: {no: no, sku: sku}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Paid, when: {field: status, to: paid}}
                  - {event: Discounted, where: "after.total < before.total"}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private Mapping read(String text) throws Exception {
        return MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text), new CelConditions());
    }

    private static String with(String good, String bad) {
        return GOOD.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad));
    }

    @Test
    void withoutAMistakeItIsRead() throws Exception {
        assertThat(read(GOOD).aggregates()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            version: 1                        | version: 2                     | 1:10: mapping.version: '2' (expected: 1)
            version: 1                        | tests: []                      | 1:1: mapping: no 'version' (expected: version: 1)
            Europe/Berlin                     | Europe/Berln                   | 2:11: mapping.timeZone: 'Europe/Berln' (expected: did you mean 'Europe/Berlin'? a time zone such as Europe/Berlin, or UTC; an offset knows no summer time)
            Europe/Berlin                     | CET                            | 2:11: mapping.timeZone: 'CET' (expected: a time zone such as Europe/Berlin, or UTC; an offset knows no summer time)
            {N: new, P: paid}                 | {}                             | 3:17: codes.status: no codes (expected: codes with their words, such as {N: new, P: paid})
            order:                            | my order:                      | 5:3: aggregates: 'my order' (expected: a name of at most 70 letters and digits)
            topic: orders                     | topic: my orders               | 6:12: order.topic: 'my orders' (expected: letters, digits, '.', '_' and '-', at most 249)
            topic: orders                     | tpic: orders                   | 6:5: order: unknown key 'tpic' (expected: did you mean 'topic'? One of children, drop, events, fields, key, notNull, onFault, subject, table, topic, type)
            topic: orders                     | topic: [orders]                | 6:12: order.topic: a list of 1 (expected: a text)
            topic: orders                     | topic: [orders                 | 7:12: file: expected ',' or ']', but got : (expected: YAML)
            topic: orders                     | onFault: skip                  | 6:14: order.onFault: skip without a reason (expected: {skip: why it may be missing})
            order/{id}                        | order/{ids}                    | 7:14: order.subject: '{ids}' (expected: did you mean 'id'? One of id (fields of the key))
            order/{id}                        | order                          | 7:14: order.subject: 'order' (expected: {id} in it, a part of the key)
            shop.{event}.v1                   | shop.v1                        | 8:11: order.type: 'shop.v1' (expected: at most 140 letters, digits, '.', '_', '-' and one {event}, such as shop.catalog.{event}.v1)
            table: ord                        | tabel: ord                     | 9:5: order: unknown key 'tabel' (expected: did you mean 'table'? One of children, drop, events, fields, key, notNull, onFault, subject, table, topic, type)
            [ord_id]                          | []                             | 10:10: order.key: no columns (expected: at least one column)
            key: [ord_id]                     | key: [ord_id, ord_id]          | 10:19: order.key: 'ord_id' twice (expected: each column once)
            id: ord_id                        | number: other                  | 9:12: order.fields: no field for key column 'ord_id' (expected: a field with this column)
            id: ord_id                        | id: {column: ord_id, as: flag} | 12:7: order.fields.id: a key column with a conversion (expected: string, char, integer or date: a key is passed on as it is)
            as: code, words                   | as: cod, words                 | 13:33: order.fields.status.as: 'cod' (expected: did you mean 'code'? One of string, char, integer, decimal, cents, flag, code, localTimestamp, timestamp, date, yyyymmdd, hash, mask, encrypt, token)
            words: status                     | words: statuss                 | 13:46: order.fields.status.words: 'statuss' (expected: did you mean 'status'? One of status)
            words: status                     | unknown: keep                  | 13:15: order.fields.status: no 'words' (expected: words: a name under 'codes', or the words themselves)
            scale: 2                          | scale: 99                      | 14:48: order.fields.total.scale: '99' (expected: an integer from 0 to 30)
            scale: 2                          | currency: {}                   | 14:51: order.fields.total.currency: both or neither (expected: column: ... or always: ..., one of them)
            as: localTimestamp                | as: localTimestamp, gap: later | 15:55: order.fields.placedAt.gap: 'later' (expected: one of forward, refuse)
            no: [N]                           | no: [Y]                        | 16:51: order.fields.gift: 'Y' in yes and in no (expected: each text in one of them)
            lines:                            | status:                        | 20:16: order.children: 'status', also a field (expected: another name)
            parent: [ord_id]                  | parent: [ord_id, no]           | 22:17: order.children.lines.parent: 2 columns (expected: 1, one for each column of the key of order, in its order)
            fields: {no: no, sku: sku}        | fields: sku                    | 23:17: order.children.lines.fields: 'sku' (expected: a mapping of keys to values)
            Removed, when: removed            | Removed, when: rmoved          | 27:32: order.events[2].when: 'rmoved' (expected: did you mean 'removed'? One of backfill, created, removed, renumbered, otherwise)
            - {event: Removed, when: removed} | # none                         | 25:7: order.events: no rule for 'removed' (expected: {event: ..., when: removed}, so that no change goes without an event)
            field: status, to: paid           | field: state, to: paid         | 28:37: order.events[3].when.field: 'state' (expected: one of id, status, total, placedAt, gift, card)
            field: status, to: paid           | field: status, to: P           | 28:49: order.events[3].when.to: 'P' (expected: the word 'paid' instead of the code: conditions are about fields)
            field: status, to: paid           | field: status                  | 28:29: order.events[3].when: a field without from: or to: (expected: from: or to:, or changed: [status])
            field: status, to: paid           | field: card, to: x             | 28:37: order.events[3].when.field: 'card', of which nobody knows the value (expected: changed: [card])
            to: paid                          | changed: [lins]                | 28:55: order.events[3].when.changed: 'lins' (expected: did you mean 'lines'? One of id, status, total, placedAt, gift, card, lines)
            before.total"                     | before.totl"                   | 29:57: order.events[4].where: undefined field 'totl' (expected: did you mean 'total'? One of gift, id, lines, no, placedAt, sku, status, total (not what is encrypted or tokenised))
            when: backfill                    | when: otherwise                | 25:7: order.events: no rule for 'backfill' (expected: {event: ..., when: backfill}, so that no change goes without an event)
            when: created                     | when: removed                  | 27:9: order.events: a rule that never holds: line 26 asks for the same (expected: one of them)
            Discounted, where                 | 2Cheap, where                  | 29:17: order.events[4].event: '2Cheap' (expected: at most 100 letters and digits, such as OrderPlaced)
            N: new, P: paid                   | N: new, 'N ': old              | 3:26: codes.status: 'N ', a second time but for blanks at the end (expected: each code once)
            topic: orders                     | topic: NULL                    | 6:12: order.topic: nothing (expected: a text)
            topic: orders                     | topic: !!str orders            | 6:12: file: the tag !!str (expected: the value alone; in quotes it is a text)
            field: status, to: paid           | field: status, to: []          | 28:49: order.events[3].when.to: no values (expected: at least one value)
            field: status, to: paid           | field: status, from: []        | 28:51: order.events[3].when.from: no values (expected: at least one value)
            field: status, to: paid           | changed: []                    | 28:39: order.events[3].when.changed: no names (expected: at least one field or list)
            yes: [Y]                          | yes: []                        | 16:42: order.fields.gift.yes: no texts (expected: at least one text)
            scale: 2                          | currency: {always: EUR}        | 29:49: order.events[4].where: found no matching overload for '_<_' applied to '(order.total, order.total)' (expected: values, not what holds them: after.total.amount of money, after.lines.size() of a list)
            """)
    void aMistakeIsNamedAtItsPlace(String good, String bad, String expected) {
        assertThat(GOOD).contains(good);
        assertThatThrownBy(() -> read(with(good, bad)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("m.yaml:" + expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            order:          | %s:                  | 71  | 5:3: aggregates: 'NAME' (expected: a name of at most 70 letters and digits)
            gift:           | %s:                  | 101 | 16:7: order.fields.NAME: 'NAME' (expected: a name of at most 100 letters and digits)
            as: encrypt     | as: token, vault: %s | 101 | 17:45: order.fields.card.vault: 'NAME' (expected: a name of at most 100 letters and digits)
            lines:          | %s:                  | 101 | 20:16: order.children: 'NAME' (expected: a name of at most 100 letters and digits)
            event: Placed   | event: %s            | 101 | 26:17: order.events[1].event: 'NAME' (expected: at most 100 letters and digits, such as OrderPlaced)
            shop.{event}.v1 | s{event}%s           | 133 | 8:11: order.type: 's{event}NAME' (expected: at most 140 letters, digits, '.', '_', '-' and one {event}, such as shop.catalog.{event}.v1)
            """)
    void whatStoreAndFilesHaveNoRoomForIsAMistake(String good, String bad, int letters, String expected) {
        var name = "n".repeat(letters);
        assertThat(GOOD).contains(good);
        assertThatThrownBy(() -> read(with(good, bad.formatted(name))))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("m.yaml:" + expected.replace("NAME", name));
    }

    @Test
    void aNewKeyIsADifferenceThatOtherwiseLeavesToNoRuleBelowIt() {
        assertThatThrownBy(() -> read(GOOD + "      - {event: Moved, when: renumbered}\n"))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(
                        "m.yaml:31:9: order.events: a rule that never holds: 'otherwise' in line 30 comes first"
                                + " (expected: 'otherwise' as the last rule)");
    }

    @Test
    void wordsOfAnyLengthAreComparedWithinMemory() {
        var known = "x".repeat(40_000);
        var asked = "y".repeat(40_000);
        assertThatThrownBy(() ->
                        read(with("gift:", "? " + known + "\n      :").replace("to: paid", "changed: [" + asked + "]")))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("when.changed: '" + asked + "'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            parent: [line]      | parent: [ord_id, line]                                                          | 28:21: order.children.lines.children.options.parent: 2 columns (expected: 1, one for each column of the key of order.children.lines, in its order)
            parent: [line]      | parnt: [line]                                                                   | 28:13: order.children.lines.children.options: unknown key 'parnt' (expected: did you mean 'parent'? One of children, drop, events, fields, key, notNull, parent, table)
            options:            | sku:                                                                            | 26:20: order.children.lines.children: 'sku', also a field (expected: another name)
            table: opt          | table: ord                                                                      | 26:20: order.children: public.ord, also in line 9 (expected: each table once in an aggregate whose lists have lists)
            fields: {name: nm}  | fields: {name: nm, line: {column: line, as: hash}}                              | 26:20: order.children.lines.children.options: column 'line' a key column that is dropped or redacted (expected: keys in clear: rows are found by them)
            fields: {name: nm}  | fields: {name: nm}, children: {c: {table: c, key: [i], parent: [o], fields: {a: a}, children: {d: {table: d, key: [i], parent: [o], fields: {a: a}, children: {e: {table: e, key: [i], parent: [o], fields: {a: a}}}}}}} | order.children.lines.children.options.children.c.children.d.children: lists at level 5 (expected: at most 4 levels; what lies deeper is better an aggregate)
            """)
    void aMistakeInAListInAListIsNamedAtItsPlace(String good, String bad, String expected) throws Exception {
        var nested = with("key: [ord_id, no]", "key: [no]").replace("fields: {no: no, sku: sku}\n", """
                fields: {no: no, sku: sku}
                        children:
                          options:
                            table: opt
                            key: [id]
                            parent: [line]
                            fields: {name: nm}
                """);
        assertThat(read(nested).aggregates()).hasSize(1);
        assertThat(nested).contains(good);
        var flow = bad.contains("children") ? "\n            children: " : ", children: ";
        assertThatThrownBy(() -> read(nested.replace(good, bad.replace(", children: {c", flow + "{c"))))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            when: created                      | when: creatd                                | 25:38: order.children.lines.events[0].when: 'creatd' (expected: did you mean 'created'? One of created, removed, otherwise)
            when: created                      | when: backfill                              | 25:38: order.children.lines.events[0].when: 'backfill' (expected: one of created, removed, otherwise)
            when: created                      | when: renumbered                            | 25:38: order.children.lines.events[0].when: 'renumbered' (expected: one of created, removed, otherwise)
            when: created                      | when: {changed: [total]}                    | 25:49: order.children.lines.events[0].when.changed: 'total' (expected: one of no, sku)
            when: created                      | where: after.total > 1                      | 25:44: order.children.lines.events[0].where: undefined field 'total' (expected: a field of what it is asked of; 'total' is one of something else here)
            when: created                      | where: aggregate.totl > 1                   | 25:48: order.children.lines.events[0].where: undefined field 'totl' (expected: did you mean 'total'?
            when: created                      | when: otherwise                             | 26:13: order.children.lines.events: a rule that never holds: line 25 asks for the same (expected: one of them)
            LineAdded                          | Placed                                      | 25:13: order.children.lines.events: 'Placed', also an event of order in line 29 (expected: another event: each tells of one kind of thing)
            LineAdded                          | LineAdded, name: otherwise                  | 26:13: order.children.lines.events: the name 'lines/otherwise', also in line 25 (expected: another name)
            Placed, when: created              | Placed, name: lines/created, when: created  | 25:13: order.children.lines.events: the name 'lines/created', also in line 29 (expected: another name)
            {no: no, sku: sku}                 | {sku: sku}                                  | 20:16: order.children.lines.fields: no field for key column 'no' (expected: a field with this column: events about rows name them by their key)
            {no: no, sku: sku}                 | {no: {column: no, as: decimal}}             | 23:18: order.children.lines.fields.no: a key column with a conversion (expected: string, char, integer or date: a key is passed on as it is)
            - {event: LineAdded, when: created} | # none                                     | m.yaml
            """)
    void aMistakeInARuleAboutRowsIsNamedAtItsPlace(String good, String bad, String expected) throws Exception {
        var text = with("fields: {no: no, sku: sku}", """
                fields: {no: no, sku: sku}
                        events:
                          - {event: LineAdded, when: created}
                          - {event: LineChanged, when: otherwise}""");
        assertThat(text).contains(good);
        var changed = text.replaceFirst(Pattern.quote(good), Matcher.quoteReplacement(bad));
        if (expected.equals("m.yaml")) {
            // None of them has to be there.
            assertThat(read(changed)
                            .aggregates()
                            .getFirst()
                            .children()
                            .getFirst()
                            .rules())
                    .hasSize(1);
            return;
        }
        assertThatThrownBy(() -> read(changed))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("m.yaml:" + expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            string  | -  | string  | 7:14: order.subject: '-' between {id} and {no} (expected: '/' between them: two keys must not make one subject)
            string  |    | integer | 7:14: order.subject: nothing between {id} and {no} (expected: '/' between them: two keys must not make one subject)
            integer |    | integer | 7:14: order.subject: nothing between {id} and {no} (expected: '/' between them: two keys must not make one subject)
            integer | 1- | string  | 7:14: order.subject: '1-' between {id} and {no} (expected: '/' between them: two keys must not make one subject)
            string  | /  | string  |
            string  | :/ | char    |
            integer | -  | string  |
            date    |    | date    |
            date    | -  | string  |
            """)
    void noTwoKeysMakeOneSubject(String as, String between, String asNext, String expected) throws Exception {
        var text = with("order/{id}", "order/{id}" + (between == null ? "" : between) + "{no}")
                .replace("key: [ord_id]", "key: [ord_id, no]")
                .replace("parent: [ord_id]", "parent: [ord_id, no]")
                .replace(
                        "  id: ord_id",
                        "  id: {column: ord_id, as: " + as + "}\n      no: {column: no, as: " + asNext + "}");
        if (expected == null) {
            assertThat(read(text).aggregates()).hasSize(1);
        } else {
            assertThatThrownBy(() -> read(text))
                    .isInstanceOf(MappingException.class)
                    .hasMessageContaining("m.yaml:" + expected);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            order/{id}   | order/{no}   | string  | 'order/...', also the subject of order
            order/{id}   | order/x{no}  | string  | 'order/x{no}', which may be 'order/{id}' of order
            order/x{id}  | order/{no}   | string  | 'order/{no}', which may be 'order/x{id}' of order
            order/{id}   | order/x{no}  | integer |
            order/{id}   | line/{no}    | string  |
            """)
    void noTwoAggregatesOfATopicMakeOneSubject(String subject, String other, String as, String expected)
            throws Exception {
        var text = with("order/{id}", subject).replace("  id: ord_id", "  id: {column: ord_id, as: " + as + "}")
                + """
                  line:
                    topic: orders
                    subject: OTHER
                    type: shop.line.{event}.v1
                    table: lin
                    key: [no]
                    fields: {no: no}
                    events:
                      - {event: LineImported, when: backfill}
                      - {event: LinePlaced, when: created}
                      - {event: LineRemoved, when: removed}
                      - {event: LineChanged, when: otherwise}
                """.replace("OTHER", other);
        if (expected == null) {
            assertThat(read(text).aggregates()).hasSize(2);
        } else {
            assertThatThrownBy(() -> read(text))
                    .isInstanceOf(MappingException.class)
                    .hasMessageContaining(
                            "m.yaml:31:3: line.subject: " + expected + " (expected: a subject of its own)");
        }
    }

    @Test
    void whatAnEventAddsToTheKeyIsNoOtherName() {
        var renumbered = with("  status: {column: sts", "  previousId: {column: sts")
                .replace("- {event: Paid, when: {field: status, to: paid}}", "- {event: Moved, when: renumbered}");
        assertThatThrownBy(() -> read(renumbered))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(
                        "m.yaml:13:7: order.previousId: a name that the event of a new key has the old one by (expected: another name, or no rule for 'renumbered')");
        assertThatThrownBy(
                        () -> read(with("  id: ord_id", "  deleted: ord_id").replace("order/{id}", "order/{deleted}")))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(
                        "m.yaml:12:7: order.fields.deleted: a key field with the name that says that a thing is gone (expected: another name)");
    }

    @Test
    void deepNestingIsRefusedHoweverDeep() {
        assertThatThrownBy(() -> read("x: " + "[".repeat(20_000)))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("m.yaml:1:36: file: nesting deeper than 32 (expected: less of it)");
    }

    @Test
    void anIntegerMayHaveAllDigitsOfABigint() throws Exception {
        var text = with(
                        "{column: amt, as: decimal, scale: 2}",
                        "{column: amt, as: integer, ifNull: -9223372036854775808}")
                .replace("field: status, to: paid", "field: total, to: 1234567890123456789");

        assertThat(read(text).aggregates().getFirst().rules().get(3).when())
                .isEqualTo(
                        new EventRule.When.Changed("total", List.of(), List.of(1_234_567_890_123_456_789L), List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {N: new, P: paid} | {}            | codes.status
            [ord_id]          | []            | order.key
            id: ord_id        | number: other | order.fields
            """)
    void whatFollowsFromAMistakeIsNotSaidAsWell(String good, String bad, String where) {
        assertThatThrownBy(() -> read(with(good, bad)))
                .isInstanceOfSatisfying(
                        MappingException.class,
                        e -> assertThat(e.problems()).extracting(Problem::where).containsExactly(where));
    }
}
