package dev.banyan.bridge.hub;

import java.util.HashMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Which topics a Kafka cluster has, asked without making any. */
public final class KafkaTopics {

    private static final int ANSWER_MAX_MS = 5_000;

    private KafkaTopics() {}

    /** Those of {@code settings}' topics that are not there. */
    public static Set<String> missing(KafkaHub.Settings settings) throws HubUnavailable {
        var properties = new HashMap<String, Object>(settings.producer());
        properties.keySet().removeIf(KafkaHub::isProducersOwn);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MAX_MS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MAX_MS);
        try (var admin = Admin.create(properties)) {
            var missing = new TreeSet<>(settings.topics());
            missing.removeAll(admin.listTopics().names().get(2L * ANSWER_MAX_MS, TimeUnit.MILLISECONDS));
            return missing;
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            throw new HubUnavailable("asking Kafka at " + settings.bootstrapServers() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubUnavailable("interrupted while asking Kafka", e);
        }
    }
}
