package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.source.Identity;
import dev.banyan.bridge.source.SourcePlan;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Tables with REPLICA IDENTITY DEFAULT: the log has old rows by their keys alone, and large values only where they change. */
class KeysTest {

    private static final String MAPPING = """
            version: 1
            aggregates:
              ord:
                topic: t.keys_alone
                subject: ord/{id}
                type: "{event}.v1"
                table: ord
                key: [id]
                fields: {id: {column: id, as: integer}, other: {column: other, as: integer}, v: v}
                children:
                  lines:
                    table: pos
                    key: [id]
                    parent: [ord_id]
                    fields: {v: v}
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  - {event: Changed, when: otherwise}
            """;

    @TempDir
    Path folder;

    private int mark;

    /** Runs {@code sql}, and then a change whose event comes behind all of it; returns what was told between. */
    private List<String> after(TestBridge bridge, String... sql) throws Exception {
        var from = bridge.events().size();
        for (var statement : sql) {
            bridge.sql(statement);
        }
        mark++;
        bridge.sql("UPDATE ord SET other = " + mark + " WHERE id = 1000");
        var end = "Changed ord/1000 " + mark + " - []";
        Await.until("the mark arrives", () -> told(bridge, from).contains(end));
        return told(bridge, from).stream().filter(each -> !each.equals(end)).toList();
    }

    private static List<String> told(TestBridge bridge, int from) {
        return bridge.events().stream().skip(from).map(KeysTest::told).toList();
    }

    private static String told(ConsumerRecord<String, String> event) {
        var data = JsonMapper.shared().readTree(event.value());
        var lines = data.path("lines")
                .valueStream()
                .map(line -> shortened(line.path("v").asString()))
                .toList();
        return TestBridge.header(event, "ce_type").replace(".v1", "") + " " + event.key()
                + (data.has("v")
                        ? " " + data.path("other").asString() + " "
                                + shortened(data.path("v").asString()) + " " + lines
                        : "");
    }

    private static String shortened(String text) {
        return text.length() < 100 ? text : text.charAt(0) + "*" + text.length();
    }

    @Test
    void theRememberedRowsMakeUpForWhatTheLogLeavesOut() throws Exception {
        try (var bridge = new TestBridge("keys_alone", folder)) {
            bridge.tables = List.of("pos", "ord");
            bridge.columns = List.of("id", "ord_id", "other", "v", "at", "n");
            bridge.identity = Identity.KEYS;
            bridge.mapper = new Mapper(MappingFile.parse(Path.of("mapping.yaml"), MAPPING), bridge.name, null);
            for (var table : bridge.tables) {
                bridge.sql("CREATE TABLE " + table
                        + " (id BIGINT PRIMARY KEY, ord_id BIGINT, other INTEGER, v TEXT NOT NULL,"
                        + " at TIMESTAMP NOT NULL DEFAULT '2026-01-01', n NUMERIC NOT NULL DEFAULT 7)");
                bridge.sql("ALTER TABLE " + table + " ALTER v SET STORAGE EXTERNAL");
            }
            bridge.sql(
                    "INSERT INTO ord (id, other, v) VALUES (1, 0, repeat('a', 20000)), (2, 0, repeat('b', 20000)), (1000, 0, '-')");
            bridge.sql("INSERT INTO pos (id, ord_id, v) VALUES (11, 1, repeat('p', 20000))");
            bridge.start();
            nothingIsToldOfARowWithAValueThatNobodyHasRead(bridge);
            bridge.stop();
            bridge.start();
            aBackfillTellsItThoughItsRowsChangeWhileTheirChunkIsRead(bridge);
            changesAreToldWhole(bridge);
            debeziumHasDescribedNone();
            try (var connection = bridge.connect()) {
                assertThat(SourcePlan.of(bridge.source(), connection).steps()).isEmpty();
            }
            assertThat(
                            bridge.text(
                                    "SELECT string_agg(DISTINCT relreplident::text, '') FROM pg_class WHERE relname IN ('ord', 'pos')"))
                    .as("nothing was altered")
                    .isEqualTo("d");
        }
    }

    private void nothingIsToldOfARowWithAValueThatNobodyHasRead(TestBridge bridge) throws Exception {
        assertThat(after(
                        bridge,
                        "UPDATE ord SET other = 1 WHERE id IN (1, 2)",
                        "UPDATE pos SET other = 1 WHERE id = 11",
                        "UPDATE ord SET v = repeat('c', 20000) WHERE id = 2"))
                .as("until an update brings the value")
                .containsExactly("Changed ord/2 1 c*20000 []");
    }

    /** Rows change in the chunk that has been read and is not yet closed: Debezium takes them out of it. */
    private static void aBackfillTellsItThoughItsRowsChangeWhileTheirChunkIsRead(TestBridge bridge) throws Exception {
        bridge.sql("CREATE SEQUENCE closed");
        bridge.sql("""
                CREATE FUNCTION close_later() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_xact_lock_shared(nextval(''closed'')); RETURN OLD; END'""");
        bridge.sql("CREATE TRIGGER later BEFORE DELETE ON banyan.signal FOR EACH ROW EXECUTE FUNCTION close_later()");
        var from = bridge.events().size();
        try (var gate = bridge.connect();
                var statement = gate.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(1), pg_advisory_lock(2)");
            bridge.run()
                    .desk(BackfillDesk.Kind.BACKFILL)
                    .orElseThrow()
                    .answer(new BackfillDesk.Request(BackfillDesk.Ask.START, List.of()));
            for (var chunk = 1; chunk <= 2; chunk++) {
                var waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = "
                        + chunk;
                Await.until("a chunk was read", () -> bridge.text(waiting).equals("1"));
                bridge.sql("UPDATE pos SET other = 1 WHERE id = 11");
                bridge.sql("UPDATE ord SET other = 1 WHERE id = 1");
                statement.execute("SELECT pg_advisory_unlock(" + chunk + ")");
            }
        }
        bridge.stop(); // wherever it is now
        bridge.start();
        Await.until("the backfill tells of the row", () -> told(bridge, from)
                .contains("Imported ord/1 1 a*20000 [p*20000]"));
        Await.until(
                "the backfill is done",
                () -> bridge.run().backfills().getFirst().word().equals("done"));
    }

    /** Which would cost a tenth of the processor, for a bean that nobody reads. */
    private static void debeziumHasDescribedNone() throws Exception {
        var beans = ManagementFactory.getPlatformMBeanServer();
        var names =
                beans.queryNames(new ObjectName("debezium.postgres:type=connector-metrics,context=streaming,*"), null);
        assertThat(names).isNotEmpty();
        for (var name : names) {
            assertThat(beans.getAttribute(name, "LastEvent"))
                    .as(name.toString())
                    .isNull();
        }
    }

    private void changesAreToldWhole(TestBridge bridge) throws Exception {
        assertThat(after(bridge, "UPDATE ord SET other = 2 WHERE id = 1"))
                .as("an update that leaves the large value as it is")
                .containsExactly("Changed ord/1 2 a*20000 [p*20000]");
        assertThat(after(bridge, "UPDATE pos SET ord_id = 2 WHERE id = 11"))
                .as("a child moved")
                .containsExactly("Changed ord/2 1 c*20000 [p*20000]", "Changed ord/1 2 a*20000 []");
        assertThat(after(bridge, "UPDATE pos SET id = 12 WHERE id = 11", "UPDATE ord SET id = 3 WHERE id = 1"))
                .as("changed keys, of which the child's shows nowhere")
                .containsExactly("Added ord/3 2 a*20000 []", "Removed ord/1");
        assertThat(after(bridge, "DELETE FROM pos WHERE id = 12", "DELETE FROM ord WHERE id = 2"))
                .as("deletions")
                .containsExactly("Changed ord/2 1 c*20000 []", "Removed ord/2");
    }
}
