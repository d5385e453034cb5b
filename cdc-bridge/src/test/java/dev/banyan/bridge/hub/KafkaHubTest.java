package dev.banyan.bridge.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
            KafkaTopics.make(writer, Set.of(topic), "no such topic", 1, 1);
            assertThatThrownBy(() -> KafkaTopics.make(writer, Set.of(topic, topic + ".missing"), "no such topic", 1, 1))
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

    @Test
    void theBufferHasRoomForARecordOfTheMostBytesBesideThoseUnderWayAsFarAsTheHeapGoes() {
        var small = Map.of("max.request.size", "20971520", "buffer.memory", "33554432");
        var settings = new KafkaHub.Settings("h:1", small, SOURCE, 1, Set.of());
        assertThat(ProducerProperties.of(settings, "shop")).containsEntry("buffer.memory", 40L << 20);
        var usual = new KafkaHub.Settings("h:1", Map.of(), SOURCE, 1, Set.of());
        assertThat(ProducerProperties.of(usual, "shop")).containsEntry("buffer.memory", 32L << 20);

        var large = Map.of("max.request.size", "67108864");
        assertThat(ProducerProperties.bufferBytes(large, 1L << 30)).isEqualTo(128L << 20);
        assertThat(ProducerProperties.bufferBytes(large, 400L << 20)).isEqualTo(100L << 20);
        assertThat(ProducerProperties.bufferBytes(large, 128L << 20)).isEqualTo(64L << 20);
        var more = Map.of("buffer.memory", "268435456");
        assertThat(ProducerProperties.bufferBytes(more, 128L << 20)).isEqualTo(256L << 20);
    }

    @Test
    void aTopicIsMadeAlsoWhereTheClusterDoesNotTakeWhatItShouldTake() throws Exception {
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", (Object) Servers.kafka().bootstrapServers()))) {
            KafkaTopics.make(admin, Set.of(topic), "no such topic", 1, 1L << 40);
            Await.until("it is there", () -> admin.listTopics().names().get().contains(topic));
        }
    }

    private static KafkaTopics.Found there(KafkaHub.Settings settings, String topic) throws HubUnavailable {
        return Objects.requireNonNull(KafkaTopics.there(settings, Set.of(topic)).get(topic));
    }

    private DomainEvent megabytes3(int number) {
        var bytes = new byte[3 << 19];
        new Random(number).nextBytes(bytes);
        return event(number, "order/" + number, "\"" + HexFormat.of().formatHex(bytes) + "\"");
    }

    @Test
    void aTopicThatTheHubMakesTakesWhatIsSentAndWhereOneTakesLessItsEventIsNamedAndWhatIsGoneIsMadeAgain()
            throws Exception {
        var settings = new KafkaHub.Settings(
                Servers.kafka().bootstrapServers(), Map.of("max.request.size", "4194304"), SOURCE, 1, Set.of(topic));
        var position = KafkaTopics.position(topic);
        try (var hub = new KafkaHub(topic, settings);
                var admin = Admin.create(
                        Map.of("bootstrap.servers", (Object) Servers.kafka().bootstrapServers()))) {
            hub.open();
            hub.publish(List.of(megabytes3(1)), HubContract.position(1));
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "100000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            Await.until("the broker knows it", () -> there(settings, topic).messageBytesMax() == 100_000);
            assertThatThrownBy(() ->
                            hub.publish(List.of(event(2, "order/2", "{}"), megabytes3(3)), HubContract.position(2)))
                    .as("a set-up, and no fault of the event")
                    .isExactlyInstanceOf(HubRefused.class)
                    .hasMessageContaining("event " + megabytes3(3).id() + " is larger than topic " + topic + " takes");

            admin.deleteTopics(List.of(topic, position)).all().get();
            Await.until("they are gone", () -> KafkaTopics.there(settings, Set.of(topic, position))
                    .isEmpty());
            hub.open();
            hub.publish(List.of(megabytes3(4)), HubContract.position(4));
            assertThat(there(settings, position).cleanup()).isEqualTo("compact");
            assertThat(hub.open()).contains(HubContract.position(4));
        }
    }

    /** Lets the hub of this test send so many bytes a second, over ten seconds. */
    private void throttle(double bytesPerSecond) throws Exception {
        var entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "producer-banyan-bridge-" + topic));
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", (Object) Servers.kafka().bootstrapServers()))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                            entity, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)))))
                    .all()
                    .get();
            Await.until("the broker knows it", () -> admin.describeClientQuotas(ClientQuotaFilter.all())
                    .entities()
                    .get()
                    .containsKey(entity));
        }
    }

    private List<DomainEvent> megabytes(int count) {
        var random = new Random(1);
        return IntStream.range(0, 16 * count)
                .mapToObj(number -> {
                    var bytes = new byte[32 << 10];
                    random.nextBytes(bytes);
                    return event(
                            number, "order/" + number, "\"" + HexFormat.of().formatHex(bytes) + "\"");
                })
                .toList();
    }

    @Test
    void whatASlowKafkaDoesNotTakeInTheTimeOfOneCommitGetsThereAllTheSame() throws Exception {
        throttle(500_000);
        var events = megabytes(9); // five pass at once, the others in eight seconds
        try (var hub = hub()) {
            hub.open();
            hub.publish(events, HubContract.position(1));
            assertThat(hub.open()).contains(HubContract.position(1));
        }
        assertThat(received())
                .extracting(Received::id)
                .containsExactlyElementsOf(events.stream().map(DomainEvent::id).toList());
    }

    @Test
    @Timeout(120)
    void aKafkaThatTakesNothingMoreIsNoticedAndWhatItHadIsSettled() throws Exception {
        throttle(1);
        var events = megabytes(2);
        try (var hub = hub()) {
            hub.open();
            assertThatThrownBy(() -> hub.publish(events, HubContract.position(1)))
                    .isInstanceOf(HubUnavailable.class)
                    .hasMessageContaining("of 33 records it has taken ");
            throttle(1e9);
            assertThat(hub.open()).isEmpty();
            hub.publish(events, HubContract.position(1));
        }
        assertThat(received())
                .extracting(Received::id)
                .containsExactlyElementsOf(events.stream().map(DomainEvent::id).toList());
    }

    @Test
    void whatIsPublishedBehindAStopSaysSo() throws Exception {
        try (var hub = hub()) {
            hub.open();
            hub.abort();
            assertThatThrownBy(() -> hub.publish(List.of(event(1, "order/1", "{}")), HubContract.position(1)))
                    .isInstanceOf(HubUnavailable.class)
                    .hasMessageEndingWith("stopped");
        }
    }

    @Test
    void whatWaitsBehindALargeTransactionIsNotGivenUpBeforeThat() {
        var settings = new KafkaHub.Settings(
                "127.0.0.1:1", Map.of("transaction.timeout.ms", "600000"), SOURCE, 1, Set.of(topic));
        assertThat(ProducerProperties.of(settings, "shop")).containsEntry("delivery.timeout.ms", 600_000);
    }

    @Test
    void whatSomebodyElseWritesIntoTheTopicOfThePositionIsNone() throws Exception {
        try (var hub = hub()) {
            hub.open();
            hub.publish(List.of(event(1, "order/1", "{}")), HubContract.position(1));
            var settings =
                    new KafkaHub.Settings(Servers.kafka().bootstrapServers(), Map.of(), SOURCE, 1, Set.of(topic));
            try (var stray = new ReplayTopic(settings, KafkaTopics.position(topic))) {
                for (var number = 2; number < 20; number++) {
                    stray.send(event(number, "order/1", "{}"), SOURCE);
                }
                stray.flush();
            }
            assertThat(hub.open()).contains(HubContract.position(1));
        }
    }

    private DomainEvent committed(int number, Instant time) {
        var event = event(number, "order/" + number, "{}");
        return new DomainEvent(
                event.id(),
                event.type(),
                event.topic(),
                event.subject(),
                time,
                event.sequence(),
                event.txId(),
                event.backfill(),
                event.changed(),
                event.dataschema(),
                event.cause(),
                event.data());
    }

    @Test
    void aClockOfLegacyThatIsWrongHoldsNothingUpAndWhatIsOldIsNotDeletedAsSoonAsItIsSent() throws Exception {
        var before = System.currentTimeMillis();
        try (var hub = hub()) {
            hub.open();
            hub.publish(
                    List.of(committed(1, Instant.now().plus(Duration.ofDays(1))), committed(2, Instant.EPOCH)),
                    HubContract.position(1));
        }
        try (var replay = new ReplayTopic(
                new KafkaHub.Settings(Servers.kafka().bootstrapServers(), Map.of(), SOURCE, 1, Set.of(topic)), topic)) {
            replay.send(committed(3, Instant.EPOCH), SOURCE);
            replay.flush();
        }
        assertThat(received()).hasSize(3);
        assertThat(read()).extracting(ConsumerRecord::timestamp).allMatch(time -> time >= before);
        assertThat(read().getLast().timestamp())
                .isLessThan(before + Duration.ofHours(1).toMillis());
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
        return read().stream().map(KafkaHubTest::received).toList();
    }

    private List<ConsumerRecord<String, String>> read() {
        var partition = new TopicPartition(topic, 0);
        // A commit is answered before its marker is written, so what is committed is known by what is there at all.
        long end;
        try (var all = consumer("read_uncommitted")) {
            end = all.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        }
        try (var consumer = consumer("read_committed")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var received = new ArrayList<ConsumerRecord<String, String>>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(received::add);
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
