package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A condition holds for the value that it means, however it is written, and one that can mean none is refused. */
class WantedValueTest {

    private static final TableId TABLE = new TableId("public", "inv");

    private static Mapping mapping(String field, String wanted) throws MappingException {
        return MappingFile.parse(Path.of("mapping.yaml"), """
                version: 1
                timeZone: Europe/Berlin
                aggregates:
                  invoice:
                    topic: invoices
                    subject: invoice/{no}
                    type: t.{event}.v1
                    table: inv
                    key: [no]
                    fields:
                      no: {column: no, as: integer}
                      open: {column: v, %s}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Wanted, when: {field: open, to: %s}}
                      - {event: Changed, when: otherwise}
                """.formatted(field, wanted));
    }

    private static @Nullable Object value(String text) {
        return switch (text) {
            case "NULL" -> null;
            default ->
                text.startsWith("n")
                        ? new BigDecimal(text.substring(1))
                        : text.startsWith("i")
                                ? Long.valueOf(text.substring(1))
                                : text.startsWith("l")
                                        ? LocalDateTime.parse(text.substring(1))
                                        : text.startsWith("d") ? LocalDate.parse(text.substring(1)) : text.substring(1);
        };
    }

    @SuppressWarnings("NullAway") // a record's constructor loses its type annotations in the class file
    private static Row row(String text) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("no", 1L);
        values.put("v", value(text));
        return new Row(values);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            "as: decimal, scale: 2",            0,                      n5.00,  n0.00
            "as: decimal, scale: 2",            -1.5,                   n5.00,  n-1.50
            "as: decimal",                      0,                      n5.00,  n0.00
            "as: decimal",                      0.00,                   n5.00,  n0
            "as: decimal",                      "[7, 0]",               n5.00,  n0.00
            "as: decimal, scale: 2, ifNull: 0", 0,                      n5.00,  n0.00
            "as: decimal, scale: 2, ifNull: 0", 0,                      n5.00,  NULL
            "as: decimal, ifNull: none",        none,                   n5.00,  NULL
            "as: decimal, ifNull: none",        0,                      NULL,   n0.0
            "as: cents",                        0,                      i500,   i0
            "as: cents",                        12.9,                   i500,   i1290
            "as: cents, digits: 0",             12,                     i500,   i12
            "as: yyyymmdd",                     20260131,               i20200101, i20260131
            "as: yyyymmdd",                     2026-01-31,             i20200101, i20260131
            "as: date",                         2026-01-31,             d2020-01-01, d2026-01-31
            "as: localTimestamp",               2026-01-31T12:00:00Z,   l2020-01-01T10:00:00, l2026-01-31T13:00:00
            "as: localTimestamp",               2026-01-31T13:00:00+01:00, l2020-01-01T10:00:00, l2026-01-31T13:00:00
            "as: char",                         "'N  '",                tP,     "tN     "
            "as: integer",                      7,                      i5,     i7
            "as: string",                       "'007'",                t7,     t007
            """)
    void itHoldsForWhatItMeans(String field, String wanted, String before, String after) throws Exception {
        assertThat(events(field, wanted, before, after)).isEqualTo("t.Wanted.v1");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', textBlock = """
            "as: decimal, scale: 2",            0,          n5.00,      n0.01
            "as: decimal",                      0,          n0.00,      n5
            "as: decimal, ifNull: none",        0,          n5,         NULL
            "as: cents",                        12,         i0,         i12
            "as: string",                       7,          t8,         t007
            """)
    void itDoesNotHoldForAnother(String field, String wanted, String before, String after) throws Exception {
        assertThat(events(field, wanted, before, after)).isEqualTo("t.Changed.v1");
    }

    private static String events(String field, String wanted, String before, String after) throws Exception {
        var transaction =
                new Transaction(1, "1", Instant.EPOCH, List.of(new Change.Updated(TABLE, row(before), row(after))));
        return new Mapper(mapping(field, wanted), "b", null)
                .map(transaction, new InMemoryImages())
                .getFirst()
                .type();
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
            as: decimal, scale: 2 | 0.001      | '0.001' (expected: a number with at most 2 decimal places, such as 12.90)
            as: decimal           | none       | 'none' (expected: a number, such as 12.90)
            as: decimal, scale: 2 | 1e100000   | '1e100000' (expected: a number with at most 2 decimal places, such as 12.90)
            as: decimal           | 1e-9999999 | '1e-9999999' (expected: a number, such as 12.90)
            as: cents             | 12.345     | '12.345' (expected: a number with at most 2 decimal places, as the event has it)
            as: yyyymmdd          | 0          | '0' (expected: a day such as 2026-01-31)
            as: yyyymmdd          | 20260231   | '20260231' (expected: a day such as 2026-01-31)
            as: date              | 31.01.2026 | '31.01.2026' (expected: a day such as 2026-01-31)
            as: localTimestamp    | 2026-01-31 | '2026-01-31' (expected: an instant such as 2026-01-31T12:00:00Z)
            as: hash              | Ada        | 'Ada' (expected: the hash, 64 hexadecimal digits, or changed:)
            """)
    void whatItCannotMeanIsRefused(String field, String wanted, String message) {
        assertThatThrownBy(() -> mapping(field, wanted))
                .hasMessageContaining("mapping.yaml:17:49: invoice.events[3].when.to: " + message);
    }
}
