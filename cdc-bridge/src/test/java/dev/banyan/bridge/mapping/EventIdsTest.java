package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No two events have one id, and an id that is in use stays. */
class EventIdsTest {

    private static final String AGGREGATE = """
              NAME:
                topic: NAME
                subject: order/{no}
                type: NAME.{event}.v1
                table: ord
                key: [no]
                fields: {no: {column: no, as: integer}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    private static List<DomainEvent> added(String... aggregates) throws Exception {
        var text = new StringBuilder("version: 1\naggregates:\n");
        for (var aggregate : aggregates) {
            text.append(aggregate);
        }
        var mapper = new Mapper(MappingFile.parse(Path.of("m.yaml"), text.toString()), "shop", null);
        var row = new Row(Map.of("no", 7L));
        var insert = new Change.Inserted(new TableId("public", "ord"), row);
        return mapper.map(new Transaction(1, "1", Instant.EPOCH, List.of(insert)), new InMemoryImages());
    }

    @Test
    void twoAggregatesThatShareTheirSubjectsHaveIdsOfTheirOwnAndTheFirstKeepsIts() throws Exception {
        var order = AGGREGATE.replace("NAME", "order");
        var audit = AGGREGATE.replace("NAME", "audit");
        var alone = added(order);

        var both = added(order, audit);

        assertThat(both).extracting(DomainEvent::subject).containsExactly("order/7", "order/7");
        assertThat(both).extracting(DomainEvent::id).doesNotHaveDuplicates();
        assertThat(both.getFirst().id()).isEqualTo(alone.getFirst().id());
    }

    @Test
    void anotherSubjectOrAnotherNameOfTheRuleIsEnoughAsItWas() throws Exception {
        var order = AGGREGATE.replace("NAME", "order");
        var audit = AGGREGATE.replace("NAME", "audit");
        for (var other : List.of(
                audit.replace("order/{no}", "order/{no}/audit"),
                audit.replaceAll("event: (\\w+),", "event: $1, name: audit$1,"))) {
            assertThat(added(order, other).getLast().id())
                    .isEqualTo(added(other).getFirst().id());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"007", "+7", " 7", "7 ", "-0"})
    void aTextKeyThatIsAnotherNumbersTooHasNoSubject(String key) throws Exception {
        var list = """
                    children:
                      lines:
                        table: line
                        key: [no, pos]
                        parent: [no]
                        fields: {pos: {column: pos, as: integer}}
                        events: [{event: LineAdded, when: created}]
                    events:
                """.indent(0);
        var text =
                "version: 1\naggregates:\n" + AGGREGATE.replace("NAME", "order").replace("    events:\n", list);
        var mapper = new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "shop", null);

        assertThat(subjects(mapper, order("7"), line("7", "1"), line("7", "-2")))
                .containsExactly("order/7", "order/7", "order/7");
        assertThatThrownBy(() -> subjects(mapper, order("7"), order(key)))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("public.ord.no: a key that is not written as its number is");
        assertThatThrownBy(() -> subjects(mapper, order("7"), line("7", "7"), line("7", key)))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("public.line.pos: a key that is not written as its number is");
    }

    private static List<String> subjects(Mapper mapper, Change... changes) {
        return mapper.map(new Transaction(1, "1", Instant.EPOCH, List.of(changes)), new InMemoryImages()).stream()
                .map(DomainEvent::subject)
                .toList();
    }

    private static Change order(String no) {
        return new Change.Inserted(new TableId("public", "ord"), new Row(Map.of("no", no)));
    }

    private static Change line(String no, String pos) {
        return new Change.Inserted(new TableId("public", "line"), new Row(Map.of("no", no, "pos", pos)));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            order/{a},     order/{b},       true
            order/{a},     order/{b}/lines, false
            order/{a},     orders/{b},      false
            order/{a}-{b}, order/{a},       true
            order{a},      order1{a},       true
            {a},           o-{a},           true
            {a},           o/{a},           false
            x{a}y,         x{a}z,           false
            """)
    void subjectsMayBeEqualWhenSomeKeysMakeThemSo(String one, String other, boolean mayEqual) {
        assertThat(subject(one).mayEqual(subject(other))).isEqualTo(mayEqual);
        assertThat(subject(other).mayEqual(subject(one))).isEqualTo(mayEqual);
    }

    /** The number of ways to go about it is beyond counting. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyFieldsSideBySideAreCompared() {
        var fields = IntStream.range(0, 20).mapToObj(n -> "f" + n).toList();
        var one = new ArrayList<>(Collections.nCopies(20, ""));
        var other = new ArrayList<>(one);
        one.add("x");
        other.add("y");
        assertThat(new Subject(one, fields).mayEqual(new Subject(other, fields)))
                .isFalse();
        assertThat(new Subject(one, fields).mayEqual(new Subject(one, fields))).isTrue();
    }

    private static Subject subject(String template) {
        var literals = List.of(template.split("\\{.}", -1));
        return new Subject(literals, List.of("a", "b").subList(0, literals.size() - 1));
    }
}
