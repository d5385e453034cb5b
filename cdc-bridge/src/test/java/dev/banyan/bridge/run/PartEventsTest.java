package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mapping.Secrets;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.Placed;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction gives that is mapped in parts, through files, is what it gives in memory: the same events in the same order. */
class PartEventsTest {

    private static final String MAPPING = """
            version: 1
            transactions:
              - {event: Stocked, topic: all, type: "t.{event}.v1", all: [Added, Changed], none: [Emptied]}
              - {event: Touched, topic: all, type: "t.{event}.v1", any: [Changed, Moved]}
              - {event: Emptied, topic: all, type: "t.{event}.v1", all: [Gone], none: [Changed, Added]}
              - event: Grown
                topic: all
                type: t.{event}.v1
                any: [Added, Changed, Moved, Gone, LineCut]
                where: >-
                  Added.map(a, size(a.after.v)).sum() + Changed.filter(c, has(c.before.v) && c.before.v < c.after.v).size()
                  > Gone.map(g, size(g.before.v)).sum() + Moved.size() && Added.exists(a, a.after.lines.exists(l, l.options.size() > 1))
              - event: Cut
                topic: all
                type: t.{event}.v1
                any: [LineCut, Changed]
                where: LineCut.exists(l, size(l.before.v) > 30) && Changed.map(c, c.after.id).sum() % 2 == 0
            aggregates:
              item:
                topic: items
                subject: item/{id}
                type: t.{event}.v1
                table: item
                key: [id]
                fields: {id: {column: id, as: integer}, v: v}
                children:
                  lines:
                    table: line
                    key: [id]
                    parent: [item]
                    fields: {id: {column: id, as: integer}, v: v}
                    events:
                      - {event: LineCut, when: removed}
                    children:
                      options: {table: opt, key: [id], parent: [line], fields: {v: v}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created, bulk: {event: ListImported, atLeast: 3}}
                  - {event: Gone, when: removed}
                  - {event: Changed, when: {changed: [v]}, bulk: {event: ListChanged, atLeast: 20}}
                  - {event: Moved, when: otherwise, bulk: {event: ListMoved, atLeast: 1000}}
            """.replace("none: [Emptied]", "none: [Gone]");

    @TempDir
    static Path folder;

    private final Mapper mapper = mapper();
    private final Map<TableId, Map<Long, Row>> rows = new HashMap<>();
    private long lsn;

    private static Mapper mapper() {
        try {
            var limit = new EventLimit(9_000, event -> event.data().length(), 0);
            return new Mapper(
                    MappingFile.read(Files.writeString(folder.resolve("m.yaml"), MAPPING), new CelConditions()),
                    "shop",
                    Secrets.NONE,
                    limit);
        } catch (Exception e) {
            throw new IllegalStateException("reading a mapping that is right", e);
        }
    }

    private static TableId table(String name) {
        return new TableId("public", name);
    }

    private static Row row(long id, long above, String v) {
        return new Row(Map.of("id", id, "item", above, "line", above, "v", v));
    }

    /** What happens while nobody reads the log: rows go, and lines and options move. */
    private void gap(Random random, int count) {
        for (var i = 0; i < count / 10; i++) {
            var known = rows.getOrDefault(table(List.of("line", "opt").get(random.nextInt(2))), new HashMap<>());
            var id = (long) random.nextInt(60);
            if (random.nextBoolean()) {
                known.remove(id);
            } else {
                known.computeIfPresent(id, (_, row) -> row(id, random.nextInt(60), "moved unseen"));
            }
        }
    }

    /** Random changes of 60 items, with lines that move from one to the other and their options, behind what a backfill read. */
    private List<Change> changes(Random random, int count) {
        var changes = new ArrayList<Change>();
        for (var i = 0; i < count; i++) {
            var table = table(List.of("item", "line", "opt").get(random.nextInt(3)));
            var known = rows.computeIfAbsent(table, _ -> new HashMap<>());
            var id = (long) random.nextInt(60);
            var row = row(id, random.nextInt(60), "x".repeat(1 + random.nextInt(40)));
            var before = known.get(id);
            if (before == null) {
                changes.add(new Change.Inserted(table, row));
                known.put(id, row);
            } else if (random.nextInt(5) == 0) {
                changes.add(new Change.Deleted(table, before));
                known.remove(id);
            } else if (random.nextInt(10) == 0 && !known.containsKey(id + 1)) {
                var other = row(id + 1, random.nextInt(60), "another key");
                changes.add(new Change.Updated(table, before, other));
                known.remove(id);
                known.put(id + 1, other);
            } else {
                changes.add(new Change.Updated(table, random.nextBoolean() ? before : null, row));
                known.put(id, row);
            }
        }
        var reads = new ArrayList<Change>();
        for (var i = 0L; i < 5; i++) {
            reads.add(new Change.Read(table("item"), row(100 + i, 0, "read")));
        }
        reads.addAll(changes);
        return reads;
    }

    private List<DomainEvent> throughFiles(Transaction transaction, InMemoryImages images, int partRows) {
        var all = new PartEvents(() -> {});
        var files = new LargeList<>(0, ChangeBytes.CODEC);
        files.addAll(transaction.changes());
        var large = transaction.with(files);
        for (var changes : LargeTransaction.parts(large, mapper, images, partRows, Long.MAX_VALUE / 100, () -> {})) {
            var part = LargeTransaction.Part.of(large, changes, PartEventsTest::key);
            all.addPart(mapper.mapPart(part.transaction(), part.place(), images, NoFaults.HALT));
        }
        var events = new ArrayList<DomainEvent>();
        mapper.whole(large, all, () -> {}, events::add);
        return events;
    }

    private static StoreSession.RowKey key(Change.Read read) {
        return new StoreSession.RowKey(read.table(), KeyText.of(read.after().key(List.of("id"))));
    }

    @Test
    void whatStandsInForARowOfABackfillHasItsPlace() {
        var read = new Change.Read(table("item"), row(1, 0, "v"));
        var other = new Change.Read(table("line"), row(2, 0, "v"));
        var transaction = new Transaction(1, "71", Instant.EPOCH, List.of(other, read));
        var part = LargeTransaction.Part.of(
                transaction, List.of(new Placed(5, other), new Placed(7, read)), PartEventsTest::key);

        assertThat(part.place().applyAsInt(read)).isEqualTo(7);
        assertThat(part.place().applyAsInt(new Change.Read(table("item"), row(1, 0, "what was missing"))))
                .isEqualTo(7);
        assertThat(part.place().applyAsInt(new Change.Read(table("item"), row(2, 0, "v"))))
                .as("none of the part")
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 40, 400})
    void itIsWhatMemoryGives(int count) {
        itIsWhatMemoryGives(count, false);
    }

    /** A row may be written over one that is remembered at another root, because its removal was in a gap. */
    @ParameterizedTest
    @ValueSource(ints = {10, 40, 400})
    void itIsWhatMemoryGivesBehindGapsToo(int count) {
        itIsWhatMemoryGives(count, true);
    }

    private void itIsWhatMemoryGives(int count, boolean hasGaps) {
        var random = new Random(count);
        var inMemory = new InMemoryImages();
        var inFiles = new InMemoryImages();
        var types = new HashMap<String, Integer>();
        for (var round = 0; round < 30; round++) {
            lsn++;
            if (hasGaps) {
                gap(random, count);
            }
            var transaction = new Transaction(lsn, "7" + lsn, Instant.EPOCH, changes(random, count));
            var before = mapper.counts().events();
            var expected = mapper.map(transaction, inMemory);
            var counted = mapper.counts().events() - before;
            assertThat(throughFiles(transaction, inFiles, Math.max(2, count / 8)))
                    .isEqualTo(expected);
            assertThat(mapper.counts().events() - before - counted)
                    .as("events counted")
                    .isEqualTo(counted);
            expected.forEach(event -> types.merge(event.type(), 1, Integer::sum));
        }
        assertThat(types).containsKeys("t.ListImported.v1", "t.Moved.v1", "t.Touched.v1", "t.Imported.v1");
        if (count == 400) {
            assertThat(types).containsKeys("t.ListChanged.v1", "t.LineCut.v1");
            for (var asked : List.of("t.Grown.v1", "t.Cut.v1")) {
                assertThat(types.getOrDefault(asked, 0))
                        .as(asked + " of 30 transactions")
                        .isBetween(1, 29);
            }
            assertThat(types.get("t.ListImported.v1"))
                    .as("parts of 30 transactions")
                    .isGreaterThan(30);
        }
    }

    @Test
    void numbersOfMoreThanAMillionEventsSortAsText() {
        var read = new Transaction(1, "71", Instant.EPOCH, List.of(new Change.Read(table("item"), row(1, 0, "v"))));
        var one = mapper.mapPart(read, _ -> 0, new InMemoryImages(), NoFaults.HALT)
                .getFirst();
        var sequences = new ArrayList<String>(2);
        mapper.whole(read, Collections.nCopies(1_000_001, one), () -> {}, event -> {
            if (sequences.isEmpty()) {
                sequences.add(event.sequence());
                sequences.add("");
            }
            sequences.set(1, event.sequence());
        });
        assertThat(sequences).containsExactly("0000000000000001-0000000", "0000000000000001-1000000");
    }
}
