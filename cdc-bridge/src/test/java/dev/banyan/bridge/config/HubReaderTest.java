package dev.banyan.bridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubReaderTest {

    @TempDir
    Path folder;

    private HubConfig read(String hub) throws Exception {
        var text = """
                name: b
                source: {jdbcUrl: "jdbc:postgresql://127.0.0.1:5432/legacy", user: u}
                store: {jdbcUrl: "jdbc:h2:file:./s"}
                mapping: m.yaml
                hub:
                """ + hub.indent(2);
        return BridgeConfig.read(Files.writeString(folder.resolve("b.yaml"), text))
                .hub();
    }

    @Test
    void aServiceOfAwsIsReadWithItsDestinations() throws Exception {
        assertThat(read("""
                eventSource: /shop
                sqs:
                  region: eu-west-1
                  endpoint: http://127.0.0.1:9324
                  eventKilobytes: 256
                  destinations:
                    orders: http://127.0.0.1:9324/000000000000/orders.fifo
                    "*": https://sqs.eu-west-1.amazonaws.com/000000000000/rest
                """)).isInstanceOfSatisfying(HubConfig.Aws.class, aws -> {
            assertThat(aws.service()).isEqualTo(HubConfig.Service.SQS);
            assertThat(aws.source()).isEqualTo("/shop");
            assertThat(aws.endpoint()).hasPort(9324);
            assertThat(aws.eventKilobytesMax()).isEqualTo(256);
            assertThat(aws.destinations())
                    .isEqualTo(Map.of(
                            "orders", "http://127.0.0.1:9324/000000000000/orders.fifo",
                            "*", "https://sqs.eu-west-1.amazonaws.com/000000000000/rest"));
        });
    }

    @Test
    void aSecretThatLooksLikeAnExpressionIsNotPrinted() {
        assertThatThrownBy(
                        () -> read("kafka: {bootstrapServers: \"h:1\", producer: {ssl.key.password: \"x9${Tq#{1\"}}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("b.yaml:6:")
                .hasMessageContaining("an expression or placeholder")
                .hasMessageNotContaining("Tq");
    }

    @Test
    void theExampleOfTheReferencePageIsOne() throws Exception {
        var page = Files.readString(Path.of("../docs/reference/bridge-config.md"));
        var yaml = page.substring(page.indexOf("```yaml\nhub:\n") + "```yaml\nhub:\n".length());
        var hub = yaml.substring(0, yaml.indexOf("```")).stripIndent();
        assertThat(read(hub)).isInstanceOfSatisfying(HubConfig.Aws.class, aws -> assertThat(aws.destinations())
                .containsKeys("orders", "*"));
    }

    @Test
    void aBufferThatIsSmallAndAClassThatOnlyTheBridgesOwnHostHasAreNoProblemsOfTheFile() throws Exception {
        assertThat(
                        read(
                                "kafka: {bootstrapServers: h, producer: {max.request.size: 20971520, buffer.memory: 33554432, sasl.login.callback.handler.class: no.such.Handler}}"))
                .isInstanceOf(HubConfig.Kafka.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                       | 6:3: bridge.hub: no hub (expected: one of kafka, sqs, sns
            {kafka: {bootstrapServers: "h:1"}, sns: {destinations: {"*": "arn:aws:sns:r:1:t"}}} | 6:3: bridge.hub: 2 hubs
            {sqs: {region: r}}                                       | 6:9: bridge.hub.sqs: no 'destinations' (expected: topics of the mapping
            {sqs: {destinations: {}}}                                | 6:24: bridge.hub.sqs.destinations: none (expected: at least one)
            {sqs: {destinations: {a: orders}}}                       | 6:28: bridge.hub.sqs.destinations.a: 'orders' (expected: the URL of a queue)
            {sns: {destinations: {a: "arn:aws:sqs:r:1:q"}}}          | 6:28: bridge.hub.sns.destinations.a: 'arn:aws:sqs:r:1:q' (expected: the ARN of a topic)
            {kinesis: {destinations: {a: [x]}}}                      | 6:32: bridge.hub.kinesis.destinations.a: a list of 1 (expected: the name or ARN of a stream)
            {eventBridge: {destinations: {a: b}, endpoint: host}}    | 6:50: bridge.hub.eventBridge.endpoint: 'host' (expected: http://HOST:PORT or https://HOST)
            {eventSource: aws.x, eventBridge: {destinations: {a: b}}} | 6:17: bridge.hub.eventSource: 'aws.x' (expected: one that does not begin with aws.
            {sns: {destinations: {a: "arn:aws:sns:r:1:t"}, eventKilobytes: 257}} | 6:66: bridge.hub.sns.eventKilobytes: '257' (expected: an integer from 1 to 256)
            {sqs: {destinations: {a: "http://h/q"}, regoin: r}}      | 6:43: bridge.hub.sqs: unknown key 'regoin' (expected: did you mean 'region'
            {kafka: {bootstrapServers: h, producer: {max.request.size: 1m}}} | 6:62: bridge.hub.kafka.producer.max.request.size: '1m' (expected: a number of bytes)
            {kafka: {bootstrapServers: h, producer: {linger.ms: 5ms}}} | 6:55: bridge.hub.kafka.producer.linger.ms: '5ms' (expected: what Kafka's producer takes: Not a number of type LONG)
            {kafka: {bootstrapServers: h, producer: {compression.type: gzipp}}} | producer.compression.type: 'gzipp' (expected: what Kafka's producer takes: String must be one of: none, gzip
            {kafka: {bootstrapServers: h, producer: {batch.size: 128k}}} | producer.batch.size: '128k' (expected: what Kafka's producer takes: Not a number of type INT)
            {kafka: {bootstrapServers: h, producer: {linger.ms: 300000}}} | producer.linger.ms: '300000' (expected: at most 295000)
            """)
    void whatIsWrongIsSaidAtItsPlace(String hub, String expected) {
        assertThatThrownBy(() -> read(hub)).isInstanceOf(ConfigException.class).hasMessageContaining(expected.strip());
    }
}
