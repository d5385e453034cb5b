package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.ValueText;
import dev.banyan.bridge.yaml.Place;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of values that few databases have. */
class FieldTypeTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            Y,     N,      true,  true
            Y,     N,      false, false
            true,  false,  true,  true
            false, true,   true,  false
            false, true,   false, true
            f,     t,      false, true
            false, N,      false, true
            """)
    void aFlagOfABooleanColumnIsWhatYesAndNoSay(String yes, String no, boolean value, boolean expected) {
        var flag = new FieldType.Flag(Set.of(yes), Set.of(no));

        assertThat(flag.convert(value)).isEqualTo(expected);
    }

    @Test
    void aBooleanThatYesAndNoLeaveOutIsNotUnderstood() {
        assertThat(new FieldType.Flag(Set.of("false"), Set.of("N")).convert(true))
                .isEqualTo(FieldType.NOT_UNDERSTOOD);
    }

    @Test
    void aCodeIsTheTextThatPostgresqlPrints() {
        var words = Map.of("1", "one", "0.0000001", "little", "2026-01-31 12:00:00", "noon", "\\x00", "nothing");
        var code = new FieldType.Code(new CodeTable("codes", words));

        assertThat(code.convert(1.0)).isEqualTo("one");
        assertThat(code.convert(new BigDecimal("0.0000001"))).isEqualTo("little");
        assertThat(code.convert(LocalDateTime.of(2026, 1, 31, 12, 0))).isEqualTo("noon");
        assertThat(code.convert(new byte[] {0})).isEqualTo("nothing");
        assertThat(new FieldType.Flag(Set.of("1"), Set.of("0")).convert(1.0)).isEqualTo(true);
    }

    @Test
    void soAreACodeThatIsKeptAndACurrency() {
        var table = new TableId("public", "one");
        var row = new Row(Map.of("c", new byte[] {0}, "a", 1L));
        var code = new FieldType.Code(new CodeTable("codes", Map.of("1", "one")));
        var kept = new Field("c", "c", code, null, null, new Unknown.Keep(), Set.of(), Place.START);
        var money = new Field(
                "a",
                "a",
                new FieldType.Decimal(2),
                new Field.Currency.Column("c"),
                null,
                new Unknown.Refuse(),
                Set.of(),
                Place.START);

        assertThat(kept.read(row, table)).isEqualTo("\\x00");
        assertThat(money.read(row, table)).isEqualTo(new Field.Money("1.00", "\\x00"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            43200000000000, 12:00:00
            43200123456700, 12:00:00.1234567
            43200500000000, 12:00:00.5
            500,            00:00:00.0000005
            1000,           00:00:00.000001
            """)
    void aTimeHasAllDigitsOfItsSecond(long nanos, String expected) {
        assertThat(ValueText.of(LocalTime.ofNanoOfDay(nanos))).isEqualTo(expected);
    }

    @Test
    void aCodeWithoutAWordIsTheWordOrTheNullThatTheMappingHasForIt() {
        var table = new TableId("public", "one");
        var code = new FieldType.Code(new CodeTable("codes", Map.of("1", "one", "9", "other")));

        assertThat(field(code, new Unknown.Use("other")).read(new Row(Map.of("c", "7")), table))
                .isEqualTo("other");
        assertThat(field(code, new Unknown.Null()).read(new Row(Map.of("c", "7")), table))
                .isNull();
        assertThat(field(code, new Unknown.Use("other")).read(new Row(Map.of("c", "1")), table))
                .isEqualTo("one");
        assertThat(field(code, new Unknown.Null()).read(new Row(Map.of("c", "1")), table))
                .isEqualTo("one");
    }

    private static Field field(FieldType type, Unknown unknown) {
        return new Field("c", "c", type, null, null, unknown, Set.of(), Place.START);
    }
}
