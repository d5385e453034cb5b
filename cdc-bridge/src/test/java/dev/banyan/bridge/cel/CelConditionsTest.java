package dev.banyan.bridge.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.banyan.bridge.mapping.Conditions.Answer;
import dev.banyan.bridge.mapping.Conditions.Condition;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Kind.Plain;
import dev.banyan.bridge.mapping.Conditions.NoAnswer;
import dev.banyan.bridge.mapping.Conditions.Reading;
import dev.banyan.bridge.mapping.Conditions.Values;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What expressions mean, and which are none. */
class CelConditionsTest {

    private static final CelConditions CEL = new CelConditions();

    private static final Kind.Thing LINE =
            new Kind.Thing("order.lines", Map.of("sku", Plain.TEXT, "quantity", Plain.WHOLE, "price", Plain.DECIMAL));
    private static final Kind.Thing ORDER = new Kind.Thing(
            "order",
            Map.of(
                    "number",
                    Plain.WHOLE,
                    "status",
                    Plain.TEXT,
                    "paid",
                    Plain.TRUTH,
                    "weight",
                    Plain.WHOLE,
                    "total",
                    Plain.DECIMAL,
                    "fee",
                    new Kind.Thing("order.fee", Map.of("amount", Plain.DECIMAL, "currency", Plain.TEXT)),
                    "placed",
                    Plain.INSTANT,
                    "lines",
                    new Kind.ListOf(LINE)));
    private static final Kind.Thing VARIABLES =
            new Kind.Thing("condition", Map.of("op", Plain.TEXT, "before", ORDER, "after", ORDER));

    private static final Values BEFORE = values(
            Map.of("number", 7L, "status", "new", "paid", false, "total", new BigDecimal("10.00"), "lines", List.of()));
    private static final Values AFTER = values(Map.of(
            "number",
            7L,
            "status",
            "paid",
            "paid",
            true,
            "total",
            new BigDecimal("20.30"),
            "fee",
            values(Map.of("amount", new BigDecimal("0.10"), "currency", "EUR")),
            "placed",
            Instant.parse("2026-01-31T12:00:00.5Z"),
            "lines",
            List.of(line("A", 2, "0.10"), line("B", 3, "6.7"))));

    private static Values line(String sku, long quantity, String price) {
        return values(Map.of("sku", sku, "quantity", quantity, "price", new BigDecimal(price)));
    }

    private static Values values(Map<String, Object> values) {
        var copy = new HashMap<>(values);
        return copy::get;
    }

    private static Condition condition(String expression) {
        var reading = CEL.read(expression, VARIABLES);
        assertThat(reading).as(expression).isInstanceOf(Reading.Understood.class);
        return ((Reading.Understood) reading).condition();
    }

    private static String answer(String expression, Values before, Values after) {
        try {
            return condition(expression)
                    .about(values(Map.of("op", "changed", "before", before, "after", after)))
                    .name();
        } catch (NoAnswer e) {
            return Objects.requireNonNull(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after.total > before.total * 2",
                "after.total == decimal('20.3') && after.total == decimal(\"20.300\")",
                "before.total == decimal(10) && 11 > before.total && before.total - 1 < 10",
                "after.lines.map(l, l.price * l.quantity).sum() == after.total",
                "after.lines.map(l, l.quantity).sum() == 5 && before.lines.map(l, l.quantity).sum() == 0",
                "before.lines.map(l, l.price).sum() == decimal('0.00')",
                "decimal('0.1') + decimal('0.2') == decimal('0.3')",
                "after.fee.amount < 1 && after.fee.currency == 'EUR'",
                "after.lines.exists(l, l.sku == 'B') && !before.lines.exists(l, l.sku == 'B')",
                "after.lines.all(l, l.quantity > 1) && after.lines.exists_one(l, l.quantity > 2)",
                "after.lines.filter(l, l.quantity > 2).size() == 1 && size(after.lines) - size(before.lines) == 2",
                "after.placed > timestamp('2026-01-31T12:00:00Z')",
                "after.placed - timestamp('2026-01-31T11:00:00Z') < duration('2h')",
                "after.placed.getDayOfWeek() == 6",
                "op == 'changed' && op in ['changed', 'renumbered']",
                "has(after.fee) && !has(before.fee) && has(before.lines)",
                "after.status.startsWith('pa') && after.status != before.status",
                "after.paid && !before.paid ? after.number % 2 == 1 : false",
                "after.lines[0].sku == 'A'",
                "after.status + '/' + before.status == 'paid/new' && after.status.contains('ai')",
                "after.lines.map(l, l.quantity > 2, l.sku) == ['B']",
                "after.lines.filter(l, l.quantity > 2) == [after.lines[1]] && after.lines.filter(l, false).size() == 0",
                "after.lines.map(l, after.lines.map(m, m.quantity).sum() + l.quantity).sum() == 15",
                "has(before.weight) ? before.weight > 0 : true",
                "before.weight > 0 || after.paid",
                "after.fee == after.fee && after.lines != before.lines && after.lines[0] in after.lines",
                "after != before && before == before && after.lines[0] != after.lines[1]",
                "-after.total < 0",
            })
    void isTrue(String expression) {
        assertThat(answer(expression, BEFORE, AFTER)).isEqualTo(Answer.YES.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after.total >= before.total * 3",
                "before.weight > 0 && !after.paid",
                "has(after.weight)",
                "after.number != before.number"
            })
    void isFalse(String expression) {
        assertThat(answer(expression, BEFORE, AFTER)).isEqualTo(Answer.NO.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after.weight > 5",
                "!(after.weight > 5)",
                "after.weight == before.weight",
                "after.weight != 3",
                "after.weight in [1, 2]",
                "after.weight > 0 && after.paid",
                "before.fee.amount > 0",
                "after.paid && before.placed < after.placed",
                "after.lines.map(l, after.weight).sum() > 0"
            })
    void isUnknownWhereAValueIsNotThere(String expression) {
        assertThat(answer(expression, BEFORE, AFTER)).isEqualTo(Answer.UNKNOWN.name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            after.number / (after.number - 7) > 0       | a division by 0 (expected: a divisor that is asked first, such as x != 0 && ...)
            after.number + 9223372036854775807 > 0      | a number that 64 bits cannot hold (expected: smaller ones, or decimal(...))
            [after.number, 9223372036854775807].sum() > 0 | a sum that 64 bits cannot hold (expected: smaller ones, or decimal(...) of each)
            after.lines[2].sku == 'C'                   | an item beyond the end of a list (expected: size() asked first)
            decimal(after.status) > 0                   | a text that is no decimal (expected: a number such as decimal("-12.90"))
            int(after.status) > 0                       | a text that is no such value (expected: a field that always holds one)
            timestamp(after.status) == after.placed     | a text that is no such value (expected: a field that always holds one)
            """)
    void hasNoAnswerAndDoesNotTellTheValue(String expression, String message) {
        assertThat(answer(expression, BEFORE, AFTER)).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            after.totl > before.total          | 1:6 undefined field 'totl'  | did you mean 'total'?
            afer.total > before.total          | 1:1 undeclared reference to 'afer' | did you mean 'after'? One of after, before, op
            after.status > 5                   | 1:14 found no matching overload for '_>_' applied to '(string, int)' | a condition in CEL
            after.total == 5                   | 1:13 found no matching overload for '_==_' applied to '(decimal, int)' | two decimals, such as decimal("12.90") or decimal(12)
            after.total > 12.90                | 1:13 found no matching overload for '_>_' applied to '(decimal, double)' | decimal("12.90"), which is exact
            after.total / 2 > 1                | 1:13 found no matching overload for '_/_' applied to '(decimal, int)' | two decimals
            0.5 == 0.5                         | 1:1 a number that is not exact | decimal("12.90")
            after.weight == null               | 1:14 found no matching overload for '_==_' applied to '(int, null)' | has(...), or !has(...)
            after.total == null                | 1:16 null | has(...), or !has(...)
            after.total > decimal("ten")       | 1:22 'ten' | a number such as decimal("-12.90")
            after.placed > timestamp("today")  | 1:25 'today' | an instant such as 2026-01-31T12:00:00Z
            after.total                        | 1:6 expected type 'bool' but found 'decimal' | two decimals
            after.number                       | 1:6 expected type 'bool' but found 'int' | a condition in CEL
            after.status.matches('p.*')        | 1:21 undeclared reference to 'matches' | one of after, before, op
            dyn(after.number) == 'x'           | 1:4 undeclared reference to 'dyn' | one of
            timestamp(now) > after.placed      | 1:11 undeclared reference to 'now' | one of
            after.placed.getHours('Europe/Berlin') > 8 | 1:22 found no matching overload for 'getHours' | a condition in CEL
            duration("a while") < duration("1h30m") | 1:9 'a while' | hours, minutes and seconds such as
            op in [1, 'x']                     | 1:7 items of different kinds | a list of one kind
            {'a': 1}['a'] == after.number      | 1:1 an object | fields of before and after
            order{} == after                   | 1:6 an object | fields of before and after
            1u == 1u                           | 1:1 a value of a kind that no field has | an int or a text
            after.total >                      | 1:14 | a condition in CEL
            after.lines + after.lines == []    | 1:13 found no matching overload for '_+_' | values, not what holds them
            after.lines.map(l.sku, l) == []    | 1:18 The argument must be a simple name | a condition in CEL
            after.lines.map(l, l.skq) == ['A'] | 1:21 undefined field 'skq' | did you mean 'sku'?
            """)
    void isRefusedAtItsPlaceWithWhatWouldDo(String expression, String found, String expected) {
        assertThat(CEL.read(expression, VARIABLES)).isInstanceOfSatisfying(Reading.Misread.class, misread -> {
            var mistake = misread.mistakes().getFirst();
            assertThat(mistake.line() + ":" + mistake.column() + " " + mistake.found())
                    .startsWith(found);
            assertThat(mistake.expected()).startsWith(expected);
        });
    }

    @Test
    void loopsEnd() {
        var many = values(Map.of(
                "lines",
                LongStream.range(0, 400).mapToObj(i -> line("S" + i, i, "1")).toList()));

        assertThat(answer("after.lines.all(a, after.lines.all(b, a.quantity + b.quantity >= 0))", BEFORE, many))
                .isEqualTo("more than 10000 steps (expected: no loop within a loop over long lists)");
        assertThat(answer("after.lines.all(a, a.quantity >= 0)", BEFORE, many)).isEqualTo(Answer.YES.name());
    }

    /** Each would take minutes, or more memory than there is, if only its steps were counted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "after.lines.exists(l, after.lines == before.lines)",
                "after.lines.map(l, after.status + after.status).size() == 0",
                "after.lines.all(l, !after.status.contains(before.status))",
                "after.lines.filter(l, !(l in before.lines)).size() > 0",
                "[after.status].all(t, after.lines.all(l, t.size() > 0))",
                "[after.status].all(t, [before.status].all(u, after.lines.all(l, !t.startsWith(u) && !t.endsWith(u))))",
                "[after.status].all(t, [after.status + ''].all(u, after.lines.all(l, t == u)))",
                "[after.status].all(t, [after.status + ''].all(u, after.lines.all(l, t <= u)))",
                "[after.status].all(t, [after.status + ''].all(u, after.lines.all(l, t in [u])))",
                "[after.status].all(t, [after.status + ''].all(u, after.lines.all(l, !([t] != [u]))))"
            })
    void noExpressionTakesLong(String expression) {
        var lines =
                LongStream.range(0, 5_000).mapToObj(i -> line("S" + i, i, "1")).toList();
        var after = values(Map.of("status", "a".repeat(1_000_000), "lines", lines));
        var others = new ArrayList<>(lines);
        others.set(4_999, line("other", 1, "1"));
        var before = values(Map.of("status", "a".repeat(500_000) + "b", "lines", others));

        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertThat(answer(expression, before, after))
                .startsWith("more than 10000"));
    }

    /** A list that a variable stands for is looked at in each step. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[after.lines.map(l, l.sku)].all(a, [after.lines.map(l, l.sku)].all(b, after.lines.all(l, a == b)))",
                "[after.lines.map(l, l.sku)].all(a, after.lines.all(l, !('?' in a)))"
            })
    void listsThatLoopsMadeCountWhereverTheyAreCompared(String expression) {
        var many = values(Map.of(
                "lines",
                LongStream.range(0, 3_300).mapToObj(i -> line("S" + i, i, "1")).toList()));

        assertThat(answer(expression, BEFORE, many)).startsWith("more than 10000000 values");
    }

    @Test
    void aLoopCostsAsMuchAsItsListIsLong() {
        var many = values(Map.of(
                "lines",
                LongStream.range(0, 9_000).mapToObj(i -> line("S" + i, i, "1")).toList()));

        assertThat(answer("after.lines.map(l, l.quantity).sum() == 40495500", BEFORE, many))
                .isEqualTo(Answer.YES.name());
    }

    @Test
    void whatIsTooLongOrTooDeepIsRefused() {
        assertThat(CEL.read("op == '" + "x".repeat(2_000) + "'", VARIABLES)).isInstanceOf(Reading.Misread.class);
        assertThat(CEL.read("(".repeat(200) + "true" + ")".repeat(200), VARIABLES))
                .isInstanceOf(Reading.Misread.class);
    }

    @Test
    void productsWithoutEndHaveNoAnswer() {
        var long300 = values(Map.of("total", new BigDecimal("9".repeat(300))));

        assertThat(answer("after.total * after.total * after.total * after.total > 0", BEFORE, long300))
                .startsWith("a decimal of more than 1000 digits");
    }
}
