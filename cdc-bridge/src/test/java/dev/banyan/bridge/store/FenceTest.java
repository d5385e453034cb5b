package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is not the holder writes nothing, though his epoch is the one of the lease: the store was set back, and another came to it. */
class FenceTest {

    private static final Position POSITION = new Position("1", 1, 2_000, Map.of("lsn", 2_000L));
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    Path folder;

    @Test
    void inAFileTheHolderCountsToo() throws Exception {
        fencedOff(new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""));
    }

    @Test
    void inPostgresTheHolderCountsToo() throws Exception {
        Servers.postgres().createDatabase("fence");
        fencedOff(new BridgeStore.Settings(Servers.postgres().jdbcUrl("fence"), "postgres", "postgres"));
    }

    private static void fencedOff(BridgeStore.Settings settings) throws Exception {
        try (var store = BridgeStore.open(settings, "fence", "first", LONG, InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            store.begin(POSITION, List.of(), Set.of(), null);
            var session = store.session();
            store.run("setting the store back", connection -> {
                var lease = StateRow.lease(connection);
                StateRow.lease(connection, new Lease(lease.epoch(), "second", lease.untilMs(), LONG));
                return null;
            });

            fenced(session::checkLease);
            fenced(() -> session.commit(POSITION));
            session.close();
            fenced(store::checkLease);
            fenced(() -> store.move(POSITION));
            fenced(() -> store.begin(POSITION, List.of(), Set.of(), null));
            fenced(() -> store.beginAnew(
                    POSITION, List.of(), Set.of(), store.backfills().next(List.of())));
            fenced(() -> store.define("ALTER TABLE t ADD c INT"));
            fenced(() -> store.claimSpool(new SpoolClaim("s", "here")));
            fenced(store::releaseSpool);
            var table = TableId.parse("public.t");
            fenced(() -> store.pauses().begin(table, "t", List.of(table), 2, "", ""));
            fenced(store::renewLease);
            store.releaseLease();
            assertThat(store.run("reading the lease", StateRow::seenLease).untilMs())
                    .as("the lease of the second is not given up for it")
                    .isPositive();
        }
    }

    private static void fenced(ThrowingCallable write) {
        assertThatThrownBy(write).isInstanceOf(Fenced.class).hasMessageContaining("another bridge has taken over");
    }
}
