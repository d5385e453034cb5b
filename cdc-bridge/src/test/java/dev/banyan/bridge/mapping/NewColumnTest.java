package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A column that the mapping reads for the first time is unknown of the rows that are remembered, and not NULL. */
class NewColumnTest {

    private static final TableId ORDERS = new TableId("public", "ord");
    private static final TableId LINES = new TableId("public", "line");

    @TempDir
    Path folder;

    private final InMemoryImages images = new InMemoryImages();
    private long lsn;

    private Mapping mapping(String notNull, String fields, String lineFields, String rules) throws Exception {
        var text = """
                version: 1
                aggregates:
                  order:
                    topic: orders
                    subject: order/{no}
                    type: t.{event}.v1
                    table: ord
                    key: [no]
                    notNull: [%s]
                    fields: {no: {column: no, as: integer}, status: sts%s}
                    children:
                      lines: {table: line, key: [id], parent: [no], fields: {id: {column: id, as: integer}%s}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                %s
                      - {event: Changed, when: otherwise}
                """.formatted(notNull, fields, lineFields, rules.indent(6).stripTrailing());
        return MappingFile.read(Files.writeString(folder.resolve("mapping.yaml"), text));
    }

    private String map(Mapping mapping, Change... changes) {
        lsn++;
        var transaction = new Transaction(lsn, String.valueOf(lsn), Instant.ofEpochSecond(lsn), List.of(changes));
        return String.join(
                "\n",
                new Mapper(mapping, "b", new byte[16])
                        .map(transaction, images).stream()
                                .map(event ->
                                        event.type().replaceAll("t\\.|\\.v1", "") + event.changed() + event.data())
                                .toList());
    }

    private static Row order(String status, String price) {
        return new Row(Map.of("no", 1L, "sts", status, "prc", price));
    }

    private static Row line(long id, String note) {
        return new Row(Map.of("id", id, "no", 1L, "rmk", note));
    }

    /** One order with a line, remembered without price and note. */
    private void before() throws Exception {
        map(
                mapping("no", "", "", ""),
                new Change.Inserted(ORDERS, order("N", "5")),
                new Change.Inserted(LINES, line(1, "urgent")));
    }

    @Test
    void rowThatLacksItHasNoEventBeforeABackfillHasReadIt() throws Exception {
        before();
        var with = mapping("no", "", ", note: {column: rmk, ifNull: none}", "");

        assertThat(map(with, new Change.Inserted(LINES, line(2, "late")))).isEmpty();
        assertThat(map(with, new Change.Read(LINES, line(1, "urgent"))))
                .isEqualTo(
                        "Imported[]{\"no\":1,\"status\":\"N\",\"lines\":[{\"id\":1,\"note\":\"urgent\"},{\"id\":2,\"note\":\"late\"}]}");
        assertThat(map(with, new Change.Deleted(LINES, line(2, "late")))).startsWith("Changed[lines]");
    }

    @Test
    void logThatHasTheOldRowTellsOfIt() throws Exception {
        before();
        var rules =
                "- {event: PriceChanged, when: {changed: [price]}}\n- {event: Free, when: {field: price, to: \"0\"}}";
        var with = mapping("prc", ", price: prc", "", rules);

        assertThat(map(with, new Change.Updated(ORDERS, order("N", "5"), order("P", "5"))))
                .isEqualTo("Changed[status]{\"no\":1,\"status\":\"P\",\"price\":\"5\",\"lines\":[{\"id\":1}]}");
        assertThat(map(with, new Change.Updated(ORDERS, order("P", "5"), order("P", "6"))))
                .startsWith("PriceChanged[price]");
    }

    @Test
    void firstChangeOfARowMayBeThatOfTheNewColumn() throws Exception {
        before();
        var with = mapping("no", ", price: prc", "", "- {event: PriceChanged, when: {changed: [price]}}");

        assertThat(map(with, new Change.Updated(ORDERS, order("N", "5"), order("N", "6"))))
                .startsWith("PriceChanged[price]");
    }

    @Test
    void ofWhatNobodyKnowsNoConditionHolds() throws Exception {
        before();
        var rules =
                "- {event: PriceChanged, when: {changed: [price]}}\n- {event: Free, when: {field: price, to: \"0\"}}";
        var with = mapping("prc", ", price: prc", "", rules);
        var key = new Row(Map.of("no", 1L));

        assertThat(map(with, new Change.Updated(ORDERS, null, order("P", "0"))))
                .isEqualTo("Changed[]{\"no\":1,\"status\":\"P\",\"price\":\"0\",\"lines\":[{\"id\":1}]}");
        assertThat(map(with, new Change.Updated(ORDERS, null, order("P", "5")))).startsWith("PriceChanged[price]");
        assertThat(map(with, new Change.Deleted(ORDERS, key))).isEqualTo("Removed[]{\"no\":1,\"deleted\":true}");
    }

    @Test
    void rowThatTheLogHasNewerThanTheBackfillStillGetsWhatItLacks() throws Exception {
        before();
        var with = mapping("no", ", price: prc", "", "");
        var mapper = new Mapper(with, "b", new byte[16]);

        assertThat(mapper.missing(new Change.Read(ORDERS, order("old", "5")), images))
                .isNotNull();
        assertThat(mapper.missing(new Change.Read(LINES, line(1, "urgent")), images))
                .isNull();
    }
}
