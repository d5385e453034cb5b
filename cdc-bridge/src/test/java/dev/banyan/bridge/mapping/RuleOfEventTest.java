package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An event that was published says by its id which rule it is from. */
class RuleOfEventTest {

    private static final String MAPPING = """
            version: 1
            transactions:
              - {event: Seen, topic: things, type: "things.{event}.v1", all: [Added]}
            aggregates:
              thing:
                topic: things
                subject: "thing/{id}"
                type: "things.{event}.v1"
                table: thing
                key: [id]
                fields: {id: {column: id, as: integer}}
                children:
                  parts:
                    table: part
                    key: [id, no]
                    parent: [id]
                    fields: {no: {column: no, as: integer}, name: name}
                    events:
                      - {event: PartAdded, when: created, bulk: {event: ManyPartsAdded, atLeast: 3}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created, bulk: {event: ManyAdded, atLeast: 3}}
                  - {event: Changed, when: otherwise}
                  - {event: Removed, when: removed}
            """;

    private static Mapping mapping(String text) throws Exception {
        return MappingFile.parse(Path.of("mapping.yaml"), text);
    }

    private static List<DomainEvent> eventsOf(String txId, int rows) throws Exception {
        var inserted = LongStream.range(0, rows)
                .<Change>mapToObj(id -> new Change.Inserted(new TableId("public", "thing"), new Row(Map.of("id", id))))
                .toList();
        return new Mapper(mapping(MAPPING), "b", null)
                .map(new Transaction(0x1234_5678_9abcL, txId, Instant.EPOCH, inserted), new InMemoryImages());
    }

    private static List<String> found(RuleOfEvent rules, List<DomainEvent> events) {
        return events.stream()
                .map(rules::find)
                .map(found -> found.map(each -> each.event() + " by '" + each.rule() + "' in line "
                                + each.at().line())
                        .orElse("none"))
                .toList();
    }

    @Test
    void isFoundByTheIdWhateverKindOfRuleItIs() throws Exception {
        var rules = new RuleOfEvent(mapping(MAPPING), "b");
        assertThat(found(rules, eventsOf("758", 1)))
                .containsExactly("Added by 'created' in line 22", "Seen by 'Seen' in line 3");
        assertThat(found(rules, eventsOf("0-1-42", 3)))
                .containsExactly("ManyAdded by 'created' in line 22", "Seen by 'Seen' in line 3");
    }

    @ParameterizedTest
    @CsvSource({"1, PartAdded", "3, ManyPartsAdded"})
    void oneAboutARowIsFoundByTheKeyOfTheRow(int rows, String event) throws Exception {
        var inserted = LongStream.rangeClosed(0, rows)
                .<Change>mapToObj(no -> no == 0
                        ? new Change.Inserted(new TableId("public", "thing"), new Row(Map.of("id", 7L)))
                        : new Change.Inserted(
                                new TableId("public", "part"), new Row(Map.of("id", 7L, "no", no, "name", "x"))))
                .toList();
        var events = new Mapper(mapping(MAPPING), "b", null)
                .map(new Transaction(1, "758", Instant.EPOCH, inserted), new InMemoryImages());

        assertThat(found(new RuleOfEvent(mapping(MAPPING), "b"), events))
                .containsExactly(
                        event + " by 'parts/created' in line 19",
                        "Added by 'created' in line 22",
                        "Seen by 'Seen' in line 3");
    }

    @Test
    void partOfABulkEventIsFoundWhateverItsNumber() throws Exception {
        var mapping = mapping(MAPPING.replaceFirst("(?s)transactions:.*aggregates:", "aggregates:"));
        var oneItemAPart = new EventLimit(6_960, event -> event.data().length(), 0);
        var inserted = LongStream.range(0, 1_100)
                .<Change>mapToObj(id -> new Change.Inserted(new TableId("public", "thing"), new Row(Map.of("id", id))))
                .toList();
        var events = new Mapper(mapping, "b", Secrets.NONE, oneItemAPart)
                .map(new Transaction(1, "758", Instant.EPOCH, inserted), new InMemoryImages());

        assertThat(events).hasSize(1_100);
        assertThat(found(new RuleOfEvent(mapping, "b"), events)).containsOnly("ManyAdded by 'created' in line 20");
    }

    @Test
    void isNotFoundUnderAnotherNameOfRuleOrBridge() throws Exception {
        var events = eventsOf("758", 1);
        var renamed =
                mapping(MAPPING.replace("{event: Added, when: created", "{event: Added, name: new, when: created"));
        assertThat(new RuleOfEvent(renamed, "b").find(events.getFirst())).isEmpty();
        assertThat(new RuleOfEvent(mapping(MAPPING), "other").find(events.getFirst()))
                .isEqualTo(Optional.empty());
    }
}
