package dev.banyan.bridge.hub;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Which topics a Kafka cluster has, and how those that it lacks are made. */
public final class KafkaTopics {

    private static final int ANSWER_MAX_MS = 5_000;

    /** Kafka's own default of max.message.bytes. */
    private static final long MESSAGE_BYTES_DEFAULT = 1_048_588;

    private static final String POSITION_BEGIN = "banyan.bridge.";
    private static final String POSITION_END = ".position";

    private KafkaTopics() {}

    /**
     * A topic as it is. {@code cleanup} is its {@code cleanup.policy} and {@code messageBytesMax} its {@code max.message.bytes}; empty and
     * the most there is when the cluster does not tell us.
     */
    public record Found(int partitions, int replicas, String cleanup, long messageBytesMax) {

        /** Why it cannot hold a bridge's position; empty when it can. */
        public String wrongForPosition() {
            if (partitions != 1) {
                return partitions + " partitions (expected: 1)";
            }
            return cleanup.isEmpty() || cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT)
                    ? ""
                    : "cleanup.policy " + cleanup + " (expected: compact, or the position is forgotten with time)";
        }

        /** Why it cannot take events of up to {@code bytesMax} bytes; empty when it can. */
        public String wrongForEvents(long bytesMax) {
            return messageBytesMax >= bytesMax
                    ? ""
                    : "max.message.bytes " + messageBytesMax + " (expected: at least the producer's max.request.size, "
                            + bytesMax + ")";
        }

        @Override
        public String toString() {
            return partitions
                    + (partitions == 1 ? " partition, " : " partitions, ")
                    + replicas
                    + (replicas == 1 ? " replica" : " replicas")
                    + (cleanup.isEmpty() ? "" : ", cleanup " + cleanup);
        }
    }

    /** The topic that {@code bridge} keeps its position in. */
    public static String position(String bridge) {
        return POSITION_BEGIN + bridge + POSITION_END;
    }

    /** True for a topic that some bridge keeps its position in. */
    public static boolean isPosition(String topic) {
        return topic.startsWith(POSITION_BEGIN) && topic.endsWith(POSITION_END);
    }

    /** Those of {@code settings}' topics that are not there. */
    public static Set<String> missing(KafkaHub.Settings settings) throws HubUnavailable {
        var missing = new TreeSet<>(settings.topics());
        missing.removeAll(there(settings, settings.topics()).keySet());
        return missing;
    }

    /** Those of {@code topics} that are there. */
    public static SortedMap<String, Found> there(KafkaHub.Settings settings, Set<String> topics) throws HubUnavailable {
        var properties = new HashMap<String, Object>(settings.producer());
        properties.keySet().removeIf(ProducerProperties::isProducersOwn);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MAX_MS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MAX_MS);
        try (var admin = Admin.create(properties)) {
            var names = new TreeSet<>(topics);
            names.retainAll(answer(admin.listTopics().names()));
            return described(admin, names);
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            throw new HubUnavailable("asking Kafka at " + settings.bootstrapServers() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubUnavailable("interrupted while asking Kafka", e);
        }
    }

    /** The {@code max.message.bytes} of a topic that is made for events of up to {@code bytesMax} bytes; empty where the cluster's own will do. */
    public static OptionalLong messageBytes(long bytesMax) {
        return bytesMax > MESSAGE_BYTES_DEFAULT ? OptionalLong.of(bytesMax) : OptionalLong.empty();
    }

    /**
     * Makes those of {@code topics} that {@code admin} does not find, which may be the only right it has. {@code position} is compacted, and the
     * others take events of up to {@code bytesMax} bytes, or what the cluster gives them by itself where it has bounds below that.
     */
    static void make(Admin admin, Set<String> topics, String position, int partitions, long bytesMax) {
        var missing = new TreeSet<>(topics);
        try {
            missing.removeAll(answer(admin.listTopics().names()));
            for (var topic : missing) {
                make(admin, topic, topic.equals(position), partitions, bytesMax);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("making topics " + missing + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while making topics " + missing, e);
        }
    }

    private static void make(Admin admin, String topic, boolean isPosition, int partitions, long bytesMax)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (isPosition) {
            var compacted = Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
            make(admin, topic, 1, compacted);
            return;
        }
        var bytes = messageBytes(bytesMax);
        if (bytes.isPresent()) {
            try {
                make(
                        admin,
                        topic,
                        partitions,
                        Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(bytes.getAsLong())));
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof InvalidConfigurationException)
                        && !(e.getCause() instanceof PolicyViolationException)) {
                    throw e;
                }
            }
        }
        make(admin, topic, partitions, Map.of());
    }

    private static void make(Admin admin, String topic, int partitions, Map<String, String> configs)
            throws ExecutionException, TimeoutException, InterruptedException {
        var made = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configs);
        try {
            answer(admin.createTopics(List.of(made)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static SortedMap<String, Found> described(Admin admin, Set<String> names)
            throws ExecutionException, TimeoutException, InterruptedException {
        var found = new TreeMap<String, Found>();
        var topics = answer(admin.describeTopics(names).allTopicNames());
        for (var topic : topics.entrySet()) {
            var partitions = topic.getValue().partitions();
            var settings = settings(admin, topic.getKey());
            found.put(
                    topic.getKey(),
                    new Found(
                            partitions.size(),
                            partitions.getFirst().replicas().size(),
                            settings.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, ""),
                            Long.parseLong(settings.getOrDefault(
                                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(Long.MAX_VALUE)))));
        }
        return found;
    }

    /** The settings of {@code topic}; none when we may not ask. */
    private static Map<String, String> settings(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var settings = new HashMap<String, String>();
        try {
            answer(admin.describeConfigs(Set.of(resource)).all()).values().stream()
                    .flatMap(config -> config.entries().stream())
                    .forEach(entry -> settings.put(entry.name(), entry.value()));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
        }
        return settings;
    }

    private static <T> T answer(KafkaFuture<T> asked)
            throws ExecutionException, TimeoutException, InterruptedException {
        return asked.get(2L * ANSWER_MAX_MS, TimeUnit.MILLISECONDS);
    }
}
