package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lake holds what Kafka holds, each event once, through crashes and stops between the two and kills; and gives it to one consumer again. */
class LakeDeliveryTest {

    @TempDir
    Path folder;

    private List<String> inLake() {
        var ids = new ArrayList<String>();
        new LakeReader(folder.resolve("lake"))
                .read(LakeFilter.ALL, 0, record -> ids.add(record.event().id()));
        return ids;
    }

    private static List<String> inHub(TestBridge bridge) {
        return bridge.events().stream()
                .map(event -> TestBridge.header(event, "ce_id"))
                .toList();
    }

    private void lake(TestBridge bridge, long segmentBytesMax) throws Exception {
        bridge.lake = new Lake.Settings(folder.resolve("lake"), "/test", segmentBytesMax, Duration.ofMinutes(15));
        bridge.config();
        bridge.mapper = new Mapper(MappingFile.read(folder.resolve("mapping.yaml")), bridge.name, null);
    }

    @ParameterizedTest
    @EnumSource
    void aCrashBetweenHubAndLakeLosesAndRepeatsNothing(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "laked", folder, "one")) {
            lake(bridge, 2_000);
            var published = new AtomicInteger();
            bridge.hub = hub -> new CrashesEveryThirdTime(hub, published);
            bridge.start();
            for (int i = 0; i < 5; i++) {
                bridge.sql("INSERT INTO one SELECT " + i * 10 + " + g, 'v' FROM " + bridge.series(1, 3));
                var wanted = 3 * (i + 1);
                Await.until("it is in the lake", () -> inLake().size() == wanted);
            }
            bridge.stop();
            assertThat(bridge.progress().suppressedEvents()).isPositive();
            assertThat(inLake()).isEqualTo(inHub(bridge)).doesNotHaveDuplicates();
            assertThat(new LakeReader(folder.resolve("lake")).manifests()).isNotEmpty();
        }
    }

    private void stopBetweenHubAndLake(TestBridge bridge) throws Exception {
        lake(bridge, 1 << 20);
        var silent = new SilentHub(bridge.kafkaHub(), false);
        bridge.hub = _ -> silent;
        bridge.start();
        bridge.sql("INSERT INTO one SELECT g, 'a' FROM generate_series(1, 3) g");
        assertThat(silent.publishing.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(inLake()).isEmpty();

        bridge.stop();

        assertThat(bridge.end).isEqualTo(BridgeRun.End.STOPPED);
        bridge.hub = hub -> hub;
    }

    @Test
    void aStopBetweenHubAndLakeEndsWithTheEventsInTheLakeAndTheirPositionInTheStore() throws Exception {
        try (var bridge = new TestBridge("stopped_laked", folder, "one")) {
            stopBetweenHubAndLake(bridge);

            assertThat(bridge.progress().reason()).isEmpty();
            assertThat(inLake()).hasSize(3).isEqualTo(inHub(bridge));
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (4, 'b')");
            Await.until("what comes next is in the lake", () -> inLake().size() == 4);
            assertThat(inLake()).isEqualTo(inHub(bridge)).doesNotHaveDuplicates();
            assertThat(bridge.progress().suppressedEvents())
                    .as("the store has passed them")
                    .isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aStopSaysThatTheLakeIsFullAndTheNextStartBringsItWhatItLacks() throws Exception {
        try (var bridge = new TestBridge("stopped_full", folder, "one")) {
            Files.createDirectory(folder.resolve("lake"));
            var log = Files.createSymbolicLink(folder.resolve("lake/open-00000001.log"), Path.of("/dev/full"));
            stopBetweenHubAndLake(bridge);

            assertThat(bridge.progress().reason()).contains("writing to ", "lake", "No space left on device");
            assertThat(inLake()).isEmpty();
            Files.delete(log);
            bridge.start();
            Await.until("the lake has what it lacked", () -> inLake().size() == 3);
            assertThat(inLake()).isEqualTo(inHub(bridge)).doesNotHaveDuplicates();
        }
    }

    @Test
    void killedAndStartedAgainItHoldsWhatKafkaHoldsAndReplaysItToOneConsumer() throws Exception {
        killed(Dbms.POSTGRESQL);
    }

    @Test
    @Tag("soak")
    void killedOverMariaDbItHoldsWhatKafkaHoldsToo() throws Exception {
        killed(Dbms.MARIADB);
    }

    private void killed(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "lakekilled", folder, "one")) {
            var config = bridge.config();
            Files.writeString(config, Files.readString(config) + "lake: {folder: lake, segmentMegabytes: 1}\n");
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                var insert = "INSERT INTO one SELECT i * 10 + g, repeat('x', 200) FROM " + bridge.series(0, 9);
                bridge.sql(
                        switch (dbms) {
                            case POSTGRESQL ->
                                "DO $$ BEGIN FOR i IN 1..300 LOOP " + insert + "; COMMIT; END LOOP; END $$";
                            case MARIADB -> "BEGIN NOT ATOMIC FOR i IN 1..300 DO " + insert + "; COMMIT; END FOR; END";
                        });
                Await.until("it is in the middle", () -> process.transactions() > 20);
                process.kill();
            }
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                Await.until("all is in the hub", () -> inHub(bridge).size() == 3_000);
                Await.until("and in the lake", () -> inLake().size() >= 3_000);
            }
            assertThat(inLake()).isEqualTo(inHub(bridge)).doesNotHaveDuplicates();
            assertThat(Printed.of("events", "verify", "--config", config.toString())
                            .exitCode())
                    .isZero();
            replayed(bridge, config.toString());
        }
    }

    private static void replayed(TestBridge bridge, String config) {
        var topic = "replay." + bridge.name;
        var replay =
                List.of("events", "replay", "--config", config, "--subject", "one/1*", "--rate", "1000000", "--topic");
        var dry = run(replay, topic);
        assertThat(dry.exitCode()).as(dry.toString()).isZero();
        assertThat(dry.out()).contains("t.Added.v1 ", " events would be sent to " + topic, "--send sends them");
        assertThat(run(replay, topic, "--send").err())
                .contains("not there (expected: the topic that the one consumer reads)");
        assertThat(run(replay, bridge.topic(), "--send").err()).contains("so everybody reads it");
        Servers.kafka().createTopic(topic, 1);

        var sent = run(replay, topic, "--send");
        assertThat(sent.exitCode()).as(sent.toString()).isZero();
        var wanted = bridge.events().stream()
                .filter(event -> event.key().startsWith("one/1"))
                .toList();
        assertThat(sent.out()).isEqualTo(wanted.size() + " events sent to " + topic + "\n");
        var received = bridge.events(topic);
        assertThat(received).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            assertThat(received.get(i).value()).isEqualTo(wanted.get(i).value());
            assertThat(received.get(i).key()).isEqualTo(wanted.get(i).key());
            for (var header : List.of("ce_id", "ce_sequence", "ce_source", "ce_type", "ce_time")) {
                assertThat(TestBridge.header(received.get(i), header))
                        .isEqualTo(TestBridge.header(wanted.get(i), header));
            }
            assertThat(TestBridge.header(received.get(i), "ce_replay")).isEqualTo("true");
        }
        assertThat(run(replay, topic, "--send").err()).contains("and is done (expected: --resume or --restart)");
        assertThat(run(replay, topic, "--send", "--resume").out()).contains(wanted.size() + " events sent");
        assertThat(bridge.events(topic)).as("nothing is new").hasSameSizeAs(wanted);
    }

    private static Printed run(List<String> command, String... more) {
        var arguments = new ArrayList<>(command);
        arguments.addAll(List.of(more));
        return Printed.of(arguments.toArray(String[]::new));
    }

    /** Publishes, and every third time behaves as if the process had died before it learned of that. */
    private record CrashesEveryThirdTime(Hub hub, AtomicInteger published) implements Hub {

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            hub.publish(events, position);
            if (published.incrementAndGet() % 3 == 0) {
                throw new IllegalStateException("crash");
            }
        }

        @Override
        public void close() {
            hub.close();
        }
    }
}
