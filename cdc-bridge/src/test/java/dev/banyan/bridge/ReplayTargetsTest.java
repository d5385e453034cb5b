package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTargetsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders",
                "arn:aws:kinesis:eu-west-1:000000000000:stream/orders",
                "arn:aws:sns:eu-west-1:000000000000:orders",
                "arn:aws:events:eu-west-1:000000000000:event-bus/orders",
                "https://sqs.eu-west-1.amazonaws.com/000000000000/orders"
            })
    void aDestinationIsTheSameByWhateverItIsCalled(String destination) {
        assertThat(ReplayTargets.name(destination)).isEqualTo("orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"items", "banyan.bridge.shop.position", "banyan.bridge.other.position"})
    void whereABridgeItselfWritesNothingIsReplayed(String topic) throws Exception {
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                aggregates:
                  item:
                    topic: items
                    subject: item/{id}
                    type: shop.{event}.v1
                    table: item
                    key: [id]
                    fields: {id: {column: id, as: integer}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """);
        var setup = Setup.read(Files.writeString(folder.resolve("bridge.yaml"), """
                name: shop
                mapping: mapping.yaml
                source: {jdbcUrl: "jdbc:postgresql://h/d", user: u, password: p}
                store: {jdbcUrl: "jdbc:h2:file:./store"}
                hub: {kafka: {bootstrapServers: "h:9092"}}
                """));

        assertThat(new ReplayTargets(setup, topic).refusal())
                .startsWith(topic + ": ")
                .contains("of one consumer)");
        assertThat(new ReplayTargets(setup, "for-one").refusal()).isEmpty();
    }
}
