package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What explain says of rows whose aggregate has no event after all. */
class ExplainedRowsTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: "{event}"
                onFault: ON_FAULT
                table: ord
                key: [id]
                fields: {id: {column: id, as: integer}}
                children:
                  lines:
                    table: line
                    key: [no]
                    parent: [id]
                    fields: {no: {column: no, as: integer}}
                    events:
                      - {event: LineAdded, when: created}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    /** An order of ten lines is more than the hub takes; an event about one of them is not. */
    private static final EventLimit LIMIT =
            new EventLimit(80, event -> event.data().length(), 0);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'skip: no hub takes them' | Placed order/1, LineAdded order/1, null order/2
            halt                      | Placed order/1, LineAdded order/1
            """)
    void anEventAboutARowIsNotToldWhereItsAggregateHasNone(String onFault, String expected) throws Exception {
        var text = MAPPING.replace("ON_FAULT", onFault.startsWith("skip") ? "{" + onFault + "}" : onFault);
        var mapping = MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text));
        var mapper = new Mapper(mapping, "shop", Secrets.NONE, LIMIT);

        var explained = mapper.explain(new Transaction(1, "tx1", Instant.EPOCH, changes()), new InMemoryImages());

        assertThat(explained.decisions().stream().map(each -> each.event() + " " + each.subject()))
                .containsExactlyInAnyOrder(expected.split(", "));
        if (explained.refusal() == null) {
            assertThat(explained.events())
                    .extracting(event -> event.type() + " " + event.subject())
                    .containsExactly("LineAdded order/1", "Placed order/1");
        }
    }

    /** Order 1 with one line, and order 2 with ten. */
    private static List<Change> changes() {
        return Stream.concat(
                        Stream.of(order(1), line(100, 1), order(2)),
                        LongStream.range(0, 10).mapToObj(no -> line(no, 2)))
                .toList();
    }

    private static Change order(long id) {
        return new Change.Inserted(new TableId("public", "ord"), new Row(Map.of("id", id)));
    }

    private static Change line(long no, long id) {
        return new Change.Inserted(new TableId("public", "line"), new Row(Map.of("no", no, "id", id)));
    }
}
