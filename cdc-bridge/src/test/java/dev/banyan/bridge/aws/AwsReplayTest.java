package dev.banyan.bridge.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Events of the lake go once more to one consumer behind each service of AWS: in order, marked, and told apart from the first time. */
class AwsReplayTest {

    private static final Pattern SEQUENCE = Pattern.compile("\"sequence\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    @BeforeAll
    static void credentials() {
        Credentials.set();
    }

    private static DomainEvent event(int number, String data) {
        return new DomainEvent(
                "id-" + number,
                "t.Changed.v1",
                "orders",
                "order/" + number % 3,
                Instant.parse("2026-01-31T10:00:00Z").plusSeconds(number),
                "%016x-000000".formatted(number),
                "tx",
                false,
                List.of(),
                null,
                Cause.UNKNOWN,
                data);
    }

    private static FakeAws fake(AwsHub.Service service) {
        return switch (service) {
            case SQS -> new FakeAws(new Wires.Sqs(), SqsTarget.LIMITS);
            case SNS -> new FakeAws(new Wires.Sns(), SnsTarget.LIMITS);
            case KINESIS -> new FakeAws(new Wires.Kinesis(), KinesisTarget.LIMITS);
            case EVENTBRIDGE -> new FakeAws(new Wires.EventBridge(), EventBridgeTarget.LIMITS);
        };
    }

    private static AwsReplay replay(AwsHub.Service service, URI endpoint, Duration patience) {
        var settings =
                new AwsHub.Settings(service, "/other", Map.of("*", "everybody"), "eu-west-1", endpoint, 0, patience);
        return new AwsReplay(
                settings,
                service == AwsHub.Service.EVENTBRIDGE ? "orders-bus" : "arn:aws:x:eu-west-1:000000000000:one",
                "run1");
    }

    @ParameterizedTest
    @EnumSource
    void inOrderMarkedAndWithTheirOwnSourceThoughSomeAreRefused(AwsHub.Service service) throws Exception {
        var random = new Random(7);
        try (var fake = fake(service);
                var replay = replay(service, fake.endpoint(), Duration.ofSeconds(20))) {
            fake.refusal = _ -> random.nextInt(6) == 0 ? "ThrottlingException" : "";
            for (var i = 0; i < 24; i++) {
                replay.send(event(i, "{}"), "/shop");
            }
            replay.flush();

            var last = new HashMap<String, String>();
            for (var put : fake.taken()) {
                assertThat(put.body())
                        .startsWith("{\"replay\":\"true\",\"specversion\":\"1.0\"")
                        .contains("\"/shop\"");
                var sequence = SEQUENCE.matcher(put.body());
                assertThat(sequence.find()).isTrue();
                var subject = put.body().replaceAll(".*\"subject\":\"([^\"]+)\".*", "$1");
                var before = last.put(subject, sequence.group(1));
                assertThat(before == null ? "" : before).isLessThan(sequence.group(1));
            }
            assertThat(fake.taken()).hasSize(24);
        }
    }

    @Test
    void whatIsManyBytesIsSentBeforeTheFlush() throws Exception {
        try (var fake = fake(AwsHub.Service.KINESIS);
                var replay = replay(AwsHub.Service.KINESIS, fake.endpoint(), Duration.ofSeconds(20))) {
            var data = "\"" + "x".repeat(900_000) + "\"";
            for (var i = 0; i < 20; i++) {
                replay.send(event(i, data), "/shop");
            }
            assertThat(fake.taken())
                    .as("16 MiB and the event with which they are")
                    .hasSize(19);
            replay.flush();
            assertThat(fake.taken()).hasSize(20);
        }
    }

    @Test
    void aServiceThatIsAwayEndsItWithTheReason() throws Exception {
        try (var replay = replay(AwsHub.Service.SQS, URI.create("http://127.0.0.1:1"), Duration.ofMillis(200))) {
            replay.send(event(1, "{}"), "/shop");
            assertThatThrownBy(replay::flush)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("sending to arn:aws:x:eu-west-1:000000000000:one: publishing");
        }
    }

    private Path config(String endpoint, String queue) throws IOException {
        Files.copy(Path.of("examples/shop/mapping.yaml"), folder.resolve("mapping.yaml"));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                store: {jdbcUrl: "jdbc:h2:file:./none"}
                hub: {eventSource: /shop, sqs: {region: eu-west-1, endpoint: "%s", destinations: {"*": "%s"}}}
                lake: {folder: lake}
                """.formatted(endpoint, queue));
    }

    private void fillLake() {
        var settings = new Lake.Settings(folder.resolve("lake"), "/shop", 1 << 20, Duration.ofMinutes(15));
        try (var lake = Lake.open(settings, InstantSource.system())) {
            var events = new ArrayList<DomainEvent>();
            for (var i = 0; i < 30; i++) {
                events.add(event(i, i == 29 ? "{\"v\":\"" + "x".repeat(1_100_000) + "\"}" : "{}"));
            }
            lake.append(events, new HubPosition("store", "system", 1, 30));
        }
    }

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

    @Test
    void theCommandCountsThenSendsThenGoesOnAndAFifoQueueTakesASecondReplay() throws Exception {
        var server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        var endpoint =
                "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort();
        try (var client = SqsClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(URI.create(endpoint))
                .build()) {
            var fifo = Map.of(QueueAttributeName.FIFO_QUEUE, "true");
            var shared = client.createQueue(
                            request -> request.queueName("all.fifo").attributes(fifo))
                    .queueUrl();
            var own = client.createQueue(
                            request -> request.queueName("one.fifo").attributes(fifo))
                    .queueUrl();
            var config = config(endpoint, shared).toString();
            fillLake();
            var replay = List.of("events", "replay", "--config", config, "--rate", "100000", "--destination");

            assertThat(run(replay, own).out()).contains("30 events would be sent to " + own);
            assertThat(drained(client, own)).as("only counted").isEmpty();
            assertThat(run(replay, shared, "--send").err()).contains("so everybody reads it");
            assertThat(run(replay, own.replace("one", "none"), "--send").err()).contains("QueueDoesNotExist");

            assertThat(run(replay, own, "--send").out()).isEqualTo("30 events sent to " + own + "\n");
            var received = drained(client, own);
            assertThat(received).hasSize(30).allMatch(body -> body.startsWith("{\"replay\":\"true\","));
            assertThat(received)
                    .filteredOn(body -> body.contains("\"dataref\":\"file:"))
                    .singleElement()
                    .asString()
                    .contains("claims/date=2026-01-31/id-29-");
            assertThat(run(replay, own, "--send").err()).contains("and is done (expected: --resume or --restart)");
            assertThat(run(replay, own).err()).contains("and is done (expected: --resume or --restart)");
            assertThat(run(replay, own, "--resume").out()).startsWith("0 events would be sent to " + own);
            assertThat(run(replay, own, "--restart").out()).contains("30 events would be sent to " + own);
            assertThat(run(replay, own, "--resume", "--subject", "one/1*").err())
                    .contains("(expected: the same filter)");
            assertThat(run(replay, shared.replace("all", "new"), "--resume").err())
                    .contains("was begun (expected: no --resume)");
            assertThat(run(replay, own, "--send", "--resume").out()).contains("30 events sent");
            assertThat(drained(client, own)).as("nothing is new").isEmpty();
            assertThat(run(replay, own, "--send", "--restart").exitCode()).isZero();
            assertThat(drained(client, own))
                    .as("within five minutes of the first")
                    .hasSize(30);
        } finally {
            server.stopAndWait();
        }
    }

    private static Printed run(List<String> command, String... more) {
        var arguments = new ArrayList<>(command);
        arguments.addAll(List.of(more));
        return Printed.of(arguments.toArray(String[]::new));
    }
}
