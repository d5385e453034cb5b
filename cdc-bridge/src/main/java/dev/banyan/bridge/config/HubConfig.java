package dev.banyan.bridge.config;

import dev.banyan.bridge.yaml.Place;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where events go. {@code source} is CloudEvents' source of each. */
public sealed interface HubConfig {

    String source();

    /** A Kafka cluster. {@code producer} holds settings of the producer that are passed on as they are. */
    record Kafka(String source, String bootstrapServers, int partitions, Map<String, String> producer)
            implements HubConfig {
        public Kafka {
            producer = Map.copyOf(producer);
        }
    }

    /** The services of AWS, as their keys are written. */
    enum Service {
        SQS("sqs", "the URL of a queue"),
        SNS("sns", "the ARN of a topic"),
        KINESIS("kinesis", "the name or ARN of a stream"),
        EVENTBRIDGE("eventBridge", "the name or ARN of a bus");

        final String key;
        final String expected;

        Service(String key, String expected) {
            this.key = key;
            this.expected = expected;
        }
    }

    /**
     * A service of AWS. {@code destinations} has where events of a topic of the mapping go, {@code *} for all others; {@code at} is where
     * the file says so. {@code eventKilobytesMax} of 0 is the service's own limit.
     */
    record Aws(
            String source,
            Service service,
            Map<String, String> destinations,
            Place at,
            @Nullable String region,
            @Nullable URI endpoint,
            int eventKilobytesMax)
            implements HubConfig {
        public Aws {
            destinations = Map.copyOf(destinations);
        }
    }
}
