package dev.banyan.bridge.hub;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaHubTest implements HubContract {

    private final String topic = "contract." + UUID.randomUUID();

    @BeforeAll
    static void start() {
        Servers.kafka();
    }

    private Hub at(String bootstrapServers) {
        return new KafkaHub(topic, new KafkaHub.Settings(bootstrapServers, Map.of(), SOURCE, 1, Set.of(topic)));
    }

    /** As a user who may do everything but make topics. */
    private static Admin thatMakesNothing(Admin admin) {
        return (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (_, method, arguments) -> {
                    if (method.getName().equals("createTopics")) {
                        throw new TopicAuthorizationException("not authorized");
                    }
                    return method.invoke(admin, arguments);
                });
    }

    @Test
    void topicsThatSomebodyElseHasMadeNeedNoRightToMakeThem() throws Exception {
        Servers.kafka().createTopic(topic, 1);
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", (Object) Servers.kafka().bootstrapServers()))) {
            Await.until(
                    "the broker knows it",
                    () -> admin.listTopics().names().get().contains(topic));
            var writer = thatMakesNothing(admin);
            KafkaTopics.make(writer, Set.of(topic), "no such topic", 1);
            assertThatThrownBy(() -> KafkaTopics.make(writer, Set.of(topic, topic + ".missing"), "no such topic", 1))
                    .isInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void theTimeATransactionMayTakeIsWhatWasSaid() {
        var settings = new KafkaHub.Settings(
                Servers.kafka().bootstrapServers(),
                Map.of("transaction.timeout.ms", "999999999"),
                SOURCE,
                1,
                Set.of(topic));
        try (var hub = new KafkaHub(topic, settings)) {
            assertThatThrownBy(hub::open).hasMessageContaining("larger than the maximum value allowed by the broker");
        }
    }

    @Override
    public Hub hub() {
        return at(Servers.kafka().bootstrapServers());
    }

    @Override
    public Hub unreachable() {
        return at("127.0.0.1:1");
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public List<Received> received() {
        var partition = new TopicPartition(topic, 0);
        // A commit is answered before its marker is written, so what is committed is known by what is there at all.
        long end;
        try (var all = consumer("read_uncommitted")) {
            end = all.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        }
        try (var consumer = consumer("read_committed")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var received = new ArrayList<Received>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(each -> received.add(received(each)));
            }
            return received;
        }
    }

    private static KafkaConsumer<String, String> consumer(String isolation) {
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                Servers.kafka().bootstrapServers(),
                "isolation.level",
                isolation,
                "enable.auto.commit",
                "false",
                "fetch.max.wait.ms", // closing waits for the fetch behind the last one
                "20");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }

    private static Received received(ConsumerRecord<String, String> each) {
        var dataref = header(each, "ce_dataref");
        return new Received(
                header(each, "ce_id"),
                header(each, "ce_type"),
                header(each, "ce_source"),
                each.key(),
                header(each, "ce_time"),
                header(each, "ce_sequence"),
                header(each, "ce_changed"),
                header(each, "ce_backfill"),
                header(each, "ce_dataschema"),
                header(each, "ce_causationid") + " " + header(each, "ce_traceparent"),
                dataref.isEmpty() ? each.value() : "-> " + dataref);
    }

    private static String header(ConsumerRecord<String, String> each, String name) {
        var header = each.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
