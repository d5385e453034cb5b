package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The bridge as a process with a FIFO queue as its hub, through a kill; and what becomes of events too large for a hub. */
class OtherHubsTest {

    private static final String LARGE = "x".repeat(2_000_000);

    @TempDir
    Path folder;

    private static List<String> drained(SqsClient client, String queue) {
        var bodies = new ArrayList<String>();
        while (true) {
            var messages = client.receiveMessage(
                            request -> request.queueUrl(queue).maxNumberOfMessages(10))
                    .messages();
            if (messages.isEmpty()) {
                return bodies;
            }
            for (var message : messages) {
                bodies.add(message.body());
                client.deleteMessage(request -> request.queueUrl(queue).receiptHandle(message.receiptHandle()));
            }
        }
    }

    /** Three changes of the rows of this run, and all that is in the queue since. */
    private static List<String> toldOfChanges(int run, TestBridge bridge, SqsClient client, String queue)
            throws Exception {
        bridge.sql("INSERT INTO one VALUES (" + run + ", 'a'), (10 + " + run + ", '" + LARGE + "')");
        bridge.sql("UPDATE one SET v = 'b' WHERE id = " + run);
        var received = new ArrayList<String>();
        Await.until("its events are in the queue", () -> {
            received.addAll(drained(client, queue));
            return received.size() >= 3;
        });
        return received;
    }

    @ParameterizedTest
    @EnumSource
    void aFifoQueueGetsEachEventOnceThroughAKillAndLargeDataLiesInTheLake(Dbms dbms) throws Exception {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        System.setProperty("aws.region", "eu-west-1");
        var server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        var endpoint =
                "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort();
        try (var client = SqsClient.builder()
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .endpointOverride(URI.create(endpoint))
                        .build();
                var bridge = new TestBridge(dbms, "queued", folder, "one")) {
            if (dbms == Dbms.MARIADB) {
                bridge.sql("ALTER TABLE one MODIFY v LONGTEXT");
            }
            var queue = client.createQueue(request ->
                            request.queueName("one.fifo").attributes(Map.of(QueueAttributeName.FIFO_QUEUE, "true")))
                    .queueUrl();
            var config = bridge.config();
            Files.writeString(
                    config,
                    Files.readString(config)
                                    .replaceAll(
                                            "hub: .*",
                                            "hub: {sqs: {region: eu-west-1, endpoint: \"" + endpoint
                                                    + "\", destinations: {\"*\": \"" + queue + "\"}}}")
                            + "lake: {folder: lake}\n");
            var received = new ArrayList<String>();
            try (var process = new BridgeProcess(folder, config, "aws.accessKeyId=k", "aws.secretAccessKey=s")) {
                process.awaitStreaming();
                received.addAll(toldOfChanges(0, bridge, client, queue));
                process.kill();
            }
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                received.addAll(toldOfChanges(1, bridge, client, queue));
            }
            assertThat(received).hasSize(6).doesNotHaveDuplicates();
            assertThat(received.stream().filter(each -> each.contains("\"subject\":\"one/0\"")))
                    .satisfiesExactly(
                            first -> assertThat(first).endsWith(",\"data\":{\"id\":0,\"v\":\"a\"}}"),
                            second -> assertThat(second).endsWith(",\"data\":{\"id\":0,\"v\":\"b\"}}"));
            var claimed = received.stream()
                    .filter(each -> each.contains("\"subject\":\"one/11\""))
                    .findFirst()
                    .orElseThrow();
            assertThat(claimed).doesNotContain("\"data\":");
            assertThat(Files.readString(Path.of(URI.create(TestBridge.field(claimed, "dataref")))))
                    .isEqualTo("{\"id\":11,\"v\":\"" + LARGE + "\"}");
            assertThat(Printed.of("events", "show", "--config", config.toString(), "one/10")
                            .out())
                    .contains(LARGE);
            assertThat(Printed.of("doctor", "--config", config.toString()).out())
                    .contains("hub: all destinations answer");
        } finally {
            server.stopAndWait();
        }
    }

    @Test
    void withoutALakeAnEventTooLargeForKafkaIsAFaultAndHoldsNoOtherUp() throws Exception {
        try (var bridge = new TestBridge("toolarge", folder, "one")) {
            var config = bridge.config();
            var mapping = folder.resolve("mapping.yaml");
            Files.writeString(
                    mapping, Files.readString(mapping).replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
            Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
            Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, '" + LARGE + "')");
                bridge.sql("UPDATE one SET v = 'b'");
                Await.until("the other one goes on", () -> bridge.data().size() == 2);
                Await.until("the store has both of its parts", () -> FaultsTest.parked(process) == 2);
                Await.until("it is counted", () -> process.status().contains("\"waitingAggregates\":1"));
                assertThat(process.get("/faults", 200)).contains("bytes (expected: at most 1048576");
                assertThat(process.status()).contains("\"state\":\"streaming\"");
            }
            assertThat(bridge.data()).containsExactly("{\"id\":1,\"v\":\"a\"}", "{\"id\":1,\"v\":\"b\"}");
        }
    }
}
