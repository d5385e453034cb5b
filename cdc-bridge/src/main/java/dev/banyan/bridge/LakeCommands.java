package dev.banyan.bridge;

import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.lake.LakeRecord;
import java.time.ZoneOffset;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan events ls|count|show|verify}: what the event lake holds. */
final class LakeCommands {

    private LakeCommands() {}

    /** What the commands have in common. */
    abstract static sealed class Reading implements Callable<Integer> permits Ls, Count, Show, Verify {

        @Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it
        LakeOptions options;

        @Override
        public Integer call() throws ConfigException {
            return run();
        }

        abstract int run() throws ConfigException;
    }

    @Command(
            name = "ls",
            mixinStandardHelpOptions = true,
            description = "Lists events of the lake, in the order they were sent.")
    static final class Ls extends Reading {

        @Option(names = "--limit", paramLabel = "N", description = "at most so many (default: ${DEFAULT-VALUE})")
        private long limit = 100;

        @Option(names = "--json", description = "print whole events, one CloudEvent in JSON a line")
        private boolean json;

        @Override
        int run() throws ConfigException {
            var count = new AtomicLong();
            options.reader().read(options.filter(), 0, record -> {
                if (count.get() == limit) {
                    System.err.println("stopped after " + limit + " (expected: --limit, for more)");
                    return false;
                }
                count.incrementAndGet();
                System.out.println(json ? record.cloudEvent() : line(record));
                return true;
            });
            return 0;
        }

        private static String line(LakeRecord record) {
            var event = record.event();
            return event.time() + " " + event.type() + " " + OneLine.of(event.subject()) + " " + event.id() + " "
                    + event.sequence() + (event.backfill() ? " backfill" : "");
        }
    }

    @Command(
            name = "count",
            mixinStandardHelpOptions = true,
            description = "Counts events of the lake by day and type.")
    static final class Count extends Reading {

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        @Override
        int run() throws ConfigException {
            var counts = new TreeMap<String, TreeMap<String, Long>>();
            var total = new AtomicLong();
            options.reader().read(options.filter(), 0, record -> {
                var day = record.event()
                        .time()
                        .atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                        .toString();
                counts.computeIfAbsent(day, _ -> new TreeMap<>())
                        .merge(record.event().type(), 1L, Long::sum);
                total.incrementAndGet();
                return true;
            });
            if (json) {
                System.out.println(JsonMapper.shared().writeValueAsString(counts));
            } else {
                counts.forEach((day, types) ->
                        types.forEach((type, count) -> System.out.println(day + " " + type + " " + count)));
                System.out.println(total + " events");
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Prints the events with an id or a subject, as CloudEvents in JSON; exit code 1 when there is none.")
    static final class Show extends Reading {

        @Parameters(paramLabel = "ID|SUBJECT", description = "an event's id, or a subject")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String wanted;

        @Override
        int run() throws ConfigException {
            var found = new AtomicLong();
            options.reader().read(options.filter(), 0, record -> {
                if (record.event().id().equals(wanted)
                        || record.event().subject().equals(wanted)) {
                    found.incrementAndGet();
                    System.out.println(record.cloudEvent());
                }
                return true;
            });
            if (found.get() == 0) {
                System.err.println(wanted + ": no such event (expected: an id or a subject, as events ls prints them)");
            }
            return found.get() == 0 ? 1 : 0;
        }
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description =
                    "Compares the lake's files with what their manifests say, and looks for segments that are missing; exit code 1 when something differs.")
    static final class Verify extends Reading {

        @Override
        int run() throws ConfigException {
            var reader = options.reader();
            var differences = reader.verify();
            differences.forEach(System.out::println);
            var manifests = reader.manifests();
            var files = manifests.stream()
                    .mapToLong(manifest -> manifest.files().size())
                    .sum();
            var events =
                    manifests.stream().mapToLong(manifest -> manifest.events()).sum();
            System.out.println(manifests.size() + " sealed segments, " + files + " files, " + events + " events, "
                    + differences.size() + " differences");
            return differences.isEmpty() ? 0 : 1;
        }
    }
}
