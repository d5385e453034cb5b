package dev.banyan.bridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.OffsetText;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in a spool outlives the bridge that wrote it. */
class ArrivalBytesTest {

    private static final List<Change> CHANGES =
            List.of(new Change.Inserted(new TableId("public", "t"), new Row(Map.of("id", 1L))));

    private static Arrival arrival(Cause cause) {
        return Arrival.of(new Transaction(7, "tx7", Instant.EPOCH, CHANGES, cause), Map.of("lsn", 7L), null);
    }

    private static Arrival read(byte[] bytes) {
        return ArrivalBytes.read(bytes, (_, _) -> List.of());
    }

    @Test
    void aCauseComesBack() {
        var traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (var cause : List.of(
                Cause.UNKNOWN, new Cause("a", null), new Cause(null, traceparent), new Cause("\u20ac", traceparent))) {
            assertThat(read(ArrivalBytes.write(arrival(cause)))).isEqualTo(arrival(cause));
        }
    }

    @Test
    void whoHasAskedForWhatABackfillReadComesBack() {
        var asked = Arrival.quiet(7, Map.of("lsn", 7L), "4795-20");
        assertThat(read(ArrivalBytes.write(asked))).isEqualTo(asked);
    }

    private static byte[] old(int version, boolean sawSnapshot, Map<String, Object> offset) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeByte(version);
        out.writeLong(7);
        out.writeBoolean(sawSnapshot);
        var text = OffsetText.write(offset).getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
        out.writeBoolean(true);
        out.writeUTF("tx7");
        out.writeLong(0);
        out.writeInt(0);
        out.writeBoolean(true);
        out.writeUTF("cause");
        out.writeBoolean(false);
        if (version == 2) {
            out.writeInt(1);
        } else {
            out.write(ChangeBytes.write(CHANGES));
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSpoolOfAnEarlierBridgeIsReadAndNamesWhoAskedWhereItsOffsetDoes(int version) throws Exception {
        var transaction = new Transaction(7, "tx7", Instant.EPOCH, CHANGES, new Cause("cause", null));
        var underWay = Map.<String, Object>of(
                "lsn", 7L, OffsetRule.SNAPSHOT_TABLES, "[]", "incremental_snapshot_correlation_id", "4795-20");
        var over = Map.<String, Object>of("lsn", 7L);
        ArrivalBytes.Large beside = (lsn, rows) -> lsn == 7 && rows == 1 && version == 2 ? CHANGES : List.of();

        assertThat(ArrivalBytes.read(old(version, true, underWay), beside))
                .isEqualTo(new Arrival(transaction, 7, underWay, "4795-20"));
        for (var saw : List.of(false, true)) {
            assertThat(ArrivalBytes.read(old(version, saw, over), beside))
                    .isEqualTo(new Arrival(transaction, 7, over, null));
        }
    }

    @Test
    void aSpoolOfALaterBridgeIsRefused() {
        var later = ArrivalBytes.write(arrival(Cause.UNKNOWN));
        later[0] = 4;

        assertThatThrownBy(() -> read(later)).hasMessageEndingWith("an arrival of version 4 (expected: at most 3)");
    }
}
