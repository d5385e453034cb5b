package dev.banyan.bridge.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys are the same, and are in order, by their values, of whatever type the log has them. */
class KeyFormsTest {

    private static final TableId ROOT = new TableId("public", "doc");
    private static final TableId LIST = new TableId("public", "pg");
    private static final String MAPPING = """
            version: 1
            aggregates:
              doc:
                topic: docs
                subject: doc/{no}
                type: "{event}"
                table: doc
                key: [no]
                fields: {no: {column: no, as: AS}, name: name}
                EVENTS
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Renumbered, when: renumbered}
                  - {event: Changed, when: otherwise}
            """;
    private static final String PAGES = """
            children:
                  pages:
                    table: pg
                    key: [id]
                    parent: [doc_no]
                    fields: {id: id}
                    events: [{event: PageAdded, when: created}, {event: PageRemoved, when: removed}]
                events:""";

    private final InMemoryImages images = new InMemoryImages();
    private long lsn = 100;

    private static Mapping mapping(String as, String events) throws MappingException {
        return MappingFile.parse(Path.of("m.yaml"), MAPPING.replace("AS", as).replace("EVENTS", events));
    }

    private static Mapper mapper(String as) throws MappingException {
        return new Mapper(mapping(as, PAGES), "docs", null);
    }

    /** Each event as {@code TYPE SUBJECT DATA}. */
    private List<String> map(Mapper mapper, Change... changes) {
        lsn++;
        return mapper.map(new Transaction(lsn, "tx" + lsn, Instant.EPOCH, List.of(changes)), images).stream()
                .map(KeyFormsTest::told)
                .toList();
    }

    private static String told(DomainEvent event) {
        return event.type() + " " + event.subject() + " " + event.data().replace("\"", "");
    }

    private static Row doc(Object no, String name) {
        return new Row(Map.of("no", no, "name", name));
    }

    private static Row page(Object id, Object doc) {
        return new Row(Map.of("id", id, "doc_no", doc));
    }

    private static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (var i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void binaryKeysAreTheSameByTheirBytes() throws Exception {
        var mapper = mapper("string");

        assertThat(map(
                        mapper,
                        new Change.Inserted(ROOT, doc(bytes(1, 255), "a")),
                        new Change.Inserted(LIST, page(bytes(7), bytes(1, 255)))))
                .containsExactly(
                        "PageAdded doc/\\x01ff {no:\\\\x01ff,pages:{id:\\\\x07}}",
                        "Added doc/\\x01ff {no:\\\\x01ff,name:a,pages:[{id:\\\\x07}]}");
        assertThat(map(
                        mapper,
                        new Change.Updated(ROOT, doc(bytes(1, 255), "a"), doc(bytes(1, 255), "b")),
                        new Change.Updated(LIST, page(bytes(7), bytes(1, 255)), page(bytes(7), bytes(1, 255)))))
                .containsExactly("Changed doc/\\x01ff {no:\\\\x01ff,name:b,pages:[{id:\\\\x07}]}");
        assertThat(map(mapper, new Change.Updated(ROOT, doc(bytes(1, 255), "b"), doc(bytes(2), "b"))))
                .containsExactly(
                        "Renumbered doc/\\x02 {no:\\\\x02,name:b,pages:[],previousNo:\\\\x01ff}",
                        "PageRemoved doc/\\x01ff {no:\\\\x01ff,pages:{id:\\\\x07,deleted:true}}",
                        "Removed doc/\\x01ff {no:\\\\x01ff,deleted:true}");
    }

    @Test
    @SuppressWarnings("NullAway") // a row may have NULL
    void anEmptyTextIsAKeyAndNoneIsNot() throws Exception {
        var mapper = mapper("string");
        Map<String, @Nullable Object> nobodys = new HashMap<>();
        nobodys.put("id", 3L);
        nobodys.put("doc_no", null);
        map(
                mapper,
                new Change.Inserted(ROOT, doc("", "a")),
                new Change.Inserted(LIST, page(1L, "")),
                new Change.Inserted(LIST, page(2L, "")),
                new Change.Inserted(LIST, new Row(nobodys)));

        assertThat(map(mapper, new Change.Updated(ROOT, doc("", "a"), doc("", "b"))))
                .containsExactly("Changed doc/ {no:,name:b,pages:[{id:1},{id:2}]}");
        assertThat(map(mapper, new Change.Deleted(LIST, page(1L, ""))))
                .containsExactly(
                        "PageRemoved doc/ {no:,pages:{id:1,deleted:true}}", "Changed doc/ {no:,name:b,pages:[{id:2}]}");
    }

    @Test
    void aBinaryKeyIsTheSameRowInAWorkerOfKafkaConnect() throws Exception {
        var mapper = new RowMapper(mapping("string", "events:"), "docs", null, true);
        var update = new Change.Updated(ROOT, doc(bytes(1), "a"), doc(bytes(1), "b"));

        assertThat(mapper.map(update, new RowPlace(1, 0, "1-0", "1", Instant.EPOCH), (_, _, _, _) -> {})
                        .map(KeyFormsTest::told))
                .isEqualTo(Optional.of("Changed doc/\\x01 {no:\\\\x01,name:b}"));
    }

    @Test
    void wholeNumbersAreInOrderHoweverManyDigitsTheyHave() throws Exception {
        var ids = new ArrayList<Object>();
        for (var id : List.of(
                "5",
                "10",
                "99",
                "999999999999999999",
                "1234567890123456789",
                "9223372036854775808",
                "18446744073709551615")) {
            ids.add(new BigDecimal(id));
        }
        var changes = new ArrayList<Change>(List.of(new Change.Inserted(ROOT, doc(1L, "a"))));
        ids.reversed().forEach(id -> changes.add(new Change.Inserted(LIST, page(id, 1L))));

        assertThat(map(mapper("integer"), changes.toArray(Change[]::new)))
                .last()
                .asString()
                .contains("pages:[{id:5},{id:10},{id:99},{id:999999999999999999},{id:1234567890123456789},"
                        + "{id:9223372036854775808},{id:18446744073709551615}]");
        assertThat(map(mapper("integer"), new Change.Deleted(LIST, page(ids.get(4), 1L))))
                .first()
                .isEqualTo("PageRemoved doc/1 {no:1,pages:{id:1234567890123456789,deleted:true}}");
    }

    @Test
    void aParentIsFoundByItsNumberOfWhateverType() throws Exception {
        var no = 1_234_567_890_123_456_789L;

        assertThat(map(
                        mapper("integer"),
                        new Change.Inserted(ROOT, doc(no, "a")),
                        new Change.Inserted(LIST, page(7L, BigDecimal.valueOf(no)))))
                .endsWith("Added doc/" + no + " {no:" + no + ",name:a,pages:[{id:7}]}");
    }

    @Test
    void theDataHasTheKeyAsTheStateHadIt() throws Exception {
        for (var no : List.<Object>of(new BigDecimal("1.50"), new BigDecimal("2.00"))) {
            var mapper = mapper("string");
            var subject = "doc/" + ((BigDecimal) no).stripTrailingZeros().toPlainString();
            assertThat(map(mapper, new Change.Inserted(ROOT, doc(no, "a"))))
                    .containsExactly("Added " + subject + " {no:" + no + ",name:a,pages:[]}");
            assertThat(map(mapper, new Change.Inserted(LIST, page(7L, no))))
                    .startsWith("PageAdded " + subject + " {no:" + no + ",pages:{id:7}}");
            assertThat(map(mapper, new Change.Updated(ROOT, doc(no, "a"), doc(new BigDecimal("9.10"), "a"))))
                    .containsExactly(
                            "Renumbered doc/9.1 {no:9.10,name:a,pages:[],previousNo:" + no + "}",
                            "PageRemoved " + subject + " {no:" + no + ",pages:{id:7,deleted:true}}",
                            "Removed " + subject + " {no:" + no + ",deleted:true}");
            assertThat(map(mapper, new Change.Deleted(ROOT, doc(new BigDecimal("9.10"), "a"))))
                    .containsExactly("Removed doc/9.1 {no:9.10,deleted:true}");
            assertThat(map(mapper, new Change.Deleted(ROOT, new Row(Map.of("no", new BigDecimal("3.40"))))))
                    .as("of which only the log knows")
                    .containsExactly("Removed doc/3.4 {no:3.40,deleted:true}");
        }
    }
}
