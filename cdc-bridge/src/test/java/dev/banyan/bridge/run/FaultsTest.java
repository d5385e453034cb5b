package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Fault;
import dev.banyan.bridge.store.FaultSeal;
import dev.banyan.bridge.store.MigratedStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Aggregates that wait: through kills and restarts, encrypted, and sent in order when the mapping is mended. */
class FaultsTest {

    private static final String SECRET = "card 4711-0815";

    @TempDir
    Path folder;

    private Path config(TestBridge bridge, String field) throws Exception {
        var config = bridge.config();
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping)
                        .replace("v: v", field)
                        .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
        return config;
    }

    static int parked(RunningBridge process) throws Exception {
        return process.get("/faults", 200).split("\"parked\"", -1).length - 1;
    }

    private static List<String> told(TestBridge bridge) {
        return bridge.events().stream()
                .map(event ->
                        event.key() + " " + TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", ""))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void oneWaitsThroughAKillWhileOthersPassAndIsSentInOrderOnceMended(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "parked", folder, "one")) {
            var config = config(bridge, "v: {column: v, as: integer}");
            var update = "UPDATE one SET v = '2' WHERE id IN (1, 2)";
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO one VALUES (1, '1'), (2, '" + SECRET + "'), (3, '1')");
                bridge.sql(
                        dbms == Dbms.POSTGRESQL
                                ? "DO $$ BEGIN PERFORM pg_logical_emit_message(true, 'banyan.cause', '{\"id\": \"request-77\"}'),"
                                        + " pg_logical_emit_message(true, 'banyan.other', 'x'),"
                                        + " pg_logical_emit_message(true, 'others', 'y'); " + update + "; END $$"
                                : update);
                Await.until("one waits", () -> process.status().contains("\"waitingAggregates\":1"));
                Await.until("others pass", () -> told(bridge).contains("one/1 Changed"));
                Await.until("the store has it, too", () -> parked(process) == 2); // or else they are sent again
                process.kill();
            }
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                bridge.sql("UPDATE one SET v = '3' WHERE id IN (2, 3)");
                Await.until("others pass still", () -> told(bridge).contains("one/3 Changed"));
                Await.until("three parts wait", () -> parked(process) == 3);
                assertThat(process.get("/health/migration", 503)).contains("parked: 1 aggregates");
                assertThat(process.get("/health/readiness", 200) + process.get("/health/liveness", 200))
                        .isEqualTo("{\"ok\":true,\"missing\":[]}".repeat(2));
                assertThat(Printed.of("events", "faults", "ls", "--config", config.toString())
                                .err())
                        .contains("another process has it open", "/faults on its status page");
            }
            assertThat(told(bridge)).containsExactly("one/1 Added", "one/3 Added", "one/1 Changed", "one/3 Changed");

            resubmitted(bridge, config);

            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("UPDATE one SET v = '4' WHERE id = 2");
                Await.until("it goes on", () -> told(bridge).size() == 8);
                assertThat(process.status()).contains("\"waitingAggregates\":0");
                Await.until("the lag is known, and small on a log that nobody writes to", () -> process.status()
                        .matches(".*\"lagMillis\":[0-9]{1,4},.*"));
                Await.until(
                        "the first backfill has read nothing and is done", () -> process.isWell("/health/migration"));
                assertThat(process.status())
                        .containsPattern(
                                "\"commitToPublishMillis\":\\{\"p50\":[0-9]+,\"p95\":[0-9]+,\"p99\":[1-9][0-9]*,\"max\":[1-9]")
                        .contains("\"openTransactionRows\":0");
                assertThat(process.get("/metrics", 200))
                        .contains("banyan_bridge_commit_to_publish_seconds_count{", "quantile=\"0.99\"")
                        .contains("banyan_bridge_open_transaction_rows");
            }
            var events = bridge.events();
            assertThat(events)
                    .filteredOn(event -> event.key().equals("one/2"))
                    .extracting(ConsumerRecord::value)
                    .containsExactly(
                            "{\"id\":2,\"v\":\"" + SECRET + "\"}",
                            "{\"id\":2,\"v\":\"2\"}",
                            "{\"id\":2,\"v\":\"3\"}",
                            "{\"id\":2,\"v\":\"4\"}");
            var told = dbms == Dbms.POSTGRESQL ? "request-77" : "tx:PLACE";
            assertThat(events)
                    .extracting(event -> TestBridge.header(event, "ce_causationid")
                            .replaceAll("tx:[0-9a-f]+(/0-1-[0-9]+)?", "tx:PLACE"))
                    .as("what a writer said goes with what it wrote, also with what had to wait")
                    .containsExactly(
                            "tx:PLACE", "tx:PLACE", told, "tx:PLACE", "tx:PLACE", told, "tx:PLACE", "tx:PLACE");
            assertThat(events)
                    .extracting(event -> TestBridge.header(event, "ce_dataschema"))
                    .containsOnly("urn:banyan:contract:t.Added.v1.json", "urn:banyan:contract:t.Changed.v1.json");
            assertThat(events)
                    .filteredOn(event -> event.key().equals("one/2"))
                    .extracting(event -> TestBridge.header(event, "ce_sequence"))
                    .isSorted();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    /** Lists and shows what waits, tries in vain, mends the mapping, looks again, and sends. */
    private void resubmitted(TestBridge bridge, Path config) throws Exception {
        var file = config.toString();
        var listed = Printed.of("events", "faults", "ls", "--config", file);
        assertThat(listed.out())
                .contains(bridge.schema() + ".one.v: a String that does not fit", "waits behind the one before")
                .contains("3 parked, 0 skipped, 0 resubmitted")
                .doesNotContain(SECRET);
        assertThat(Files.readString(folder.resolve("store.mv.db"), StandardCharsets.ISO_8859_1))
                .as("rows that no mapping has redacted are encrypted")
                .doesNotContain(SECRET);
        var group = listed.out().substring(0, 8);
        var shown = Printed.of("events", "faults", "show", "--config", file, group);
        assertThat(shown.out())
                .contains("insert " + bridge.schema() + ".one {id=2, v=" + SECRET + "}")
                .contains("-> REFUSED: transaction ");
        var vain = Printed.of("events", "faults", "resubmit", "--config", file, group, "--send");
        assertThat(vain.exitCode()).isEqualTo(1);
        assertThat(vain.out()).contains("still waits: transaction ");
        assertThat(Printed.of("events", "faults", "resubmit", "--config", file).exitCode())
                .isEqualTo(2);

        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(mapping, Files.readString(mapping).replace("v: {column: v, as: integer}", "v: v"));
        var preview = Printed.of("events", "faults", "resubmit", "--config", file, "--all");
        assertThat(preview.out()).contains("3 transactions, 3 events would be sent");
        assertThat(told(bridge)).hasSize(4);
        var sent = Printed.of("events", "faults", "resubmit", "--config", file, "--all", "--send");
        assertThat(sent.exitCode()).as(sent.toString()).isZero();
        assertThat(sent.out()).contains("3 transactions, 3 events sent");
        assertThat(told(bridge)).endsWith("one/2 Added", "one/2 Changed", "one/2 Changed");
        assertThat(Printed.of("events", "faults", "ls", "--config", file, "--json")
                        .out())
                .contains("resubmitted")
                .doesNotContain("\"parked\"");
    }

    @Test
    void aCrashAfterTheHubParksOnceAndRepeatsTheSameIdsAsDoesAResubmissionThatCrashes() throws Exception {
        try (var bridge = new TestBridge("parkedonce", folder, "one")) {
            config(bridge, "v: {column: v, as: integer}");
            var key = FaultSeal.of(folder.resolve("fault.key"));
            bridge.store = new BridgeStore.Settings(MigratedStore.in(folder), "", "", key);
            bridge.mapper = new Mapper(MappingFile.read(folder.resolve("mapping.yaml")), "parkedonce", null);
            var crashes = new AtomicInteger(1);
            bridge.hub = hub -> new CrashesAfterPublish(hub, crashes);
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, '1'), (2, 'x')");
            Await.until(
                    "it was sent, crashed, and went on",
                    () -> bridge.repeatedIds().size() == 1);
            bridge.sql("UPDATE one SET v = '2' WHERE id = 2");
            Await.until("both parts wait", () -> bridge.run().faults().faults().size() == 2);
            bridge.stop();
            assertThat(bridge.progress().suppressedEvents())
                    .as("with what is parked in the store, not only in the hub's past")
                    .isZero();

            crashes.set(1);
            try (var store = BridgeStore.open(
                    bridge.store, "parkedonce", "test", Duration.ofSeconds(5), InstantSource.system())) {
                assertThat(store.tryLease()).isTrue();
                var group = store.listing(10).faults().getFirst().group();
                var resubmission = new Resubmission(store, bridge.mapper);
                assertThat(resubmission.preview(group, false, _ -> {}).refusal())
                        .contains("public.one.v");
                try (var hub = new CrashesAfterPublish(bridge.kafkaHub(), crashes)) {
                    assertThatThrownBy(() -> resubmission.send(group, true, "mended in legacy", hub, null, _ -> {}))
                            .hasMessage("crash");
                    assertThat(store.listing(10).faults())
                            .extracting(Fault::state)
                            .containsOnly(Fault.State.PARKED);
                    var sent = resubmission.send(group, true, "mended in legacy", hub, null, _ -> {});
                    assertThat(sent.events()).extracting(DomainEvent::data).containsExactly("{\"id\":2,\"v\":2}");
                }
                assertThat(store.listing(10).faults())
                        .extracting(fault -> fault.state() + " " + fault.reason())
                        .containsOnly("RESUBMITTED mended in legacy");
            }
            Await.until(
                    "sent twice, with one id", () -> bridge.repeatedIds().size() == 2); // Kafka shows a commit later
            bridge.start();
            bridge.sql("UPDATE one SET v = '3'");
            Await.until("it goes on", () -> told(bridge).containsAll(List.of("one/1 Changed", "one/2 Changed")));
        }
    }

    @Test
    void whatTheHubRefusesForGoodWaitsLikeWhatTheMappingHasNoAnswerFor() throws Exception {
        try (var bridge = new TestBridge("parked_refused", folder, "one")) {
            config(bridge, "v: v");
            bridge.store = new BridgeStore.Settings(
                    MigratedStore.in(folder), "", "", FaultSeal.of(folder.resolve("fault.key")));
            bridge.mapper = new Mapper(MappingFile.read(folder.resolve("mapping.yaml")), bridge.name, null);
            bridge.hub = hub -> new RefusesOne(hub, "one/2");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, 'b'), (3, 'c')");
            bridge.sql("UPDATE one SET v = 'd'");
            Await.until("others pass", () -> told(bridge).contains("one/3 Changed"));
            Await.until(
                    "both of its parts wait",
                    () -> bridge.run().faults().faults().size() == 2);
            assertThat(told(bridge)).containsExactly("one/1 Added", "one/3 Added", "one/1 Changed", "one/3 Changed");
            assertThat(bridge.run().faults().faults())
                    .extracting(Fault::state)
                    .containsExactly(Fault.State.PARKED, Fault.State.PARKED);
            assertThat(bridge.run().faults().faults().getFirst().message())
                    .contains("one [2]: ", "an event that the hub refuses: MalformedDetail");
            Await.until("it is counted", () -> bridge.progress().waitingAggregates() == 1);
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    /** Takes nothing of one subject, ever. */
    private record RefusesOne(Hub hub, String subject) implements Hub {

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            for (var event : events) {
                if (event.subject().equals(subject)) {
                    throw new EventsRefused(
                            "event " + event.id() + ": MalformedDetail", Map.of(event.id(), "MalformedDetail"));
                }
            }
            hub.publish(events, position);
        }

        @Override
        public void close() {
            hub.close();
        }
    }

    /** Publishes, and then as often as it is told to behaves as if the process had died before it learned of that. */
    private record CrashesAfterPublish(Hub hub, AtomicInteger crashes) implements Hub {

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            hub.publish(events, position);
            if (crashes.getAndDecrement() > 0) {
                throw new IllegalStateException("crash");
            }
        }

        @Override
        public void close() {
            hub.close();
        }
    }
}
