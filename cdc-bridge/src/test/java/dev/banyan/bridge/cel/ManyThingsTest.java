package dev.banyan.bridge.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.mapping.Conditions.Answer;
import dev.banyan.bridge.mapping.Conditions.Condition;
import dev.banyan.bridge.mapping.Conditions.Item;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Many;
import dev.banyan.bridge.mapping.Conditions.Reading;
import dev.banyan.bridge.mapping.Conditions.Values;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions about more things than memory may hold: each is made anew whenever it is looked at. */
class ManyThingsTest {

    private static final int COUNT = 50_000;

    /** What one takes in memory: all of them take more than a list may. */
    private static final int BYTES = 500;

    /** Lets all texts take more than a list may. */
    private static final String MORE = ".".repeat(150);

    private static final Kind.Thing THING = new Kind.Thing(
            "thing",
            Map.of(
                    "id", Kind.Plain.WHOLE,
                    "amount", Kind.Plain.DECIMAL,
                    "text", Kind.Plain.TEXT,
                    "parts", new Kind.ListOf(new Kind.Thing("part", Map.of("no", Kind.Plain.WHOLE)))));

    private static final Kind.Thing VARIABLES = new Kind.Thing(
            "condition",
            Map.of("Many", new Kind.ListOf(THING), "Few", new Kind.ListOf(THING), "None", new Kind.ListOf(THING)));

    /** {@code count} things with the ids from 0 on, of which the one at 7 has no amount; {@code eachRead} is told the id. */
    private record Made(int size, IntConsumer eachRead) implements Many {
        @Override
        public Iterator<Item> iterator() {
            return IntStream.range(0, size).mapToObj(this::thing).iterator();
        }

        private Item thing(int id) {
            eachRead.accept(id);
            Values part = _ -> (long) id;
            return new Item(
                    name -> switch (name) {
                        case "id" -> (long) id;
                        case "amount" -> id == 7 ? null : BigDecimal.valueOf(id, 2);
                        case "text" -> "text of " + id + MORE;
                        default -> List.of(part, part);
                    },
                    BYTES);
        }
    }

    private static Condition condition(String expression) {
        return ((Reading.Understood) new CelConditions().read(expression, VARIABLES)).condition();
    }

    private static Answer answer(String expression, IntConsumer eachRead) throws Exception {
        var many = new Made(COUNT, eachRead);
        return condition(expression).about(name -> switch (name) {
            case "Many" -> many;
            case "Few" -> new Made(3, _ -> {});
            default -> new Made(0, _ -> {});
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Many.size() == 50000 && size(Many) == 50000 && None.size() == 0",
                "Many.exists(m, m.id == 49999) && !Many.exists(m, m.id == 50000)",
                "Many.all(m, m.id >= 0) && Many.exists_one(m, m.text.startsWith('text of 30000.'))",
                "Many.map(m, m.id).sum() == 1249975000",
                "Many.map(m, m.id != 7, m.amount).sum() == decimal('12499749.93')",
                "Many.filter(m, m.id % 2 == 0).size() == 25000",
                "Many.map(m, m.text).size() == 50000 && None.map(m, m.amount).sum() == decimal(0)",
                "Many.map(m, m.parts.map(p, p.no).sum()).sum() == 2499950000",
                "Many.all(m, Few.exists(f, f.id <= m.id)) && Few.all(f, Many.exists(m, m.id == f.id + 49990))",
                "Many[49999].id == 49999 && Many[3].id == 3",
                "Many.filter(m, m.id < 10).map(m, m.id).sum() == 45 && Many == Many",
                "[Many, Few].exists(l, l.size() == 3) && [Many].all(l, l[2].id == 2)"
            })
    void aConditionGoesThroughThemAsOftenAsItNeeds(String expression) throws Exception {
        assertThat(answer(expression, _ -> {})).isEqualTo(Answer.YES);
    }

    @Test
    void itReadsThemOnceForALoopAndNoFurtherThanItMust() throws Exception {
        var read = new AtomicInteger();

        answer("Many.map(m, m.id).sum() > 0", _ -> read.incrementAndGet());
        assertThat(read).hasValue(COUNT);
        answer("Many.size() == 3", _ -> read.incrementAndGet());
        assertThat(read).hasValue(COUNT);
    }

    @Test
    void whatIsNotThereIsUnknown() throws Exception {
        assertThat(answer("Many.map(m, m.amount).sum() > decimal(1)", _ -> {})).isEqualTo(Answer.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Many.filter(m, m.id >= 0).exists(m, m.id == 1)       | a list of 50000 items, of more than 16 MB, that map or filter makes and something else than size() or sum() looks at (expected: exists, all or exists_one
            Many.map(m, m.text)[0].startsWith('text of 0.')      | a list of 50000 items
            Many.map(m, m.text) == Many.map(m, m.text)           | a list of 50000 items
            'no' in Many.map(m, m.text)                          | a list of 50000 items
            Many.map(m, 9000000000000000000).sum() > 0           | a sum that 64 bits cannot hold
            Many.all(m, Many.exists(n, n.id == 49999 - m.id))   | more than 2500150 steps (expected: no loop within a loop over long lists)
            Many.exists(m, 1 / m.id == 9)                        | a division by 0
            """)
    void whatHasNoAnswerIsSaid(String expression, String message) {
        assertThatThrownBy(() -> answer(expression, _ -> {})).hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Many.all(m, m.id >= 0)",
                "Many.all(m, m.id >= 0) || Few.size() == 3",
                "Many.exists(m, m.id < 10 && m.amount < decimal(0)) || Many.exists(m, m.id == 5000)",
                "!(Many.exists(m, m.id == 5000) && Few.size() == 4)"
            })
    void whatBreaksOffTheReadingIsNoAnswer(String expression) {
        var why = new IllegalStateException("stopped");

        assertThatThrownBy(() -> answer(expression, id -> {
                    if (id == 1_000) {
                        throw why;
                    }
                }))
                .isSameAs(why);
    }
}
