package dev.banyan.bridge;

import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.lake.Replay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
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
            "Sends events of the lake once more, in their order, to the topic, queue, stream or bus of one consumer; says what it would send without --send.",
            "Progress is kept: what was stopped goes on with --resume, and sends again at most the last 500."
        })
final class ReplayCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LakeOptions options;

    @Option(
            names = {"--topic", "--destination"},
            required = true,
            paramLabel = "PLACE",
            description = {
                "what only the one consumer reads; it must be there: a topic of Kafka, or with another hub",
                "the URL of a queue, the ARN of a topic, the name or ARN of a stream or a bus"
            })
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String to;

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
    public Integer call() throws Exception {
        if (rate < 1) {
            throw new ParameterException(spec.commandLine(), "--rate: " + rate + " (expected: 1 or more)");
        }
        if (resume && restart) {
            throw new ParameterException(spec.commandLine(), "--resume and --restart (expected: one of the two)");
        }
        var setup = Setup.read(config());
        var targets = new ReplayTargets(setup, to);
        var refusal = targets.refusal();
        if (!refusal.isEmpty()) {
            System.err.println(refusal);
            return 1;
        }
        var lake = options.reader();
        var filter = options.filter();
        var before = restart ? Optional.<Replay.Progress>empty() : Replay.progress(lake, to);
        var what = filter.toString();
        var wrong = wrong(before, what);
        if (!wrong.isEmpty()) {
            System.err.println(wrong);
            return 1;
        }
        var from = before.filter(_ -> resume).orElseGet(() -> Replay.Progress.start(what));
        return send ? send(targets, lake, filter, from) : count(lake, filter, from);
    }

    private Path config() {
        if (options.config == null) {
            throw new ParameterException(spec.commandLine(), "which hub? (expected: --config FILE)");
        }
        return options.config;
    }

    private int count(LakeReader lake, LakeFilter filter, Replay.Progress from) {
        var counts = new TreeMap<String, Long>();
        lake.read(filter, from.segment(), record -> {
            if (!from.covers(record)) {
                counts.merge(record.event().type(), 1L, Long::sum);
            }
            return true;
        });
        counts.forEach((type, count) -> System.out.println(type + " " + count));
        var total = counts.values().stream().mapToLong(Long::longValue).sum();
        System.out.println(total + " events would be sent to " + to + ", in " + (total + rate - 1) / rate
                + " s; --send sends them");
        return 0;
    }

    private int send(ReplayTargets targets, LakeReader lake, LakeFilter filter, Replay.Progress from)
            throws IOException, HubUnavailable, ConfigException {
        var missing = targets.missing();
        if (!missing.isEmpty()) {
            System.err.println(missing);
            return 1;
        }
        try (var sink = targets.open(from.run());
                var hub = targets.setup().hub()) {
            var target = ReplayTargets.target(sink, hub, lake, options.uri(targets.setup()));
            var done = new Replay(lake, filter, to, rate, new ReplayPace(rate)::await).goOn(from, target);
            System.out.println(done.sent() + " events sent to " + to);
            return 0;
        }
    }

    /** Why an earlier replay to the same place stands in the way; empty when none does. */
    private String wrong(Optional<Replay.Progress> before, String what) {
        if (before.isPresent() && !resume) {
            return "a replay to " + to + " has sent " + before.get().sent() + " events"
                    + (before.get().done()
                            ? " and is done (expected: --resume or --restart)"
                            : " and is not done (expected: --resume or --restart; should it still run somewhere, it ends"
                                    + " then)");
        }
        if (resume && before.isEmpty()) {
            return "no replay to " + to + " was begun (expected: no --resume)";
        }
        if (resume && !before.get().what().equals(what)) {
            return "the replay to " + to + " was of " + before.get().what() + " (expected: the same filter)";
        }
        return "";
    }
}
