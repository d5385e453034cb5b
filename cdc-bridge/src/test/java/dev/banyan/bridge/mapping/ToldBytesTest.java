package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.mapping.AggregateState.ChildRow;
import dev.banyan.bridge.mapping.Field.Money;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import dev.banyan.bridge.mapping.RuleChoice.Op;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an event tells of comes back from its bytes. */
class ToldBytesTest {

    private static List<@Nullable Object> values() {
        return Arrays.asList(
                "a text \u00fc \ud83d\ude00",
                "",
                null,
                Long.MIN_VALUE,
                true,
                false,
                new Money("12.90", "EUR"),
                new Money(null, null));
    }

    private static ChildRow row(List<Object> key, List<List<ChildRow>> children) {
        return new ChildRow(key, values(), children);
    }

    private static AggregateState state(List<Object> keyOfRows) {
        var below = row(keyOfRows, List.of());
        var row = row(keyOfRows, List.of(List.of(below, below)));
        return new AggregateState(values(), List.of(List.of(), List.of(row)));
    }

    @Test
    void allThatAConditionMayAskOf() {
        var written = state(List.of(7L));
        var read = state(List.of());
        var other = new AggregateState(List.of(), List.of());

        assertThat(ToldBytes.read(
                        ToldBytes.of(new Difference(Op.RENUMBERED, written, other, List.of("changed"), written), true)))
                .isEqualTo(new Difference(Op.RENUMBERED, read, other, List.of(), read));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThere(Op op) {
        var nothing = new Difference(op, null, null, List.of());

        assertThat(ToldBytes.read(ToldBytes.of(nothing, true))).isEqualTo(nothing);
    }

    @Test
    void theAggregateOfARowOnlyWhereSomebodyLooksAtIt() {
        var row = new AggregateState(List.of(), List.of());
        var ofRow = new Difference(Op.CHANGED, row, row, List.of(), state(List.of()));

        assertThat(ToldBytes.read(ToldBytes.of(ofRow, false)))
                .isEqualTo(new Difference(Op.CHANGED, row, row, List.of(), null));
    }
}
