package dev.banyan.bridge;

import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.hub.KafkaTopics;
import dev.banyan.bridge.hub.ReplayTopic;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.lake.LakeRecord;
import dev.banyan.bridge.lake.Replay;
import dev.banyan.bridge.mapping.MappingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan events replay}: events of the lake once more, to one consumer. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Sends events of the lake once more, in their order, to the topic of one consumer; says what it would send without --send.",
            "Progress is kept: what was stopped goes on with --resume, and sends again at most the last 500."
        })
final class ReplayCommand implements Callable<Integer> {

    private static final long TOLD_EVERY_NANOS = 2_000_000_000L;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LakeOptions options;

    @Option(
            names = "--topic",
            required = true,
            paramLabel = "TOPIC",
            description = "a Kafka topic that only the one consumer reads; it must be there")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String topic;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "at most so many events a second (default: ${DEFAULT-VALUE})")
    private int rate = 1_000;

    @Option(names = "--send", description = "send them")
    private boolean send;

    @Option(names = "--resume", description = "go on where the last replay to this topic stopped")
    private boolean resume;

    @Option(names = "--restart", description = "begin anew, whatever an earlier replay to this topic has sent")
    private boolean restart;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        if (rate < 1) {
            throw new ParameterException(spec.commandLine(), "--rate: " + rate + " (expected: 1 or more)");
        }
        if (resume && restart) {
            throw new ParameterException(spec.commandLine(), "--resume and --restart (expected: one of the two)");
        }
        try {
            var setup = Setup.read(config());
            if (setup.kafka().isEmpty()) {
                System.err.println(
                        "the hub of " + config() + " is not Kafka (expected: hub.kafka; a replay goes to a topic)");
                return 1;
            }
            var kafka = setup.kafka().get();
            if (kafka.topics().contains(topic)) {
                System.err.println("topic " + topic
                        + ": the bridge sends to it, so everybody reads it (expected: a topic" + " of one consumer)");
                return 1;
            }
            var lake = options.reader();
            var filter = options.filter();
            return send ? send(kafka, lake, filter) : count(lake, filter);
        } catch (ConfigException | MappingException | LakeFailed | HubUnavailable | IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private Path config() {
        if (options.config == null) {
            throw new ParameterException(spec.commandLine(), "which hub? (expected: --config FILE)");
        }
        return options.config;
    }

    private int count(LakeReader lake, LakeFilter filter) {
        var counts = new TreeMap<String, Long>();
        lake.read(filter, 0, record -> {
            counts.merge(record.event().type(), 1L, Long::sum);
            return true;
        });
        counts.forEach((type, count) -> System.out.println(type + " " + count));
        var total = counts.values().stream().mapToLong(Long::longValue).sum();
        System.out.println(total + " events would be sent to " + topic + ", in " + (total + rate - 1) / rate
                + " s; --send sends them");
        return 0;
    }

    private int send(KafkaHub.Settings kafka, LakeReader lake, LakeFilter filter)
            throws IOException, HubUnavailable, ConfigException {
        var only = new KafkaHub.Settings(
                kafka.bootstrapServers(), kafka.producer(), kafka.source(), kafka.partitions(), Set.of(topic));
        if (!KafkaTopics.missing(only).isEmpty()) {
            System.err.println("topic " + topic + ": not there (expected: the topic that the one consumer reads)");
            return 1;
        }
        var before = Replay.progress(lake, topic);
        var what = filter.toString();
        if (before.isPresent() && !resume && !restart) {
            System.err.println("a replay to " + topic + " has sent "
                    + before.get().sent() + " events" + (before.get().done() ? " and is done" : " and was stopped")
                    + " (expected: --resume or --restart)");
            return 1;
        }
        if (resume && (before.isEmpty() || !before.get().what().equals(what))) {
            System.err.println(
                    before.isEmpty()
                            ? "no replay to " + topic + " was begun (expected: no --resume)"
                            : "the replay to " + topic + " was of "
                                    + before.get().what() + " (expected: the same filter)");
            return 1;
        }
        try (var target = new ReplayTopic(only, topic)) {
            var replay = new Replay(lake, filter, topic, new Pace(rate)::await);
            var done = resume && before.isPresent()
                    ? replay.goOn(before.get(), target(target))
                    : replay.start(what, target(target));
            System.out.println(done.sent() + " events sent to " + topic);
            return 0;
        }
    }

    private static Replay.Target target(ReplayTopic topic) {
        return new Replay.Target() {
            @Override
            public void send(LakeRecord record) throws IOException {
                topic.send(record.event(), record.source());
            }

            @Override
            public void flush() throws IOException {
                topic.flush();
            }
        };
    }

    /** Holds events back to a rate, and tells how many have gone. */
    private static final class Pace {

        private final int rate;
        private final long startedAt = System.nanoTime();
        private long toldAt = startedAt;

        Pace(int rate) {
            this.rate = rate;
        }

        void await(long sent) {
            var due = startedAt + (long) (sent * 1e9 / rate);
            for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            if (System.nanoTime() - toldAt > TOLD_EVERY_NANOS) {
                toldAt = System.nanoTime();
                System.err.println(sent + " events sent");
            }
        }
    }
}
