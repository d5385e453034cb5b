package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Consumers that drop what has no higher sequence, or a known id, follow a resync wherever it leads. */
class EraTest {

    private static final Pattern ERA = Pattern.compile("era (\\d+) begins");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void whatComesAfterAResyncIsNewerThanAllBefore(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "era", folder, "one").start()) {
            bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, 'b')");
            bridge.awaitEqual();
            bridge.stop();

            resync(bridge, 0, UnaryOperator.identity());
            resync(bridge, 1, before -> ahead(before, before.systemIdentifier(), before.timeline()));
            resync(bridge, 2, before -> ahead(before, "of another server", before.timeline()));
            resync(bridge, 3, before -> ahead(before, before.systemIdentifier(), before.timeline() + 1));
            resync(bridge, 3, UnaryOperator.identity());
            assertThat(bridge.repeatedIds()).isEmpty();

            bridge.sql("UPDATE one SET v = 'as ever' WHERE id = 1");
            bridge.start();
            awaitFollowed(bridge);
            bridge.stop();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    /** Where a bridge is that has read more of {@code before}'s log, or of another, than the server has now. */
    private static Position ahead(Position before, String server, int timeline) {
        return new Position(server, timeline, before.commitLsn() + (1L << 30), before.offset());
    }

    private static void resync(TestBridge bridge, int era, UnaryOperator<Position> read) throws Exception {
        try (var store = BridgeStore.open(
                        bridge.store, bridge.name, "test", Duration.ofSeconds(10), InstantSource.system());
                var hub = bridge.kafkaHub()) {
            assertThat(store.tryLease()).isTrue();
            var before = store.position().orElseThrow();
            var after = read.apply(before);
            if (!after.equals(before)) {
                hub.open();
                hub.publish(List.of(sent(bridge, after)), reach(store, after));
                store.move(after);
            }
            store.releaseLease();
        }
        bridge.sql("DELETE FROM one WHERE id = 3");
        bridge.sql("INSERT INTO one VALUES (3, 'in era " + era + "')");
        anotherSlot(bridge);
        var resync = Printed.of("resync", "--config", bridge.config().toString());
        assertThat(resync.exitCode()).as(resync.err()).isZero();
        var begun = ERA.matcher(resync.out());
        assertThat(begun.find() ? begun.group(1) : "")
                .isEqualTo(read.apply(zero()).equals(zero()) ? "" : "" + era);
        bridge.start();
        awaitFollowed(bridge);
        bridge.stop();
    }

    /** Takes the first steps of the plan for a gap. */
    static void anotherSlot(TestBridge bridge) throws Exception {
        if (bridge.dbms == Dbms.POSTGRESQL) {
            bridge.sql("SELECT pg_drop_replication_slot('slot_" + bridge.name + "')");
            try (var connection = bridge.source().connect()) {
                SourcePlan.of(bridge.source(), connection).run(bridge.source(), connection);
            }
        }
    }

    private static Position zero() {
        return new Position("", 0, 0, Map.of());
    }

    private static HubPosition reach(BridgeStore store, Position at) {
        return new HubPosition(store.storeId(), at.systemIdentifier(), at.timeline(), at.commitLsn());
    }

    private static DomainEvent sent(TestBridge bridge, Position at) {
        var sequence = "%016x-%06d".formatted(at.commitLsn(), 0);
        return new DomainEvent(
                sequence,
                "u",
                bridge.topic(),
                "one/1",
                Instant.EPOCH,
                sequence,
                "7",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                "u|one|1|of a log that is gone|");
    }

    private static void awaitFollowed(TestBridge bridge) throws Exception {
        var table = bridge.table();
        Await.until("a consumer has followed", () -> followed(bridge).equals(table));
    }

    /** What a consumer has that drops whatever has no higher sequence than what it knows of the subject. */
    private static Map<String, String> followed(TestBridge bridge) {
        var sequences = new HashMap<String, String>();
        var rows = new TreeMap<String, String>();
        for (var event : bridge.events()) {
            var sequence = TestBridge.header(event, "ce_sequence");
            var parts = event.value().split("\\|", -1);
            if (sequence.compareTo(sequences.getOrDefault(event.key(), "")) > 0) {
                sequences.put(event.key(), sequence);
                if (parts[0].equals("d")) {
                    rows.remove(event.key());
                } else {
                    rows.put(event.key(), parts[3]);
                }
            }
        }
        return rows;
    }
}
