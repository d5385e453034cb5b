package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.Shapes;
import dev.banyan.bridge.engine.TransactionAssembler;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

class EngineClosingTest {

    private final SimulatedWorld world = new SimulatedWorld(() -> 0);

    /** One that has lost its connection and come to its end. */
    private static final class Ended implements DebeziumEngine<RecordChangeEvent<SourceRecord>> {

        @Override
        public void run() {}

        @Override
        public void close() {}
    }

    @Test
    void whatWasSpooledAndIsBeingPublishedDoesNotHoldUpTheNextEngine() throws Exception {
        var change = new Change.Updated(SimulatedWorld.TABLE, null, new Row(Map.of("id", 1L, "v", 1L)));
        var spooled =
                Arrival.of(new Transaction(1, "t1", Instant.EPOCH, List.of(change)), OffsetRule.startingAt(1), null);
        world.disk(0).put("left", List.of(spooled));
        var hub = new SilentHub(new SimulatedHub(world, true).connect(), true);
        var delivery = delivery(hub);
        delivery.start();
        assertThat(hub.publishing.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(new EngineClosing(new Ended(), "none", delivery, hub, new CountDownLatch(0)).close())
                .as("nothing is at work any more")
                .isTrue();
    }

    private Delivery delivery(SilentHub hub) {
        var lease = Duration.ofSeconds(10);
        var ledger =
                new SimulatedLedger(world.store, world.store.tryLease("host", world.now, lease), lease, () -> true);
        var courier = new Courier.Parts(
                world.mapper,
                hub,
                null,
                ledger,
                new BackfillTracker(
                        Map.of(SimulatedWorld.TABLE, List.of("id")), ledger, List.of(), _ -> null, (_, _) -> List.of()),
                List::of,
                List.of(),
                new Progress(world.clock),
                "store",
                RunSettings.Limits.DEFAULT,
                UnaryOperator.identity(),
                _ -> {},
                Courier.Stopping.when(() -> false));
        var assembler = new TransactionAssembler(
                Dbms.POSTGRESQL,
                "banyan",
                new TableId("banyan", "signal"),
                new TransactionAssembler.Limits(1_000, 1_000_000));
        var shapes = new Shapes(Dbms.POSTGRESQL, Map.of(), (_, _, _) -> "");
        var spool = SimulatedSpool.recover(world, world.disk(0), "left");
        var when = new Delivery.SpoolWhen(Duration.ZERO, 100);
        return new Delivery(
                new Delivery.Parts(assembler, shapes, courier, () -> {}, null, spool, when, new Doubts(0)),
                world.store.position());
    }
}
