package dev.banyan.bridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What lies in a spool outlives the bridge that wrote it. */
class ArrivalBytesTest {

    private static final Row ROW = new Row(Map.of("id", 1L));

    private static Arrival arrival(Cause cause) {
        var changes = List.<Change>of(new Change.Inserted(new TableId("public", "t"), ROW));
        return Arrival.of(new Transaction(7, "tx7", Instant.EPOCH, changes, cause), Map.of("lsn", 7L), false);
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
    void aSpoolOfALaterBridgeIsRefused() {
        var later = ArrivalBytes.write(arrival(Cause.UNKNOWN));
        later[0] = 3;

        assertThatThrownBy(() -> read(later)).hasMessageEndingWith("an arrival of version 3 (expected: at most 2)");
    }
}
