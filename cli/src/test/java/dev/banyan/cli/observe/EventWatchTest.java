package dev.banyan.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.servers.LocalKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class EventWatchTest {

    private static final String TYPE = "shop.orders.OrderPlaced.v1";

    @Test
    void itReadsCommittedEventsOfTopicsThatAppearLater() throws InterruptedException {
        try (var kafka = LocalKafka.start();
                var watch = new EventWatch(kafka.bootstrapServers())) {
            kafka.createTopic("shop.orders", 2);
            Map<String, Object> settings =
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "test");
            try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                var _ = producer.send(event("a", "order/1", "01"));
                var _ = producer.send(event("b", "order/2", "02"));
                producer.commitTransaction();
                producer.beginTransaction();
                var _ = producer.send(event("c", "order/3", "03"));
                producer.abortTransaction();
            }
            assertThat(watch.awaitCaughtUp(Duration.ofMinutes(2))).isTrue();
            var deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (watch.counts().received() < 2 && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            assertThat(watch.counts().received()).isEqualTo(2);
            assertThat(watch.states("order")).containsOnlyKeys("order/1", "order/2");
            assertThat(watch.without(TYPE, List.of("order/1", "order/3"))).containsExactly("order/3");
        }
    }

    private static ProducerRecord<String, String> event(String id, String subject, String sequence) {
        var event = new ProducerRecord<>("shop.orders", subject, "{}");
        Map.of("ce_id", id, "ce_type", TYPE, "ce_subject", subject, "ce_sequence", sequence)
                .forEach((name, value) -> event.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return event;
    }
}
