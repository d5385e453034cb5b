package dev.banyan.bridge.config;

import dev.banyan.bridge.hub.ProducerProperties;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Yaml;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code hub}: exactly one of the hubs there are. */
final class HubReader {

    /** Producer settings a file may carry: how to reach and trust the cluster, and how to pack. All else is the bridge's to decide. */
    private static final List<String> PRODUCER_ALLOWED = List.of(
            "security.protocol",
            "sasl.mechanism",
            "sasl.jaas.config",
            "sasl.login.callback.handler.class",
            "ssl.truststore.location",
            "ssl.truststore.password",
            "ssl.truststore.type",
            "ssl.keystore.location",
            "ssl.keystore.password",
            "ssl.keystore.type",
            "ssl.key.password",
            "ssl.endpoint.identification.algorithm",
            "client.dns.lookup",
            "client.rack",
            "compression.type",
            "batch.size",
            "linger.ms",
            "buffer.memory",
            "max.request.size",
            "transaction.timeout.ms");

    private static final String HUBS = "one of kafka, sqs, sns, kinesis, eventBridge";

    private final Section section;
    private final Problems problems;
    private final String source;

    private HubReader(Section section, String bridge, Problems problems) {
        this.section = section;
        this.problems = problems;
        this.source = section.text("eventSource").orElse("/banyan/bridge/" + bridge);
    }

    static HubConfig read(Section section, String bridge, Problems problems) {
        var reader = new HubReader(section, bridge, problems);
        var found = new ArrayList<HubConfig>();
        section.section("kafka").ifPresent(kafka -> found.add(reader.kafka(kafka)));
        for (var service : HubConfig.Service.values()) {
            section.section(service.key).ifPresent(aws -> found.add(reader.aws(aws, service)));
        }
        if (found.size() != 1) {
            problems.add(section.at(), section.where(), found.isEmpty() ? "no hub" : found.size() + " hubs", HUBS);
        }
        section.end();
        return found.isEmpty() ? new HubConfig.Kafka(reader.source, "", 1, Map.of()) : found.getFirst();
    }

    private HubConfig kafka(Section kafka) {
        var producer = new LinkedHashMap<String, String>();
        kafka.section("producer").ifPresent(passed -> {
            for (var key : PRODUCER_ALLOWED) {
                passed.text(key).ifPresent(value -> producer.put(key, value));
            }
            ProducerProperties.wrong(producer)
                    .forEach((key, expected) -> problems.add(
                            passed.at(key), passed.where() + "." + key, "'" + producer.get(key) + "'", expected));
            passed.end();
        });
        var config = new HubConfig.Kafka(
                source,
                kafka.requiredText("bootstrapServers", "HOST:PORT,..."),
                kafka.integer("partitions", 1, 1_000, 4),
                producer);
        kafka.end();
        return config;
    }

    private HubConfig aws(Section aws, HubConfig.Service service) {
        var kilobytesMax =
                switch (service) {
                    case SQS, EVENTBRIDGE -> 1_024;
                    case SNS -> 256;
                    case KINESIS -> 10_240;
                };
        var config = new HubConfig.Aws(
                source,
                service,
                destinations(aws, service),
                aws.at("destinations"),
                aws.text("region").orElse(null),
                endpoint(aws, problems),
                aws.integer("eventKilobytes", 1, kilobytesMax, 0));
        if (service == HubConfig.Service.EVENTBRIDGE && source.startsWith("aws.")) {
            problems.add(
                    section.at("eventSource"),
                    section.where() + ".eventSource",
                    "'" + source + "'",
                    "one that does not begin with aws., which EventBridge keeps for itself");
        }
        aws.end();
        return config;
    }

    private Map<String, String> destinations(Section aws, HubConfig.Service service) {
        var destinations = new LinkedHashMap<String, String>();
        var listed = aws.require("destinations", "topics of the mapping, or '*', each with " + service.expected);
        if (listed.isEmpty()) {
            return destinations;
        }
        var where = aws.where() + ".destinations";
        for (var entry : Section.of(listed.get(), where, problems).entries()) {
            if (entry.value() instanceof Yaml.Scalar scalar && !scalar.text().isBlank()) {
                destinations.put(entry.key(), scalar.text());
                if (!isUsable(service, scalar.text())) {
                    wrong(scalar.at(), where + "." + entry.key(), scalar.text(), service);
                }
            } else {
                problems.add(
                        entry.value().at(),
                        where + "." + entry.key(),
                        entry.value().kind(),
                        service.expected);
            }
        }
        if (destinations.isEmpty()) {
            problems.add(aws.at("destinations"), where, "none", "at least one");
        }
        return destinations;
    }

    private void wrong(Place at, String where, String found, HubConfig.Service service) {
        problems.add(at, where, "'" + found + "'", service.expected);
    }

    private static boolean isUsable(HubConfig.Service service, String destination) {
        return switch (service) {
            case SQS -> destination.matches("https?://[^/ ]+/.+");
            case SNS -> destination.matches("arn:[^: ]+:sns:[^: ]*:[^: ]*:[^: ]+");
            case KINESIS -> destination.matches("[a-zA-Z0-9_.-]{1,128}|arn:[^: ]+:kinesis:[^: ]*:[^: ]*:stream/[^ ]+");
            case EVENTBRIDGE ->
                destination.matches("[a-zA-Z0-9/_.-]{1,256}|arn:[^: ]+:events:[^: ]*:[^: ]*:event-bus/[^ ]+");
        };
    }

    /** The service's own address under {@code endpoint}, or null. */
    static @Nullable URI endpoint(Section aws, Problems problems) {
        var text = aws.text("endpoint");
        if (text.isEmpty()) {
            return null;
        }
        if (!text.get().matches("https?://[^/ ]+/?")) {
            problems.add(
                    aws.at("endpoint"),
                    aws.where() + ".endpoint",
                    "'" + text.get() + "'",
                    "http://HOST:PORT or https://HOST");
            return null;
        }
        return URI.create(text.get());
    }
}
