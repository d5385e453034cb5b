package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slot may hold back so much of the log and no more: what waits for the hub goes to the disk before that. */
class ScarceLogTest {

    /** So much of the log, of 16 MiB each, is beyond half of what a slot may keep, and far from all of it. */
    private static final int SEGMENTS = 6;

    @TempDir
    Path folder;

    @Test
    void whenTheSlotHasUsedItsShareOfTheLogItSpoolsLongBeforeItsTime() throws Exception {
        var key = Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        try (var bridge = new TestBridge("spooled_scarce", folder, "one")) {
            var isDown = new AtomicBoolean();
            bridge.hub = hub -> new SpoolTest.Down(hub, isDown);
            bridge.spool = new RunSettings.Spooling(
                    new DiskSpool.Settings(folder.resolve("spool"), FaultSeal.of(key), 1 << 20, 20_000),
                    Duration.ofHours(1),
                    50);
            bridge.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '160MB'");
            try {
                bridge.sql("SELECT pg_reload_conf()");
                bridge.start();
                isDown.set(true);
                bridge.sql("INSERT INTO one VALUES (1, '1')");
                Await.until("it waits", () -> bridge.progress().hubFailures() > 4); // for 1.5 s by their pauses
                assertThat(bridge.progress().state()).isEqualTo(Progress.State.HUB_UNAVAILABLE);
                assertThat(bridge.progress().logPercent()).isLessThan(50);
                bridge.stop();
                for (var segment = 0; segment < SEGMENTS; segment++) {
                    bridge.sql("SELECT pg_logical_emit_message(false, 'fill', 'x'), pg_switch_wal()");
                }
                try (var connection = bridge.connect()) {
                    assertThat(LogState.of(bridge.source(), connection, OptionalLong.empty())
                                    .percentUsed())
                            .isBetween(50, 99);
                }
                bridge.launch(); // which measures the log at once
                Await.until("it spools", () -> bridge.progress().state() == Progress.State.SPOOLING);
                SpoolTest.awaitConfirmed(bridge);
                isDown.set(false);
                bridge.awaitEqual();
            } finally {
                bridge.sql("ALTER SYSTEM RESET max_slot_wal_keep_size");
                bridge.sql("SELECT pg_reload_conf()");
            }
        }
    }
}
