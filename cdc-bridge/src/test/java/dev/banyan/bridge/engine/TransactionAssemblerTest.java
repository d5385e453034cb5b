package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.TransactionAssembler.Outcome;
import dev.banyan.bridge.store.ChangeBytes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be marked, and when: a mark too early loses a transaction in a crash. */
class TransactionAssemblerTest {

    private static final Schema HEARTBEAT =
            SchemaBuilder.struct().field("ts_ms", Schema.INT64_SCHEMA).build();

    private final TransactionAssembler assembler = new TransactionAssembler(
            Dbms.POSTGRESQL, "banyan", new TableId("banyan", "signal"), new TransactionAssembler.Limits(3, 1_000_000));

    private static Map<String, Object> offset(long lsn, long commit) {
        return Map.of("lsn", lsn, "lsn_commit", commit, "ts_usec", 1L);
    }

    private static SourceRecord begin(int id) {
        return Records.boundary("BEGIN", id + ":100", null, offset(100, 90));
    }

    private static SourceRecord end(int id, long count) {
        return Records.boundary("END", id + ":200", count, offset(200, 200));
    }

    private static SourceRecord row(long id) {
        return Records.change(Dbms.POSTGRESQL, "public", "c", id, offset(150, 90));
    }

    private static SourceRecord message(String content) {
        var message = CauseMessageTest.message("banyan.cause", content);
        var transaction = SchemaBuilder.struct().optional().build();
        var schema = SchemaBuilder.struct()
                .field("message", message.schema())
                .field("transaction", transaction)
                .build();
        var value = new Struct(schema).put("message", message).put("transaction", new Struct(transaction));
        return Records.of("banyan.message", value, offset(140, 90));
    }

    @Test
    void theFirstMessageSaysWhatItsTransactionIsFor() {
        assembler.accept(begin(7));
        assembler.accept(message("{\"id\": \"request-1\"}"));
        assembler.accept(row(1));
        assembler.accept(message("{\"id\": \"request-2\"}"));
        assertThat(assembler.accept(end(7, 3))).isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                        it.transaction().cause())
                .isEqualTo(new Cause("request-1", null)));
        assembler.accept(begin(8));
        assembler.accept(row(1));
        assertThat(assembler.accept(end(8, 1))).isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                        it.transaction().cause())
                .as("and of no other")
                .isEqualTo(Cause.UNKNOWN));
    }

    private static SourceRecord heartbeat(long lsn, long commit) {
        return Records.of("__debezium-heartbeat.banyan", new Struct(HEARTBEAT).put("ts_ms", 1L), offset(lsn, commit));
    }

    @Test
    void heartbeatBetweenCommitAndEndIsNotMarked() {
        assembler.accept(begin(7));
        assembler.accept(row(1));
        assertThat(assembler.accept(heartbeat(200, 200)))
                .as("it stands behind the transaction that is still in the buffer")
                .isInstanceOf(Outcome.Nothing.class);
        assertThat(assembler.accept(end(7, 1))).isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                        it.transaction().changes())
                .hasSize(1));
        assertThat(assembler.accept(heartbeat(200, 200))).isInstanceOf(Outcome.Quiet.class);
    }

    @Test
    void heartbeatAwayFromACommitIsNotMarked() {
        assertThat(assembler.accept(heartbeat(300, 200))).isInstanceOf(Outcome.Nothing.class);
        assertThat(assembler.accept(heartbeat(300, 300))).isInstanceOf(Outcome.Quiet.class);
    }

    @Test
    void transactionThatIsCutByAReconnectionComesAgainWhole() {
        assembler.accept(begin(7));
        assembler.accept(row(1));
        assembler.accept(begin(7));
        assembler.accept(row(1));
        assembler.accept(row(2));
        assertThat(assembler.accept(end(7, 2))).isInstanceOfSatisfying(Outcome.Committed.class, it -> {
            assertThat(it.transaction().changes()).hasSize(2);
            assertThat(it.transaction().txId()).isEqualTo("7");
            assertThat(it.transaction().commitLsn()).isEqualTo(200);
        });
    }

    @Test
    void transactionThatLacksARecordIsNotDelivered() {
        assembler.accept(begin(7));
        assembler.accept(row(1));
        assertThatThrownBy(() -> assembler.accept(end(7, 2))).hasMessageContaining("1 records (expected: 2");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, lsn_commit", "MARIADB, file"})
    void ofTablesThatDebeziumGivesOneTopicEachHasItsOwnRows(Dbms dbms, String key) {
        var both = new TransactionAssembler(
                dbms, "banyan", new TableId("banyan", "signal"), new TransactionAssembler.Limits(9, 1_000_000));
        var plain = new TableId("shop", "a_b");
        var spaced = new TableId("shop", "a b");
        var offset = Map.<String, Object>of(key, 90L, "ts_usec", 1L);
        both.accept(Records.boundary("BEGIN", "0-1-7", null, offset));
        for (var operation : List.of("r", "c")) {
            for (var table : List.of(plain, spaced)) {
                both.accept(Records.change(dbms, "shop.a_b", table, operation, text("id", "1"), offset));
            }
        }
        assertThat(both.accept(Records.boundary("END", "0-1-7", 2L, offset)))
                .isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                                it.transaction().changes())
                        .extracting(Change::table)
                        .containsExactly(plain, spaced, plain, spaced));
    }

    private static Struct text(String column, String value) {
        var schema = SchemaBuilder.struct()
                .field(column, Schema.STRING_SCHEMA)
                .optional()
                .build();
        return new Struct(schema).put(column, value);
    }

    @Test
    void whatABackfillReadBesideATransactionIsNoneOfItsBytes() {
        var read = text("v", "x".repeat(200_000));
        var table = new TableId("public", "t");
        assembler.accept(begin(7));
        IntStream.range(0, 10)
                .forEach(_ -> assembler.accept(
                        Records.change(Dbms.POSTGRESQL, "public.t", table, "r", read, offset(150, 90))));
        assembler.accept(row(1));
        assertThat(assembler.accept(end(7, 1))).isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                        it.transaction().changes())
                .hasSize(11));
    }

    @Test
    void endOfAnotherTransactionIsAnError() {
        assembler.accept(begin(7));
        assertThatThrownBy(() -> assembler.accept(end(8, 0))).hasMessageContaining("END of transaction 8");
    }

    @Test
    void whatHasATruncationStaysInMemoryAndOneBehindMoreThanThatIsRefused() {
        var inParts = new TransactionAssembler(
                Dbms.POSTGRESQL,
                0,
                "banyan",
                new TableId("public", "signal"),
                Map.of(),
                Set.of(),
                new TransactionAssembler.Limits(100, Long.MAX_VALUE),
                () -> new LargeList<>(2, ChangeBytes.CODEC));
        var read = new Change.Read(new TableId("public", "t"), new Row(Map.of("id", 1L)));
        inParts.carryOver(Collections.nCopies(5, read));
        inParts.accept(begin(7));
        inParts.accept(Records.change(Dbms.POSTGRESQL, "public", "t", 1, offset(150, 90)));
        IntStream.range(1, 5).forEach(id -> inParts.accept(row(id)));
        assertThat(inParts.accept(end(7, 5))).isInstanceOfSatisfying(Outcome.Committed.class, it -> {
            assertThat(it.transaction().changes()).hasSize(10);
            assertThat(it.transaction().isLarge()).isFalse();
        });
        inParts.accept(begin(8));
        IntStream.range(1, 5).forEach(id -> inParts.accept(row(id)));
        var truncation = Records.change(Dbms.POSTGRESQL, "public", "t", 1, offset(150, 90));
        assertThatThrownBy(() -> inParts.accept(truncation))
                .isInstanceOf(TransactionTooLarge.class)
                .hasMessageContaining("transaction 8: a truncation among 5 rows");
    }

    @Test
    void transactionBeyondTheLimitIsRefused() {
        assembler.accept(begin(7));
        assembler.accept(row(1));
        assembler.accept(row(2));
        assembler.accept(row(3));
        assertThatThrownBy(() -> assembler.accept(row(4)))
                .isInstanceOf(TransactionTooLarge.class)
                .hasMessageContaining("limits.transactionRows 3");
    }
}
