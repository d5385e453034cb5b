package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders that are removed with lines that only the store knows: few rows in the log, and an event for each line. */
class ManyRowEventsTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              order:
                topic: orders
                subject: order/{id}
                type: "{event}"
                table: ord
                key: [id]
                fields: {id: {column: id, as: integer}}
                children:
                  lines:
                    table: line
                    key: [id, no]
                    parent: [id]
                    fields: {no: {column: no, as: integer}}
                    events: [{event: LineRemoved, when: removed}]
                events:
                  - {event: Imported, when: backfill}
                  - {event: Placed, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;
    private static final TableId ORDER = new TableId("public", "ord");
    private static final int LINES = 100;

    @TempDir
    Path folder;

    private Mapper mapper(String text) throws Exception {
        return new Mapper(
                MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text), new CelConditions()), "shop", null);
    }

    private static Transaction removalOf(int orders) {
        return new Transaction(
                7,
                "7",
                Instant.EPOCH,
                LongStream.range(0, orders)
                        .<Change>mapToObj(id -> new Change.Deleted(ORDER, new Row(Map.of("id", id))))
                        .toList());
    }

    private static int count(Iterable<DomainEvent> events, Predicate<DomainEvent> which) {
        var count = 0;
        for (var event : events) {
            count += which.test(event) ? 1 : 0;
        }
        return count;
    }

    @Test
    void theirEventsLieInAFile() throws Exception {
        var events = mapper(MAPPING).map(removalOf(300), new Remembered());

        assertThat(events).isInstanceOf(LargeList.class).hasSize(300 * (LINES + 1));
        assertThat(((LargeList<?>) events).isInFile()).isTrue();
        assertThat(count(events, event -> event.type().equals("LineRemoved"))).isEqualTo(300 * LINES);
        assertThat(count(events, event -> event.type().equals("Removed"))).isEqualTo(300);
        var sequences = new ArrayList<String>();
        events.forEach(event -> sequences.add(event.sequence()));
        assertThat(sequences).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void soDoThoseOfAPartOfATransactionAndThoseOfOneOrder() throws Exception {
        var part = mapper(MAPPING).mapPart(removalOf(300), _ -> 0, new Remembered(), NoFaults.HALT);
        var one = mapper(MAPPING).map(removalOf(1), new Remembered(30_000));

        assertThat(part).isInstanceOf(LargeList.class).hasSize(300 * (LINES + 1));
        assertThat(one).isInstanceOf(LargeList.class).hasSize(30_001);
    }

    @Test
    void theyArePutTogetherFromThere() throws Exception {
        var bulk = "LineRemoved, when: removed, bulk: {event: LinesRemoved, atLeast: 2}";
        var events = mapper(MAPPING.replace("LineRemoved, when: removed", bulk)).map(removalOf(300), new Remembered());

        assertThat(count(events, event -> event.type().equals("Removed"))).isEqualTo(300);
        assertThat(count(events, event -> event.type().equals("LinesRemoved")))
                .isEqualTo(300 * LINES / BulkParts.PART_ITEMS_MAX);
        assertThat(events).hasSize(300 + 300 * LINES / BulkParts.PART_ITEMS_MAX);
    }

    @Test
    void aRuleAboutTheTransactionLooksAtThemThere() throws Exception {
        var asking = mapper(
                "version: 1\ntransactions:\n  - {event: Emptied, topic: sales, type: \"{event}\", any: [LineRemoved], where: \"LineRemoved.size() == 30000\"}\n"
                        + MAPPING.replace("version: 1\n", ""));

        assertThat(count(asking.map(removalOf(300), new Remembered()), event -> event.type()
                        .equals("Emptied")))
                .isEqualTo(1);
    }

    /** Every order, and so many lines of each. */
    private record Remembered(int lines) implements AggregateImages {

        Remembered() {
            this(LINES);
        }

        @Override
        public @Nullable Row get(TableId table, List<?> key) {
            return table.equals(ORDER) ? new Row(Map.of("id", key.getFirst())) : null;
        }

        @Override
        public List<Row> children(TableId table, List<?> parentKey) {
            return LongStream.range(0, lines)
                    .mapToObj(no -> new Row(Map.of("id", parentKey.getFirst(), "no", no)))
                    .toList();
        }

        @Override
        public void put(TableId table, List<?> key, Row row, List<?> parentKey) {}

        @Override
        public void remove(TableId table, List<?> key) {}

        @Override
        public void clear(TableId table) {}

        @Override
        public List<Row> all(TableId table) {
            return List.of();
        }
    }
}
