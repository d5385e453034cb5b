package dev.banyan.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.mapping.RowPlace;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcePositionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            binlog.000009 | 4000000000 | binlog.000010 | 4
            binlog.000010 | 4          | binlog.000010 | 350
            mysql-bin.999999 | 5       | mysql-bin.1000000 | 5
            """)
    void placesOfABinlogRise(String file, long pos, String laterFile, long laterPos) {
        assertThat(binlog(laterFile, laterPos).place())
                .isGreaterThan(binlog(file, pos).place());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0000002c:00000a18:0003 | 0000002c:00000a18:0004
            0000002c:00000a18:ffff | 0000002c:00000a19:0001
            0000002c:000fffff:0001 | 0000002d:00000001:0001
            """)
    void placesOfSqlServerRise(String change, String later) {
        assertThat(sqlServer(later).place()).isGreaterThan(sqlServer(change).place());
    }

    @Test
    void theTransactionIsWhatTheDatabaseCallsIt() {
        assertThat(binlog("binlog.000009", 5).transaction()).isEqualTo("binlog.000009:5");
        var source = source("mariadb");
        source.put("file", "binlog.000009");
        source.put("pos", 5L);
        source.put("gtid", "0-1-270");
        var position = of(source);
        assertThat(position.transaction()).isEqualTo("0-1-270");
        assertThat(position.committed()).isEqualTo(Instant.ofEpochMilli(1_764_105_481_234L));
    }

    @Test
    void whatDoesNotFitIsRefusedAndNeverCut() {
        refused(() -> binlog("binlog.000009", 1L << 36), "source.pos");
        refused(() -> binlog("binlog", 5), "source.file: 'binlog'");
        refused(() -> sqlServer("ffffffff:00000001:0001"), "source.change_lsn");
        refused(() -> sqlServer("1:2"), "source.change_lsn: 1:2");
        refused(() -> of(source("oracle")), "source.connector: oracle");
    }

    @Test
    void sequencesOfSqlServerAreThoseOfCommits() {
        var first = sqlServer("0000002c:00000a18:0003", "0000002c:00000a18:0009", false);
        var second = sqlServer("0000002c:00000a18:0004", "0000002c:00000a18:0009", false);
        // A snapshot that sees no more than what is committed has read after those, and before what lies beside them.
        var read = sqlServer("NULL", "0000002c:00000a18:0009", true);
        var later = sqlServer("0000002c:00000a18:0002", "0000002c:00000a20:0001", false);

        assertThat(List.of(first, second, read, later))
                .extracting(RowPlace::sequence)
                .doesNotHaveDuplicates()
                .allMatch(sequence -> sequence.matches("[0-9a-f]{16}-[0-9]{18}"))
                .isSorted();
        assertThat(later.place()).isLessThan(first.place());
        refused(() -> sqlServer("0000002c:00000a18:0003", "0000002c:00000a18:0001", false), "source.change_lsn");
        refused(() -> sqlServer("00000001:00000a18:0003", "00ffffff:00000a18:0001", false), "source.change_lsn");
    }

    @Test
    void anIncrementalSnapshotsReadComesLastAtThePlaceOfTheChangeBeforeIt() {
        var postgresql = source("postgresql");
        postgresql.put("snapshot", "incremental");
        postgresql.put("sequence", "[null,\"24023128\"]");
        assertThat(of(postgresql).place()).isEqualTo(24_023_128L);
        assertThat(of(postgresql).row()).isEqualTo(999_999);
        for (var text : List.of("[\"24023119\",null]", "[]", "24023128")) {
            postgresql.put("sequence", text);
            refused(() -> of(postgresql), "source.sequence: " + text);
        }
        postgresql.put("sequence", null);
        refused(() -> of(postgresql), "source.sequence: none");

        var mariaDb = source("mariadb");
        mariaDb.put("snapshot", "incremental");
        mariaDb.put("file", "binlog.000009");
        mariaDb.put("pos", 5L);
        mariaDb.put("row", 3);
        var read = of(mariaDb);
        mariaDb.put("snapshot", "false");
        assertThat(read.place()).isEqualTo(of(mariaDb).place());
        assertThat(read.row()).isGreaterThan(of(mariaDb).row());
    }

    private static void refused(Runnable reading, String part) {
        assertThatThrownBy(reading::run).isInstanceOf(DataException.class).hasMessageContaining(part);
    }

    private static RowPlace binlog(String file, long pos) {
        var source = source("mysql");
        source.put("file", file);
        source.put("pos", pos);
        return of(source);
    }

    private static RowPlace sqlServer(String change) {
        return sqlServer(change, change.replaceAll("[0-9a-f]{4}$", "ffff"), false);
    }

    private static RowPlace sqlServer(String change, String commit, boolean isRead) {
        var source = source("sqlserver");
        source.put("change_lsn", change);
        source.put("commit_lsn", commit);
        return new SourcePosition().of(source::get, isRead);
    }

    private static RowPlace of(Map<String, @Nullable Object> source) {
        return new SourcePosition().of(source::get, "incremental".equals(source.get("snapshot")));
    }

    private static Map<String, @Nullable Object> source(String connector) {
        var source = new HashMap<String, @Nullable Object>();
        source.put("connector", connector);
        source.put("ts_ms", 1_764_105_481_234L);
        return source;
    }
}
