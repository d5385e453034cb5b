package dev.banyan.bridge.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.UnmappableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules with an expression choose the event, from what events show, and nothing else. */
class WhereTest {

    private static final String HEAD = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: shop.{event}.v1
                onFault: {skip: no matter}
                table: ord
                key: [id]
                fields:
                  id: {column: id, as: integer}
                  status: {column: sts, as: code, words: {N: new, X: cancelled}}
                  total: {column: tot, as: cents, currency: {always: EUR}}
                  limit: {column: lim, as: decimal}
                  mail: {column: mail, as: hash}
                  iban: {column: iban, as: encrypt}
                children:
                  lines:
                    table: pos
                    key: [id, no]
                    parent: [id]
                    fields: {sku: sku, quantity: {column: qty, as: integer}, price: {column: prc, as: cents}}
                events:
            """;
    private static final String PLAIN = """
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Renumbered, when: renumbered}
                  - {event: Changed, when: otherwise}
            """;
    private static final TableId ORDER = new TableId("public", "ord");
    private static final TableId LINE = new TableId("public", "pos");

    @TempDir
    Path folder;

    private final InMemoryImages images = new InMemoryImages();
    private Mapping mapping;
    private long lsn;

    @BeforeEach
    void read() throws Exception {
        mapping = mapping("""
                      - {event: LargePlaced, when: created, where: "after.total.amount >= 1000 || after.lines.map(l, l.quantity).sum() > 9"}
                      - {event: BigImported, when: backfill, where: "after.total.amount >= 1000"}
                      - {event: Withdrawn, when: removed, where: before.status == 'new'}
                      - {event: LimitPassed, when: {changed: [total, limit]}, where: "after.total.amount > after.limit && before.total.amount <= before.limit"}
                      - {event: LinesGone, where: "op == 'changed' && before.lines.size() > 0 && after.lines.size() == 0"}
                """);
    }

    private Mapping mapping(String rules) throws Exception {
        var text = HEAD.replace("      iban: {column: iban, as: encrypt}\n", "") + rules + PLAIN;
        return MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), text), new CelConditions());
    }

    private Transaction transaction(Change... changes) {
        lsn++;
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes));
    }

    private Mapper mapper() {
        return new Mapper(mapping, "b", "a key of the bridge alone".getBytes(StandardCharsets.UTF_8));
    }

    private String map(Change... changes) {
        return mapper().map(transaction(changes), images).stream()
                .map(DomainEvent::type)
                .map(type -> type.replaceAll("shop\\.|\\.v1", ""))
                .toList()
                .toString();
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row order(long id, String status, @Nullable Long cents, @Nullable Long limit) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("id", id);
        values.put("sts", status);
        values.put("tot", cents);
        values.put("lim", limit);
        values.put("mail", "a@x.example");
        return new Row(values);
    }

    private static Row line(long id, long no, long quantity) {
        return new Row(Map.of("id", id, "no", no, "sku", "S", "qty", quantity, "prc", 100L));
    }

    private static Change placed(Row row) {
        return new Change.Inserted(ORDER, row);
    }

    private static Change changed(Row before, Row after) {
        return new Change.Updated(ORDER, before, after);
    }

    @Test
    void whatIsNewIsChosenByItsStateAndItsLists() {
        assertThat(map(placed(order(1, "N", 100_000L, null)))).isEqualTo("[LargePlaced]");
        assertThat(map(placed(order(2, "N", 99_999L, null)))).isEqualTo("[Placed]");
        assertThat(map(
                        placed(order(3, "N", 1L, null)),
                        new Change.Inserted(LINE, line(3, 1, 6)),
                        new Change.Inserted(LINE, line(3, 2, 4))))
                .isEqualTo("[LargePlaced]");
        assertThat(map(placed(order(4, "N", null, null))))
                .as("a total that is not there")
                .isEqualTo("[Placed]");
    }

    @Test
    void whatABackfillReadIsChosen() {
        assertThat(map(new Change.Read(ORDER, order(1, "N", 100_000L, null)))).isEqualTo("[BigImported]");
        assertThat(map(new Change.Read(ORDER, order(2, "N", 5L, null)))).isEqualTo("[Imported]");
    }

    @Test
    void whatIsGoneIsChosenByWhatItWas() {
        map(placed(order(1, "N", 5L, null)), placed(order(2, "X", 5L, null)));

        assertThat(map(new Change.Deleted(ORDER, order(1, "N", 5L, null)))).isEqualTo("[Withdrawn]");
        assertThat(map(new Change.Deleted(ORDER, order(2, "X", 5L, null)))).isEqualTo("[Removed]");
        assertThat(map(new Change.Deleted(ORDER, new Row(Map.of("id", 3L)))))
                .as("nobody knows what it was")
                .isEqualTo("[Removed]");
    }

    @Test
    void twoColumnsOfBothStatesAreCompared() {
        var low = order(1, "N", 500L, 10L);
        var high = order(1, "N", 1_001L, 10L);
        map(placed(low));

        assertThat(map(changed(low, high))).isEqualTo("[LimitPassed]");
        assertThat(map(changed(high, order(1, "N", 1_002L, 10L)))).isEqualTo("[Changed]");
        assertThat(map(changed(order(1, "N", 1_002L, 10L), order(1, "N", 1_002L, null))))
                .isEqualTo("[Changed]");
    }

    @Test
    void aRuleWithoutWhenAsksForAnyOperation() {
        map(placed(order(1, "N", 5L, null)), new Change.Inserted(LINE, line(1, 1, 1)));

        assertThat(map(new Change.Deleted(LINE, line(1, 1, 1)))).isEqualTo("[LinesGone]");
    }

    @Test
    void aRowWithoutAnAnswerIsAFaultOfItsAggregateThatTellsNoValue() throws Exception {
        mapping = mapping("""
                      - {event: Average, when: created, where: "after.total.amount == decimal(100 / after.lines.size())"}
                """);
        var skipped = mapper().explain(transaction(placed(order(1, "N", 5L, null))), images);
        assertThat(skipped.events()).isEmpty();
        assertThat(skipped.decisions()).singleElement().satisfies(decision -> assertThat(decision.why())
                .startsWith("skipped (no matter): ")
                .contains("where: a division by 0"));

        var halting = Files.readString(mapping.file()).replace("{skip: no matter}", "halt");
        mapping = MappingFile.read(Files.writeString(mapping.file(), halting), new CelConditions());
        assertThatThrownBy(() -> map(placed(order(2, "N", 4_711L, null))))
                .isInstanceOf(UnmappableException.class)
                .hasMessageMatching(
                        "(?s).*order \\[2\\]: Average in \\S+:23:\\d+: where: a division by 0 \\(expected: .*")
                .hasMessageNotContaining("47");
    }

    @Test
    void explainSaysWhichExpressionDecided() {
        var explained = mapper().explain(transaction(placed(order(1, "N", 100_000L, null))), images);
        var decision = explained.decisions().getFirst();

        assertThat(decision.event()).isEqualTo("LargePlaced");
        assertThat(decision.verdicts()).singleElement().satisfies(verdict -> assertThat(verdict.why())
                .startsWith("holds: after.total.amount >= 1000 ||"));

        map(placed(order(1, "N", 5L, 1L)), new Change.Inserted(LINE, line(1, 1, 1)));
        var changed = mapper().explain(transaction(changed(order(1, "N", 5L, 1L), order(1, "N", 6L, null))), images);
        assertThat(changed.decisions().getFirst().verdicts())
                .extracting(verdict -> verdict.event() + ": " + verdict.why())
                .contains(
                        "LimitPassed: a value it asks for is not there: after.total.amount > after.limit && before.total.amount <= before.limit",
                        "LinesGone: not so: op == 'changed' && before.lines.size() > 0 && after.lines.size() == 0",
                        "Changed: holds");
    }

    @Test
    void redactedFieldsAreSeenAsEventsShowThem() throws Exception {
        mapping = mapping("""
                      - {event: InClear, when: created, where: after.mail.contains('@')}
                      - {event: Hashed, when: created, where: after.mail.size() == 64}
                """);

        assertThat(map(placed(order(1, "N", 5L, null)))).isEqualTo("[Hashed]");
    }

    @Test
    void anEventOfARuleWithoutWhenMayHaveEveryForm() throws Exception {
        var out = folder.resolve("contracts");
        var written = Printed.of("contracts", mapping.file().toString(), "--out", out.toString());

        assertThat(written.exitCode()).as(written.toString()).isZero();
        assertThat(Files.readString(out.resolve("schemas/shop.LinesGone.v1.json")))
                .contains("order.removed", "order.renumbered");
        assertThat(Files.readString(out.resolve("schemas/shop.LimitPassed.v1.json")))
                .doesNotContain("order.removed");
    }

    @Test
    void testsOfAMappingEvaluateItsExpressionsAndNothingElseIsPrinted() throws Exception {
        Files.writeString(folder.resolve("mapping.tests.yaml"), """
                tests:
                  - name: large
                    when: [{insert: ord, row: {id: 1, tot: 100000}}]
                    then: [{event: LargePlaced}]
                  - name: not large
                    when: [{insert: ord, row: {id: 1, tot: 5}}]
                    then: [{event: Placed}]
                """);

        var ran = Printed.of("test", mapping.file().toString());

        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        assertThat(ran.out()).contains("2 tests, 0 failed");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {event: A, when: created, where: "after.iban == 'DE'"} | 24:48: order.events[0].where: undefined field 'iban' (expected: one of amount, | not what is encrypted or tokenised
            {event: A, when: created, where: after.sttus == 'new'} | 24:47: order.events[0].where: undefined field 'sttus' | did you mean 'status'?
            {event: A, when: created, where: [a]}                  | 24:42: order.events[0].where: a list of 1 | an expression
            {event: A, when: otherwise, where: "true"}             | 24:26: order.events[0].when: otherwise, and not always | {changed: [...]}, or no 'when'
            {event: A, where: "true", bulk: {event: B}}            | 24:41: order.events[0].bulk: bulk for this 'when' | created, removed
            {event: A}                                             | 24:9: order.events[0]: no 'when' | when:
            """)
    void aWrongRuleIsRefusedAtItsPlace(String rule, String problem, String expected) {
        assertThatThrownBy(() -> {
                    var file = Files.writeString(folder.resolve("m.yaml"), HEAD + "      - " + rule + "\n" + PLAIN);
                    MappingFile.read(file, new CelConditions());
                })
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("m.yaml:" + problem)
                .hasMessageContaining(expected);
    }

    @Test
    void anExpressionOverSeveralLinesIsRefusedWithThePlaceWithinIt() {
        assertThatThrownBy(() -> mapping("""
                              - event: A
                                when: created
                                where: |
                                  has(after.total)
                                    && after.totl > 5
                        """))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("where: line 2, column 11 of it: undefined field 'totl'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {event: Placed, when: created}         | {event: A, when: created, where: "true"}        | a rule that never holds: line 23 asks for the same
            {event: A, when: created, where: "1 < 2"} | {event: B, when: created, where: "1 < 2"}    | a rule that never holds: line 23 asks for the same
            {event: C, when: otherwise}            | {event: A, when: {changed: total}, where: "true"} | a rule that never holds: 'otherwise' in line 23 comes first
            """)
    void aRuleThatNeverHoldsIsFoundAsFarAsAnybodyCanKnow(String first, String second, String problem) {
        assertThatThrownBy(() -> mapping("      - " + first + "\n      - " + second + "\n"))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void whatHoldsSometimesLeavesAChangeWithoutAnEvent() {
        assertThatThrownBy(() -> {
                    var rules = PLAIN.replace("when: created}", "when: created, where: \"true\"}")
                            .replace("when: renumbered}", "when: renumbered, where: \"true\"}");
                    MappingFile.read(Files.writeString(folder.resolve("m.yaml"), HEAD + rules), new CelConditions());
                })
                .isInstanceOf(MappingException.class)
                .hasMessageContaining("no rule for 'created'")
                .hasMessageContaining("no rule for 'renumbered'");
    }

    @Test
    void whoCannotEvaluateExpressionsRefusesThem() {
        assertThatThrownBy(() -> MappingFile.read(mapping.file()))
                .isInstanceOf(MappingException.class)
                .hasMessageContaining(":23:52: order.events[0].where: an expression (expected: 'when' with field:");
    }
}
