package dev.banyan.bridge.aws;

import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * Kinesis against a server that somebody else wrote. It comes from npm alone ({@code npm install kinesis-local@0.6.2}) and needs Node, so it
 * runs only where {@code BANYAN_KINESIS_LOCAL=FOLDER/node_modules/kinesis-local/main.js} says where it is, as {@code .ci/run} does.
 */
@EnabledIfEnvironmentVariable(
        named = "BANYAN_KINESIS_LOCAL",
        matches = ".+",
        disabledReason = "it comes from npm alone, and BANYAN_KINESIS_LOCAL does not say where it is")
class KinesisLocalTest implements HubContract {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private static Process server;
    private static URI endpoint;
    private static KinesisClient client;

    private final String stream = "orders-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        Credentials.set();
        var port = freePort();
        var main = Path.of(System.getenv("BANYAN_KINESIS_LOCAL"));
        var command = new ProcessBuilder("node", main.toString())
                .directory(main.toFile().getParentFile()) // it looks for its certificate where it is started
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("kinesis-local.log").toFile());
        command.environment()
                .putAll(Map.of(
                        "KINESIS_MOCK_PLAIN_PORT",
                        String.valueOf(port),
                        "KINESIS_MOCK_TLS_PORT",
                        String.valueOf(freePort()),
                        "SHARD_LIMIT",
                        "1000",
                        "CREATE_STREAM_DURATION",
                        "10ms"));
        server = command.start();
        endpoint = URI.create("http://127.0.0.1:" + port);
        client = reader();
        await(() -> client.listStreams().hasStreamNames());
    }

    /** A client that speaks JSON, because what the server answers in CBOR is cut off when it is large; the hub writes CBOR. */
    private static KinesisClient reader() {
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        try {
            return KinesisClient.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .endpointOverride(endpoint)
                    .build();
        } finally {
            System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        var until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (SdkException e) {
                // It does not listen yet.
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("kinesis-local: not ready within " + PATIENCE + ", see " + folder);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        client.close();
        server.destroy();
        server.waitFor();
    }

    private static Hub at(URI endpoint, String stream, Duration patience) {
        return new AwsHub(new AwsHub.Settings(
                AwsHub.Service.KINESIS, SOURCE, Map.of("*", stream), "eu-west-1", endpoint, 0, patience));
    }

    @Override
    public Hub hub() {
        client.createStream(request -> request.streamName(stream).shardCount(3));
        try {
            await(() -> client.describeStreamSummary(request -> request.streamName(stream))
                            .streamDescriptionSummary()
                            .streamStatus()
                    == StreamStatus.ACTIVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return at(endpoint, stream, PATIENCE); // a busy machine leaves it little of a processor
    }

    @Override
    public Hub unreachable() {
        return at(URI.create("http://127.0.0.1:1"), stream, AwsHub.PATIENCE);
    }

    @Override
    public String topic() {
        return "orders";
    }

    @Override
    public List<Received> received() {
        var received = new ArrayList<Received>();
        for (var shard :
                client.listShards(request -> request.streamName(stream)).shards()) {
            var iterator = client.getShardIterator(request -> request.streamName(stream)
                            .shardId(shard.shardId())
                            .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            while (true) {
                var from = iterator;
                var answer = client.getRecords(request -> request.shardIterator(from));
                if (answer.records().isEmpty()) {
                    break;
                }
                answer.records()
                        .forEach(each ->
                                received.add(CloudEventText.read(each.data().asUtf8String())));
                iterator = answer.nextShardIterator();
            }
        }
        return received;
    }
}
