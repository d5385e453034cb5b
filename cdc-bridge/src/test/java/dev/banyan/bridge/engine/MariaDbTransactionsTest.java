package dev.banyan.bridge.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.TransactionAssembler.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where MariaDB's transactions end, and what of their offsets is stored. */
class MariaDbTransactionsTest {

    private final TransactionAssembler assembler = new TransactionAssembler(
            Dbms.MARIADB, "banyan", new TableId("banyan", "signal"), new TransactionAssembler.Limits(9, 1_000_000));

    /** An offset as Debezium's: the GTIDs before the transaction, and what to skip of it. */
    private static Map<String, Object> offset(String gtidsBefore) {
        return Map.of(
                "file",
                "binlog.000001",
                "pos",
                4L,
                "gtids",
                gtidsBefore,
                "event",
                3L,
                "row",
                1,
                "server_id",
                1L,
                "transaction_id",
                "0-1-9");
    }

    private Outcome boundary(String status, String gtid, @Nullable Long count, String gtidsBefore) {
        return assembler.accept(Records.boundary(status, gtid, count, offset(gtidsBefore)));
    }

    private Outcome begin(String gtid, String before) {
        return boundary("BEGIN", gtid, null, before);
    }

    private Outcome end(String gtid, long count, String before) {
        return boundary("END", gtid, count, before);
    }

    private void change(String operation, long id) {
        assembler.accept(Records.change(Dbms.MARIADB, "shop", operation, id, offset("0-1-4")));
    }

    @Test
    void whatIsStoredIsBehindTheTransactionAndSkipsNothing() {
        begin("0-1-5", "0-1-4");
        change("c", 1);
        assertThat(end("0-1-5", 1, "0-1-4")).isInstanceOfSatisfying(Outcome.Committed.class, it -> {
            assertThat(it.transaction().commitLsn()).isEqualTo(5);
            assertThat(it.transaction().changes().getFirst().table()).isEqualTo(new TableId("shop", "t"));
            assertThat(it.offset())
                    .isEqualTo(Map.of("file", "binlog.000001", "pos", 4L, "gtids", "0-1-5", "server_id", 1L));
        });
    }

    @Test
    void aTransactionOfOtherTablesOnlyMovesThePosition() {
        begin("0-1-5", "0-1-4");
        assertThat(end("0-1-5", 0, "0-1-4")).isInstanceOfSatisfying(Outcome.Quiet.class, it -> assertThat(it.position())
                .isEqualTo(5));
        begin("0-1-6", "0-1-5");
        change("r", 1); // a backfill's row, which END does not count
        assertThat(end("0-1-6", 0, "0-1-5")).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void aTruncationEndsWhereTheNextTransactionBegins() {
        begin("0-1-5", "0-1-4");
        change("t", 0);
        assertThat(begin("0-1-6", "0-1-5")).isInstanceOfSatisfying(Outcome.Committed.class, it -> {
            assertThat(it.transaction())
                    .isEqualTo(new Transaction(
                            5,
                            "0-1-5",
                            Instant.ofEpochSecond(1),
                            List.of(new Change.Truncated(new TableId("shop", "t")))));
            assertThat(it.offset().get("gtids")).isEqualTo("0-1-5");
        });
        assertThat(end("0-1-6", 0, "0-1-5")).isInstanceOf(Outcome.Quiet.class);
    }

    @Test
    void rowsThatComeAgainAfterACutAreOfOneTransactionAndRowsWithoutAnEndAreRefused() {
        begin("0-1-5", "0-1-4");
        change("c", 1);
        assertThat(begin("0-1-5", "0-1-4")).isInstanceOf(Outcome.Nothing.class);
        change("c", 1);
        assertThatThrownBy(() -> begin("0-1-6", "0-1-5"))
                .isInstanceOf(TransactionUnreadable.class)
                .hasMessageContaining("transaction 0-1-5: 1 rows and no commit");
    }

    private Outcome statement(String sql, String before) {
        return assembler.accept(Records.statement(sql, offset(before)));
    }

    private static List<Object> ids(Outcome outcome) {
        return ((Outcome.Committed) outcome)
                .transaction().changes().stream()
                        .map(change ->
                                ((Change.Inserted) change).after().values().get("id"))
                        .toList();
    }

    @Test
    void whatIsRolledBackToASavepointIsLeftOutThoughTheEndCountsIt() {
        begin("0-1-5", "0-1-4");
        change("c", 1);
        statement("SAVEPOINT `a`", "0-1-4");
        change("c", 2);
        statement("SAVEPOINT \"b\"", "0-1-4");
        change("c", 3);
        statement("ROLLBACK TO b", "0-1-4");
        change("c", 4);
        statement("SAVEPOINT c", "0-1-4");
        statement("ROLLBACK TO `A`", "0-1-4");
        statement("ROLLBACK TO `A`", "0-1-4");
        change("c", 5);
        statement("SAVEPOINT a", "0-1-4");
        change("c", 6);
        statement("ROLLBACK WORK TO SAVEPOINT a", "0-1-4");
        change("c", 7);
        assertThat(ids(end("0-1-5", 7, "0-1-4"))).isEqualTo(List.of(1L, 5L, 7L));
        begin("0-1-6", "0-1-5");
        change("c", 8);
        assertThatThrownBy(() -> statement("ROLLBACK TO a", "0-1-5"))
                .isInstanceOf(TransactionUnreadable.class)
                .hasMessageContaining("ROLLBACK TO a: no such savepoint");
    }

    /** As a framework sets one for each thing that it tries. */
    @Test
    @Timeout(30)
    void manySavepointsAreEachFoundAtOnce() {
        begin("0-1-5", "0-1-4");
        for (var number = 0; number < 100_000; number++) {
            statement("SAVEPOINT s" + number, "0-1-4");
        }
        change("c", 1);
        statement("ROLLBACK TO s99999", "0-1-4");
        change("c", 2);
        statement("ROLLBACK TO s0", "0-1-4");
        change("c", 3);
        assertThat(ids(end("0-1-5", 3, "0-1-4"))).isEqualTo(List.of(3L));
    }

    @Test
    void aTransactionThatIsRolledBackOnlyMovesThePosition() {
        begin("0-1-5", "0-1-4");
        change("c", 1);
        assertThat(statement("ROLLBACK", "0-1-4")).isInstanceOfSatisfying(Outcome.Quiet.class, it -> {
            assertThat(it.position()).isEqualTo(5);
            assertThat(it.offset().get("gtids")).isEqualTo("0-1-5");
        });
        begin("0-1-6", "0-1-5");
        change("c", 2);
        assertThat(ids(end("0-1-6", 1, "0-1-5"))).isEqualTo(List.of(2L));
    }

    /** Debezium takes what changes out of the chunk that it reads, also what changes in vain. */
    @Test
    void whatABackfillLacksBecauseOfARollBackIsReadAsItWas() {
        var reading = new HashMap<>(offset("0-1-4"));
        reading.put(OffsetRule.SNAPSHOT_TABLES, "[{\"incremental_snapshot_collections_id\":\"shop.t\"}]");
        begin("0-1-5", "0-1-4");
        change("c", 1);
        gone(1);
        gone(2);
        assertThat(assembler.accept(Records.statement("ROLLBACK", reading)))
                .isInstanceOfSatisfying(Outcome.Committed.class, it -> assertThat(
                                it.transaction().changes())
                        .singleElement()
                        .isInstanceOfSatisfying(Change.Read.class, read -> assertThat(
                                        read.after().values().get("id"))
                                .isEqualTo(2L)));
    }

    private void gone(long id) {
        var record = Records.change(Dbms.MARIADB, "shop", "d", id, offset("0-1-4"));
        var value = (Struct) record.value();
        value.put("before", value.getStruct("after"));
        assembler.accept(record);
    }

    @Test
    void aSecondDomainIsRefused() {
        begin("0-1-5", "0-1-4");
        assertThatThrownBy(() -> end("0-1-5", 0, "0-1-4,7-1-90")).hasMessageContaining("several GTID domains");
        begin("7-1-90", "0-1-4");
        assertThatThrownBy(() -> end("7-1-90", 0, "0-1-4")).hasMessageContaining("several GTID domains");
    }

    @Test
    void idsDifferBetweenPlacesAndBetweenGtids() {
        assertThat(new Transaction(255, "759", Instant.EPOCH, List.of()).identity())
                .isEqualTo("ff");
        assertThat(new Transaction(255, "0-1-255", Instant.EPOCH, List.of()).identity())
                .isEqualTo("ff/0-1-255");
        assertThat(Dbms.MARIADB.place(255)).isEqualTo("GTID sequence 255");
        assertThat(Dbms.POSTGRESQL.place(1L << 32 | 255)).isEqualTo("1/FF");
    }
}
