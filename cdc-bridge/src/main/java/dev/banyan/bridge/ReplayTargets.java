package dev.banyan.bridge;

import dev.banyan.bridge.aws.AwsHub;
import dev.banyan.bridge.aws.AwsReplay;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.hub.KafkaTopics;
import dev.banyan.bridge.hub.ReplaySink;
import dev.banyan.bridge.hub.ReplayTopic;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.lake.LakeRecord;
import dev.banyan.bridge.lake.Replay;
import java.io.IOException;
import java.util.Set;

/** Where a replay of a bridge may go: {@code to} is a topic of Kafka, or a destination of the bridge's other hub. */
record ReplayTargets(Setup setup, String to) {

    /** What the mark of a replay may add to an event. */
    private static final int MARK_BYTES = 64;

    /** Why nothing may be sent there; empty when it may. */
    String refusal() {
        if (setup.kafka().isPresent() && KafkaTopics.isPosition(to)) {
            return to + ": a bridge keeps its position in it (expected: a topic of one consumer)";
        }
        var isShared = setup.kafka().map(kafka -> kafka.topics().contains(to)).orElse(false)
                || setup.aws()
                        .map(aws -> aws.destinations().values().stream()
                                .anyMatch(destination -> name(destination).equals(name(to))))
                        .orElse(false);
        return isShared ? to + ": the bridge sends to it, so everybody reads it (expected: one of one consumer)" : "";
    }

    /** What a name, an ARN and a URL of one stream, bus, topic or queue have in common. */
    static String name(String destination) {
        return destination.substring(Math.max(destination.lastIndexOf('/'), destination.lastIndexOf(':')) + 1);
    }

    /** What is wrong with it; empty when nothing is. */
    String missing() throws IOException, HubUnavailable {
        if (setup.kafka().isPresent()) {
            return KafkaTopics.missing(only(setup.kafka().get())).isEmpty()
                    ? ""
                    : "topic " + to + ": not there (expected: the topic that the one consumer reads)";
        }
        try (var sink = new AwsReplay(aws(), to, "")) {
            var wrong = sink.check();
            return wrong.isEmpty() ? "" : to + ": " + wrong;
        }
    }

    ReplaySink open(String run) {
        return setup.kafka()
                .<ReplaySink>map(kafka -> new ReplayTopic(only(kafka), to))
                .orElseGet(() -> new AwsReplay(aws(), to, run));
    }

    private KafkaHub.Settings only(KafkaHub.Settings kafka) {
        return new KafkaHub.Settings(
                kafka.bootstrapServers(), kafka.producer(), kafka.source(), kafka.partitions(), Set.of(to));
    }

    private AwsHub.Settings aws() {
        return setup.aws().orElseThrow();
    }

    /** Hands records to {@code sink}; of one too large for {@code hub} the data goes to {@code lake}, as when it was sent first. */
    static Replay.Target target(ReplaySink sink, Hub hub, LakeReader lake, String uri) {
        return new Replay.Target() {
            @Override
            public void send(LakeRecord record) throws IOException {
                var event = record.event();
                var fits = hub.bytes(event) + MARK_BYTES <= hub.eventBytesMax();
                sink.send(fits ? event : event.claimedAt(lake.claim(uri, event)), record.source());
            }

            @Override
            public void flush() throws IOException {
                sink.flush();
            }
        };
    }
}
