package dev.banyan.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.record.CloudEventHeaders;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MappingTransformTest {

    private static final String SECRET = "0123456789abcdef";

    private final MappingTransform<SourceRecord> transform = new MappingTransform<>();

    @BeforeEach
    void configure() {
        transform.configure(Map.of("mapping.text", HowToPage.mapping(), "name", "shop", "hash.key", SECRET));
    }

    @AfterEach
    void close() {
        transform.close();
    }

    @Test
    void rowsBecomeWhatTheBridgesMapperMakesOfThem() throws Exception {
        var table = new TableId("shop", "ord");
        var news = row(7, "N");
        var paid = row(7, "P");
        var shipped = row(7, "S");
        var images = new InMemoryImages();
        var mapper = new Mapper(
                MappingFile.parse(Path.of("mapping"), HowToPage.mapping()),
                "shop",
                SECRET.getBytes(StandardCharsets.UTF_8));
        var expected = new ArrayList<DomainEvent>();
        var at = Instant.parse("2025-11-25T21:18:01.234567Z");
        var changes = List.of(
                new Change.Read(table, row(6, "P")),
                new Change.Inserted(table, news),
                new Change.Updated(table, news, paid),
                new Change.Updated(table, paid, shipped),
                new Change.Deleted(table, shipped));
        for (int i = 0; i < changes.size(); i++) {
            expected.addAll(mapper.map(new Transaction(100L + i, "758", at, List.of(changes.get(i))), images));
        }

        var records = List.of(
                Orders.record("r", 6, null, Orders.row(6, "P", "x"), 100L),
                Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L),
                Orders.record("u", 7, Orders.row(7, "N", "x"), Orders.row(7, "P", "x"), 102L),
                Orders.record("u", 7, Orders.row(7, "P", "x"), Orders.row(7, "S", "x"), 103L),
                Orders.record("d", 7, Orders.row(7, "S", "x"), null, 104L));
        var events = records.stream().map(this::apply).toList();

        assertThat(expected)
                .extracting(DomainEvent::type)
                .containsExactly(
                        "shop.orders.OrderImported.v1",
                        "shop.orders.OrderPlaced.v1",
                        "shop.orders.OrderChanged.v1",
                        "shop.orders.OrderShipped.v1",
                        "shop.orders.OrderRemoved.v1");
        for (int i = 0; i < expected.size(); i++) {
            var event = expected.get(i);
            assertThat(events.get(i).topic()).isEqualTo(event.topic());
            assertThat(events.get(i).key()).isEqualTo(event.subject());
            assertThat(events.get(i).value()).isEqualTo(event.data());
            assertThat(events.get(i).timestamp())
                    .as("the worker's, which sends it")
                    .isNull();
            // The same place makes the same id: the rule is one.
            var wanted = new HashMap<>(CloudEventHeaders.of(event, "/banyan/bridge/shop"));
            wanted.put(
                    "ce_sequence", "%016x-%018d".formatted(100 + i, i == 0 ? 0 : 100 + i)); // a read's is its place's
            wanted.put("ce_causationid", "tx:758");
            assertThat(headers(events.get(i))).isEqualTo(wanted);
        }
        assertThat(events.toString() + events.getFirst().value()).doesNotContain("ada@example.org");
    }

    @Test
    void theSameRecordHasTheSameIdAgainAndTheNextAnother() {
        var first = apply(Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L));
        var again = apply(Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L));
        var later = apply(Orders.record("c", 7, null, Orders.row(7, "N", "x"), 102L));

        assertThat(headers(again)).isEqualTo(headers(first));
        assertThat(headers(later).get("ce_id")).isNotEqualTo(headers(first).get("ce_id"));
    }

    @Test
    void whatAnIncrementalSnapshotReadsIsTheStateBetweenTwoCommits() {
        var before =
                apply(Orders.after(40L, Orders.record("u", 7, Orders.row(7, "N", "x"), Orders.row(7, "P", "x"), 50L)));
        var read = apply(Orders.read(7, Orders.row(7, "P", "x"), 60, 97));
        var again = apply(Orders.read(7, Orders.row(7, "P", "x"), 60, 97));
        // Written before the snapshot looked, committed after it.
        var next =
                apply(Orders.after(98L, Orders.record("u", 7, Orders.row(7, "P", "x"), Orders.row(7, "S", "x"), 90L)));

        assertThat(type(read)).isEqualTo("shop.orders.OrderImported.v1");
        assertThat(read.value()).isEqualTo(before.value());
        assertThat(headers(read)).containsEntry("ce_backfill", "true").doesNotContainKey("ce_changed");
        assertThat(sequences(before, read, next))
                .containsExactly(
                        "0000000000000032-000000000000000050",
                        "000000000000003c-000000000000000000",
                        "0000000000000062-000000000000000090")
                .isSorted();
        assertThat(headers(again)).isEqualTo(headers(read));
        assertThat(List.of(before, read, next))
                .extracting(event -> headers(event).get("ce_id"))
                .doesNotHaveDuplicates();
    }

    @Test
    void whatTheFirstSnapshotReadsComesBeforeWhatIsCommittedAfterIt() {
        var read = apply(Orders.after(null, Orders.record("r", 7, null, Orders.row(7, "P", "x"), 95L)));
        // Written before the snapshot looked; no commit was seen yet.
        var next =
                apply(Orders.after(null, Orders.record("u", 7, Orders.row(7, "P", "x"), Orders.row(7, "S", "x"), 90L)));

        assertThat(sequences(read, next))
                .containsExactly("000000000000005f-000000000000000000", "000000000000005f-000000000000000090");
    }

    @Test
    void aSinkConnectorsRecordsBecomeTheSame() {
        var sink = new MappingTransform<SinkRecord>();
        sink.configure(Map.of("mapping.text", HowToPage.mapping(), "name", "shop", "hash.key", SECRET));
        var sent = Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L);

        var event = Objects.requireNonNull(sink.apply(new SinkRecord(
                sent.topic(), 3, sent.keySchema(), sent.key(), sent.valueSchema(), sent.value(), 12_345L)));

        var expected = apply(sent);
        assertThat(event.value()).isEqualTo(expected.value());
        assertThat(event.topic()).isEqualTo(expected.topic());
        assertThat(event.kafkaPartition()).isEqualTo(3);
        assertThat(event.kafkaOffset()).isEqualTo(12_345L);
        assertThat(headers(event)).isEqualTo(headers(expected));
        assertThat(sink.counts()).hasToString("events 1, unmatched 0, unchanged 0, skipped 0, notices 0, failed 0");
    }

    @Test
    void whateverIsThrownIsCountedAndToldWithoutItsValues() {
        var record = Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L);
        var broken =
                new SourceRecord(
                        Map.of(), Map.of(), record.topic(), null, null, null, record.valueSchema(), record.value()) {
                    @Override
                    public SourceRecord newRecord(
                            String topic,
                            Integer partition,
                            Schema keySchema,
                            Object key,
                            Schema valueSchema,
                            Object value,
                            Long timestamp,
                            Iterable<Header> headers) {
                        throw new IllegalStateException("ada@example.org");
                    }
                };

        assertThatThrownBy(() -> transform.apply(broken))
                .isInstanceOf(DataException.class)
                .hasMessage("record of " + Orders.TOPIC + ": IllegalStateException")
                .hasStackTraceContaining("newRecord")
                .satisfies(thrown ->
                        assertThat(thrown.toString() + thrown.getCause()).doesNotContain("ada@"));
        assertThat(transform.counts())
                .hasToString("events 0, unmatched 0, unchanged 0, skipped 0, notices 0, failed 1");
    }

    @Test
    void aChangedKeyIsRemovedUnderTheOldSubjectAndRenumberedUnderTheNew() {
        var leaves = Orders.record("d", 7, Orders.row(7, "P", "x"), null, 101L);
        leaves.headers().add("__debezium.newkey", Orders.key(8), Orders.KEY);
        var comes = Orders.record("c", 8, null, Orders.row(8, "S", "x"), 101L);
        comes.headers().add("__debezium.oldkey", Orders.key(7), Orders.KEY);

        assertThat(type(apply(leaves))).isEqualTo("shop.orders.OrderRemoved.v1");
        var event = apply(comes);
        assertThat(type(event)).isEqualTo("shop.orders.OrderRenumbered.v1");
        assertThat(event.key()).isEqualTo("order/8");
        assertThat((String) event.value()).contains("\"previousOrderNo\":\"7\"");
        assertThat(headers(event)).containsEntry("ce_changed", "orderNo,status");

        // After a restart in between the old row is not known any more.
        assertThat(type(apply(comes))).isEqualTo("shop.orders.OrderRenumbered.v1");
        assertThat(headers(apply(comes))).doesNotContainKey("ce_changed");
    }

    @Test
    void whatIsNoEventIsDroppedAndCountedAndHeartbeatsPass() {
        var heartbeat = Orders.record(
                null,
                null,
                SchemaBuilder.struct()
                        .name("io.debezium.connector.common.Heartbeat")
                        .build(),
                new Struct(SchemaBuilder.struct()
                        .name("io.debezium.connector.common.Heartbeat")
                        .build()));
        var schemaChange = SchemaBuilder.struct()
                .name("io.debezium.connector.mysql.SchemaChangeValue")
                .field("ddl", Schema.OPTIONAL_STRING_SCHEMA)
                .field("tableChanges", Schema.OPTIONAL_STRING_SCHEMA)
                .build();

        assertThat(transform.apply(heartbeat)).isSameAs(heartbeat);
        assertThat(transform.apply(Orders.record(Orders.KEY, Orders.key(7), null, null)))
                .isNull();
        assertThat(transform.apply(Orders.record(null, null, schemaChange, new Struct(schemaChange))))
                .isNull();
        assertThat(transform.apply(Orders.record("other", "c", 7, null, Orders.row(7, "N", "x"), 1L)))
                .isNull();
        var same = Orders.record("u", 7, Orders.row(7, "N", "x"), Orders.row(7, "N", "x"), 2L);
        assertThat(transform.apply(same)).isNull();

        assertThat(transform.counts())
                .hasToString("events 0, unmatched 1, unchanged 1, skipped 0, notices 2, failed 0");
    }

    @Test
    void whatCannotBeMappedIsRefusedWithoutItsValues() {
        refused(
                Orders.record("u", 7, null, Orders.row(7, "P", "x"), 1L),
                "shop.ord.update: without the row before it",
                "REPLICA IDENTITY FULL");
        refused(Orders.record("c", 7, null, Orders.row(7, "?", "x"), 1L), "sts_cd: '?'", "a code of orderStatus");
        refused(Orders.record("t", 7, null, null, 1L), "shop.ord.truncate");
        refused(Orders.record("c", 7, null, Orders.row(7, "N", "x"), null), "source.lsn: none");
        refused(Orders.record("d", 7, null, null, 1L), "before: none");
        refused(
                Orders.record(Orders.KEY, Orders.key(7), null, Map.of("ord_no", 7, "email", "ada@example.org")),
                "no envelope of Debezium");
        assertThat(transform.counts().failed.sum()).isEqualTo(6);
    }

    @Test
    void anUntouchedLargeValueComesFromTheRowBeforeOrIsRefused() {
        var gone = "__debezium_unavailable_value";
        var event = apply(Orders.record("u", 7, Orders.row(7, "N", "a long note"), Orders.row(7, "P", gone), 1L));
        assertThat((String) event.value()).contains("a long note").doesNotContain("unavailable");
        assertThat(headers(event)).containsEntry("ce_changed", "status");

        refused(
                Orders.record("u", 7, null, Orders.row(7, "P", gone), 1L),
                "shop.ord.note: its value is not in the log");
    }

    @Test
    void ofAnOldRowNoMoreThanTheKeyIsReadWhereTheLogHasNoMore() {
        var keys = withKeys(HowToPage.mapping());
        // What Debezium makes of a key that is logged alone: NULL or nothing in all other columns.
        var leaves = Orders.record("d", 7, Orders.row(7, "", ""), null, 101L);
        leaves.headers().add("__debezium.newkey", Orders.key(8), Orders.KEY);
        var comes = Orders.record("c", 8, null, Orders.row(8, "S", "x"), 101L);
        comes.headers().add("__debezium.oldkey", Orders.key(7), Orders.KEY);

        var removed = Objects.requireNonNull(keys.apply(leaves));
        var renumbered = Objects.requireNonNull(keys.apply(comes));
        var changed = Objects.requireNonNull(keys.apply(Orders.record("u", 8, null, Orders.row(8, "P", "x"), 102L)));

        assertThat(type(removed)).isEqualTo("shop.orders.OrderRemoved.v1");
        assertThat(removed.key()).isEqualTo("order/7");
        assertThat(type(renumbered)).isEqualTo("shop.orders.OrderRenumbered.v1");
        assertThat((String) renumbered.value()).contains("\"previousOrderNo\":\"7\"");
        assertThat(headers(renumbered)).doesNotContainKey("ce_changed");
        assertThat(type(changed)).isEqualTo("shop.orders.OrderChanged.v1");
        assertThat(headers(changed)).doesNotContainKey("ce_changed");
    }

    @Test
    void aKeyThatChangesInOneRecordIsRefusedForTheOldSubjectWouldStay() {
        var surrogate = SchemaBuilder.struct().field("id", Schema.INT64_SCHEMA).build();
        var change = Orders.record("u", 7, Orders.row(7, "P", "x"), Orders.row(8, "P", "x"), 1L);
        refused(change, "shop.ord: another key in one record", "message.key.columns");

        var update = Orders.record("u", 7, null, Orders.row(7, "P", "x"), 1L);
        var bySurrogate =
                Orders.record(surrogate, new Struct(surrogate).put("id", 1L), update.valueSchema(), update.value());
        assertThatThrownBy(() -> withKeys(HowToPage.mapping()).apply(bySurrogate))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a record's key without [ord_no]");
    }

    @Test
    void rowsOfASecondDatabaseAreNotTakenForThoseOfTheFirst() {
        apply(ofDatabase("shop1"));
        refused(ofDatabase("shop2"), "source.db: shop2, and before it shop1");

        var ofOne = new MappingTransform<SourceRecord>();
        ofOne.configure(
                Map.of("mapping.text", HowToPage.mapping(), "name", "shop", "hash.key", SECRET, "database", "shop2"));
        assertThat(ofOne.apply(ofDatabase("shop1"))).isNull();
        assertThat(ofOne.apply(ofDatabase("shop2"))).isNotNull();
        assertThat(ofOne.counts()).hasToString("events 1, unmatched 1, unchanged 0, skipped 0, notices 0, failed 0");
    }

    private static SourceRecord ofDatabase(String name) {
        var record = Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L);
        ((Struct) record.value()).getStruct("source").put("db", name);
        return record;
    }

    /** A transformation of a log that has of old rows their keys, without the rule that would compare. */
    private static MappingTransform<SourceRecord> withKeys(String mapping) {
        var keys = new MappingTransform<SourceRecord>();
        var comparing = mapping.lines()
                .filter(line -> line.contains("OrderShipped"))
                .findFirst()
                .orElseThrow();
        keys.configure(Map.of(
                "mapping.text",
                mapping.replace(comparing + "\n", ""),
                "name",
                "shop",
                "hash.key",
                SECRET,
                "identity",
                "keys"));
        return keys;
    }

    @Test
    void whatTheMappingSkipsIsCounted() {
        var skipping = new MappingTransform<SourceRecord>();
        var mapping = HowToPage.mapping().replace("    table: ord\n", "    table: ord\n    onFault: {skip: a test}\n");
        skipping.configure(Map.of("mapping.text", mapping, "name", "shop", "hash.key", SECRET));

        assertThat(skipping.apply(Orders.record("c", 7, null, Orders.row(7, "?", "x"), 1L)))
                .isNull();

        assertThat(skipping.counts()).hasToString("events 0, unmatched 0, unchanged 0, skipped 1, notices 0, failed 0");
    }

    @Test
    void jsonWithoutASchemaMakesTheSameEvent() {
        var structured = apply(Orders.record("c", 7, null, Orders.row(7, "N", "x"), 101L));
        var after = new HashMap<String, @Nullable Object>(
                Map.of("ord_no", 7L, "sts_cd", "N", "amt", "12.50", "note", "x", "email", "ada@example.org"));
        after.put("ord_ts", "2025-11-25T21:18:00Z");
        after.put("unmapped", Map.of("a", "b"));
        var value = new HashMap<String, @Nullable Object>(Map.of("op", "c", "after", after));
        value.put("before", null);
        value.put(
                "source",
                Map.of(
                        "connector",
                        "postgresql",
                        "ts_us",
                        1_764_105_481_234_567L,
                        "schema",
                        "shop",
                        "table",
                        "ord",
                        "txId",
                        758,
                        "lsn",
                        101));

        var event = apply(Orders.record(null, null, null, value));

        assertThat(event.value()).isEqualTo(structured.value());
        assertThat(headers(event)).isEqualTo(headers(structured));

        after.put("ord_ts", 1_764_105_480_000_000L);
        refused(Orders.record(null, null, null, value), "ord_ts", "a timestamp without time zone");
        after.put("ord_ts", "2025-11-25T21:18:00Z");
        after.put("amt", "AZ8=");
        refused(Orders.record(null, null, null, value), "column amt", "decimal.handling.mode=string");
    }

    @Test
    void changesOfOneRowAtOnePlaceOfABinlogHaveIdsAndAnOrderOfTheirOwn() {
        var first = headers(apply(stored(null, "1.00")));
        var second = headers(apply(stored(1, "2.00")));
        var third = headers(apply(stored(2, "4.00")));

        assertThat(List.of(first, second, third))
                .extracting(each -> each.get("ce_sequence"))
                .containsExactly("00000090000001f4-000000", "00000090000001f4-000001", "00000090000001f4-000002");
        assertThat(List.of(first, second, third))
                .extracting(each -> each.get("ce_id"))
                .doesNotHaveDuplicates();
        assertThat(headers(apply(stored(0, "1.00"))))
                .as("the first of them has the id it had")
                .isEqualTo(first);
        assertThat(headers(apply(stored(2, "4.00")))).isEqualTo(third);
    }

    /** The change of order 7 to {@code amount} by INSERT ... ON DUPLICATE KEY UPDATE, as the row {@code number} of its event. */
    private static SourceRecord stored(@Nullable Integer number, String amount) {
        var before = new HashMap<String, @Nullable Object>(
                Map.of("ord_no", 7L, "sts_cd", "N", "amt", "0.00", "note", "x", "email", "ada@example.org"));
        before.put("ord_ts", "2025-11-25T21:18:00Z");
        var after = new HashMap<>(before);
        after.put("amt", amount);
        var source = new HashMap<String, @Nullable Object>(Map.of("connector", "mariadb", "ts_ms", 1_764_105_481_234L));
        source.putAll(Map.of("db", "shop", "table", "ord", "file", "binlog.000009", "pos", 500L, "gtid", "0-1-270"));
        source.put("row", number);
        return Orders.record(null, null, null, Map.of("op", "u", "before", before, "after", after, "source", source));
    }

    private void refused(SourceRecord record, String... parts) {
        assertThatThrownBy(() -> transform.apply(record))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("record of " + Orders.TOPIC)
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain("ada@example.org");
    }

    private SourceRecord apply(SourceRecord record) {
        var event = transform.apply(record);
        if (event == null) {
            throw new AssertionError("no event of " + record);
        }
        return event;
    }

    private static String type(SourceRecord event) {
        return String.valueOf(headers(event).get("ce_type"));
    }

    private static List<String> sequences(SourceRecord... events) {
        return Stream.of(events)
                .map(event -> String.valueOf(headers(event).get("ce_sequence")))
                .toList();
    }

    static Map<String, String> headers(ConnectRecord<?> event) {
        var headers = new HashMap<String, String>();
        event.headers().forEach(header -> headers.put(header.key(), (String) header.value()));
        return headers;
    }

    private static Row row(long number, String status) {
        return new Row(Map.of(
                "ord_no",
                number,
                "sts_cd",
                status,
                "amt",
                new BigDecimal("12.50"),
                "ord_ts",
                LocalDateTime.parse("2025-11-25T21:18:00"),
                "note",
                "x",
                "email",
                "ada@example.org"));
    }
}
