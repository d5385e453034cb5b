package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.UnstoredFaults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the mapping has no answer for stops everything, waits with all that follows of it, or is skipped, as the mapping says. */
class OnFaultTest {

    private static final TableId ITEM = new TableId("public", "itm");
    private static final TableId PART = new TableId("public", "prt");
    private static final String MAPPING = """
            version: 1
            aggregates:
              item:
                topic: items
                subject: item/{id}
                type: shop.{event}.v1
                onFault: ON_FAULT
                table: itm
                key: [id]
                fields:
                  id: {column: id, as: integer}
                  status: {column: sts, as: code, words: WORDS}
                children:
                  parts: {table: prt, key: [no], parent: [id], fields: {no: {column: no, as: integer}}}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private final InMemoryImages images = new InMemoryImages();
    private final FaultsInMemory faults = new FaultsInMemory();
    private long lsn = 100;

    private Mapper mapper(String onFault, String words) throws Exception {
        var text = MAPPING.replace("ON_FAULT", onFault).replace("WORDS", words);
        return new Mapper(MappingFile.read(Files.writeString(folder.resolve("m.yaml"), text)), "shop", null);
    }

    @Test
    void whatAKeyAndACodeWithANulLeaveInTheStoreHasNone() throws Exception {
        var text = MAPPING.replace("id: {column: id, as: integer}", "id: id")
                .replace("ON_FAULT", "park")
                .replace("WORDS", "{N: new}");
        var mapper = new Mapper(MappingFile.parse(Path.of("m.yaml"), text), "shop", null);
        var wrong = new Change.Inserted(ITEM, new Row(Map.of("id", "a\0b", "sts", "x\0y")));
        var good = new Change.Inserted(ITEM, new Row(Map.of("id", "c", "sts", "N")));

        assertThat(map(mapper, wrong, good)).containsExactly("Added item/c");

        assertThat(faults.parked).hasSize(1);
        assertThat(faults.parked.getFirst().toString()).contains("a\\0b", "'x\\0y'");
        assertThat(faults.parked.getFirst().message()).doesNotContain("\0");
        assertThat(faults.isWaiting(new Waiting("item", "a\\0b"))).isTrue();
    }

    private List<String> map(Mapper mapper, Change... changes) {
        lsn++;
        return told(mapper.map(transaction(changes), images, faults));
    }

    private Transaction transaction(Change... changes) {
        return new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes));
    }

    private static List<String> told(List<DomainEvent> events) {
        return events.stream()
                .map(event -> event.type().replaceAll("shop\\.|\\.v1", "") + " " + event.subject())
                .toList();
    }

    private static Row item(long id, String status) {
        return new Row(Map.of("id", id, "sts", status));
    }

    private static Change inserted(long id, String status) {
        return new Change.Inserted(ITEM, item(id, status));
    }

    private static Change updated(long id, String before, String after) {
        return new Change.Updated(ITEM, item(id, before), item(id, after));
    }

    private static Row part(long no, long item) {
        return new Row(Map.of("no", no, "id", item));
    }

    @Test
    void itWaitsWithAllThatFollowsWhileOthersPassAndComesInOrderOnceMended() throws Exception {
        var broken = mapper("park", "{N: new, P: paid}");

        assertThat(map(broken, inserted(1, "N"), inserted(2, "Q"), inserted(3, "N")))
                .containsExactly("Added item/1", "Added item/3");
        assertThat(map(broken, updated(2, "Q", "P"), updated(1, "N", "P"))).containsExactly("Changed item/1");
        assertThat(map(broken, new Change.Inserted(PART, part(7, 2)))).isEmpty();
        assertThat(map(broken, updated(3, "N", "P"))).containsExactly("Changed item/3");
        assertThat(images.get(ITEM, List.of(2L)))
                .as("what waits is not remembered")
                .isNull();
        assertThat(faults.parked).hasSize(3);
        assertThat(faults.parked.getFirst().message()).contains("tx101, item [2]: public.itm.sts: 'Q'");
        assertThat(faults.parked.get(1).message()).isEmpty();

        var mended = mapper("park", "{N: new, P: paid, Q: queried}");
        var told = new ArrayList<DomainEvent>();
        faults.parked.forEach(each -> told.addAll(mended.map(each.part(), images)));
        assertThat(told(told)).containsExactly("Added item/2", "Changed item/2", "Changed item/2");
        assertThat(told).extracting(DomainEvent::sequence).isSorted();

        var other = new InMemoryImages();
        var atOnce = mended.map(
                new Transaction(101, "tx101", Instant.EPOCH, List.of(inserted(1, "N"), inserted(2, "Q"))), other);
        assertThat(told.getFirst().id())
                .as("the id it would have had")
                .isEqualTo(atOnce.get(1).id());
    }

    @Test
    void aggregatesThatShareAChangeWaitTogether() throws Exception {
        var broken = mapper("park", "{N: new}");
        map(broken, inserted(1, "N"), new Change.Inserted(PART, part(7, 1)), inserted(2, "Q"), inserted(3, "N"));

        var moved = new Change.Updated(PART, part(7, 1), part(7, 2));
        assertThat(map(broken, moved, new Change.Inserted(PART, part(8, 3)))).containsExactly("Changed item/3");
        assertThat(map(broken, new Change.Deleted(ITEM, item(1, "N")))).isEmpty();

        assertThat(faults.parked.getLast().aggregates())
                .extracting(each -> each.key())
                .containsExactly("1");
        assertThat(faults.waiting("item")).isEqualTo(2);
        var mended = mapper("park", "{N: new, Q: queried}");
        var told = new ArrayList<String>();
        faults.parked.forEach(each -> told.addAll(told(mended.map(each.part(), images))));
        assertThat(told).containsExactly("Added item/2", "Changed item/2", "Changed item/1", "Removed item/1");
    }

    @Test
    void manyFaultsOfOneTransactionArePartedInOnePass() throws Exception {
        var broken = mapper("park", "{N: new}");
        var changes = new ArrayList<Change>();
        for (long id = 0; id < 5_000; id++) {
            changes.add(inserted(id, id % 2 == 0 ? "N" : "Q"));
        }

        assertThat(map(broken, changes.toArray(Change[]::new))).hasSize(2_500);
        assertThat(faults.parked).hasSize(2_500);
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyRowsOfOneAggregatePassWhileAnotherWaits() throws Exception {
        var broken = mapper("park", "{N: new}");
        map(broken, inserted(1, "N"), inserted(2, "Q"));
        var changes = new ArrayList<Change>();
        for (long no = 0; no < 60_000; no++) {
            changes.add(new Change.Inserted(PART, part(no, 1)));
        }

        assertThat(map(broken, changes.toArray(Change[]::new))).containsExactly("Changed item/1");
        assertThat(faults.parked).hasSize(1);
    }

    @Test
    void aTruncationWhileSomethingWaitsStopsTheBridge() throws Exception {
        var broken = mapper("park", "{N: new}");
        map(broken, inserted(2, "Q"));

        assertThatThrownBy(() -> map(broken, new Change.Truncated(PART)))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("1 of item are parked (expected: none; events faults resubmit comes first)");
    }

    @Test
    void aTruncationOfMoreRowsThanFitIsRefusedBeforeTheyAreRead() throws Exception {
        var many = new AggregateImages() {
            @Override
            public int count(TableId table, int most) {
                return most;
            }

            @Override
            public List<Row> all(TableId table) {
                throw new OutOfMemoryError("as if");
            }

            @Override
            public @Nullable Row get(TableId table, List<?> key) {
                return null;
            }

            @Override
            public void put(TableId table, List<?> key, Row row, List<?> parentKey) {}

            @Override
            public void remove(TableId table, List<?> key) {}

            @Override
            public List<Row> children(TableId table, List<?> parentKey) {
                return List.of();
            }

            @Override
            public void clear(TableId table) {}
        };
        var mapper = mapper("halt", "{N: new}");

        assertThatThrownBy(() -> mapper.map(transaction(new Change.Truncated(ITEM)), many))
                .isInstanceOf(UnmappableException.class)
                .hasMessage(
                        "transaction tx100: public.itm.truncate: more than 200000 rows at once (expected: no more)");
    }

    @Test
    void allOfAnAggregateWaitsWhileATableOfItIsPausedWhateverItsRowsLack() throws Exception {
        var mapper = mapper("park", "{N: new, P: paid}");
        map(mapper, inserted(1, "N"));
        var other = new Change.Inserted(new TableId("public", "other"), new Row(Map.of("x", 1)));
        var paused = new EventMapper.Paused("item", lsn + 1);
        mapper.pause(Map.of(PART, paused));

        var before = transaction(updated(1, "N", "P"));
        lsn++;
        assertThat(mapper.withoutPaused(transaction(updated(1, "N", "P")), faults)
                        .changes())
                .as("what lies at or before the place")
                .isEqualTo(before.changes());
        lsn++;
        var renamed = new Row(Map.of("nr", 7L, "item_id", 1L));
        var waits = List.of(
                new Change.Inserted(PART, renamed),
                updated(1, "P", "N"),
                new Change.Truncated(PART),
                new Change.Deleted(PART, renamed));
        var all = new ArrayList<Change>(waits);
        all.add(2, other);
        var transaction = transaction(all.toArray(Change[]::new));

        assertThat(mapper.withoutPaused(transaction, faults).changes()).containsExactly(other);
        assertThat(faults.parked).hasSize(1);
        assertThat(faults.parked.getFirst().part().changes()).isEqualTo(waits);
        assertThat(mapper.aggregates(waits.getFirst(), lsn, images))
                .as("in a large transaction it stays together")
                .isEqualTo(mapper.aggregates(updated(2, "N", "P"), lsn, images))
                .hasSize(1);
        assertThat(mapper.aggregates(updated(1, "N", "P"), paused.since(), images))
                .as("in one that does not wait each is by itself")
                .isNotEmpty()
                .doesNotContainAnyElementsOf(mapper.aggregates(updated(2, "N", "P"), paused.since(), images));
        mapper.expect(List.of(transaction), images);
    }

    @Test
    void whatIsSkippedIsTakenDownAndTheNextChangeThatMapsTellsTheWholeState() throws Exception {
        var broken = mapper("{skip: drafts are nobody's business}", "{N: new, P: paid}");

        assertThat(map(broken, inserted(1, "Q"), inserted(2, "N"))).containsExactly("Added item/2");
        assertThat(map(broken, updated(1, "Q", "R"))).isEmpty();
        assertThat(map(broken, updated(1, "R", "P"))).containsExactly("Changed item/1");
        assertThat(map(broken, updated(1, "P", "N"))).containsExactly("Changed item/1");

        assertThat(faults.skipped)
                .containsExactly("1: drafts are nobody's business", "1: drafts are nobody's business");
        assertThat(faults.parked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"park", "halt"})
    void aChangeThatMendsWhatWasSkippedOnceIsToldWhateverTheMappingSaysOfFaultsNow(String onFault) throws Exception {
        var words = "{N: new, P: paid}";
        map(mapper("{skip: nobody has a word for it}", words), inserted(1, "Q"), inserted(2, "Q"), inserted(3, "Q"));

        var strict = mapper(onFault, words);
        assertThat(map(strict, updated(1, "Q", "N"))).containsExactly("Changed item/1");
        assertThat(map(strict, new Change.Read(ITEM, item(2, "N")))).containsExactly("Imported item/2");
        assertThat(map(strict, new Change.Read(ITEM, item(3, "N")), updated(3, "N", "P")))
                .containsExactly("Imported item/3", "Changed item/3");
        assertThat(map(strict, updated(3, "P", "N"))).containsExactly("Changed item/3");
        assertThat(faults.parked).isEmpty();
    }

    @Test
    void aKeyThatNoStoreTakesStopsTheBridgeBeforeAnythingIsSent() throws Exception {
        var text =
                MAPPING.replace("ON_FAULT", "park").replace("WORDS", "{N: new}").replace("id, as: integer", "id");
        var mapper = new Mapper(MappingFile.parse(folder.resolve("m.yaml"), text), "shop", null);

        assertThat(map(mapper, new Change.Inserted(ITEM, new Row(Map.of("id", "é".repeat(1_200), "sts", "N")))))
                .hasSize(1);
        var longer = new Change.Inserted(ITEM, new Row(Map.of("id", "é".repeat(1_201), "sts", "N")));
        assertThatThrownBy(() -> map(mapper, longer))
                .hasMessageContaining("public.itm.id: a key of 2402 bytes (expected: at most 2400)");
        assertThat(faults.parked).isEmpty();
    }

    @Test
    void withoutAWordItStopsTheBridgeAndNothingIsRemembered() throws Exception {
        var broken = mapper("halt", "{N: new}");

        assertThatThrownBy(() -> map(broken, inserted(1, "N"), inserted(2, "Q")))
                .isInstanceOf(UnmappableException.class);
        assertThat(images.all(ITEM)).isEmpty();
        assertThat(broken.counts().changes()).isZero();
    }

    private static List<String> why(Explanation explanation) {
        return explanation.decisions().stream()
                .map(each -> each.subject() + ": "
                        + (each.fault() == null
                                ? each.event()
                                : each.why().replaceAll("transaction [^']*('.').*", "$1")))
                .toList();
    }

    @Test
    void explainDoesWhatTheBridgeDoesWithWhatHasNoAnswer() throws Exception {
        var explained = new InMemoryImages();
        var trial = new UnstoredFaults(NoFaults.HALT);
        var parks = mapper("park", "{N: new, P: paid}");
        var history = List.of(
                List.of(inserted(1, "N"), inserted(2, "Q"), inserted(3, "N")),
                List.of(updated(2, "Q", "P"), updated(1, "N", "P")),
                List.of(
                        new Change.Inserted(PART, part(7, 1)),
                        new Change.Updated(PART, part(7, 1), part(7, 2)),
                        new Change.Inserted(new TableId("public", "other"), part(1, 1))),
                List.of(updated(1, "P", "N"), updated(3, "N", "P")));
        var told = new ArrayList<List<String>>();
        for (var changes : history) {
            var mapped = map(parks, changes.toArray(Change[]::new));
            var explanation = parks.explain(transaction(changes.toArray(Change[]::new)), explained, trial);

            assertThat(explanation.refusal()).isNull();
            assertThat(told(explanation.events())).isEqualTo(mapped);
            told.add(why(explanation));
        }
        assertThat(told)
                .containsExactly(
                        List.of("item/2: parked: 'Q'", "item/1: Added", "item/3: Added"),
                        List.of("item/2: parked: behind what waits of it", "item/1: Changed"),
                        List.of(
                                "item/1: parked: with another that it shares a change with",
                                "item/2: parked: behind what waits of it"),
                        List.of("item/1: parked: behind what waits of it", "item/3: Changed"));
        assertThat(trial.waiting("item")).isEqualTo(faults.waiting("item")).isEqualTo(2);

        lsn++;
        assertThat(parks.explain(transaction(new Change.Truncated(PART)), explained, trial)
                        .refusal())
                .contains("2 of item are parked");
        parks.pause(Map.of(PART, new EventMapper.Paused("item", lsn)));
        lsn++;
        var paused = parks.explain(transaction(new Change.Truncated(PART), updated(3, "P", "N")), explained, trial);
        assertThat(why(paused)).containsExactly("item: parked: 2 changes, with all of item, which a table pauses");
        assertThat(paused.refusal()).isNull();
    }

    @Test
    void explainSaysWhatIsSkippedAndWhyAndWhatStopsTheBridge() throws Exception {
        var skips = mapper("{skip: nobody asks}", "{N: new}")
                .explain(transaction(inserted(1, "Q"), inserted(2, "N")), images);
        assertThat(skips.refusal()).isNull();
        assertThat(why(skips)).containsExactly("item/1: skipped (nobody asks): 'Q'", "item/2: Added");
        assertThat(told(skips.events())).containsExactly("Added item/2");

        var halts = mapper("halt", "{N: new}").explain(transaction(inserted(1, "Q")), new InMemoryImages());
        assertThat(halts.refusal()).contains("public.itm.sts: 'Q'");
        assertThat(halts.events()).isEmpty();
    }

    @Test
    void aTableThatSomebodyElseUsesTooCannotBeParkedAndASkipNeedsAReason() throws Exception {
        var text = MAPPING.replace("ON_FAULT", "park").replace("WORDS", "{N: new}") + """
                  other:
                    topic: others
                    subject: bulk:{no}
                    type: shop.{event}.v1
                    onFault: skip
                    table: prt
                    key: [no]
                    fields: {no: {column: no, as: integer}}
                    events:
                      - {event: OtherImported, when: backfill}
                      - {event: OtherAdded, when: created}
                      - {event: OtherRemoved, when: removed}
                      - {event: OtherChanged, when: otherwise}
                """.indent(0);
        var file = Files.writeString(folder.resolve("m.yaml"), text);

        assertThatThrownBy(() -> MappingFile.read(file))
                .hasMessageContaining(
                        "item.onFault: park, with table public.prt used by [item, other] (expected: halt or skip, or tables that nobody else uses)")
                .hasMessageContaining("other.subject: 'bulk:{no}' (expected: another word than bulk:")
                .hasMessageContaining("other.onFault: skip without a reason (expected: {skip: why it may be missing})");
    }
}
