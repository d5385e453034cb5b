package dev.banyan.cli.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a whole run measured. {@code run} is missing when the run broke off before its end. */
public record Report(
        String version,
        String startedAt,
        double seconds,
        boolean held,
        Machine machine,
        Map<String, String> versions,
        Map<String, Object> settings,
        List<StepReport> steps,
        @Nullable Run run,
        List<Map<String, String>> failures) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Where it ran. */
    public record Machine(int cores, long memoryMb, String os, String java) {

        /** Returns this machine. */
        public static Machine here() {
            var memory = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? system.getTotalMemorySize() / (1024 * 1024)
                    : 0;
            return new Machine(
                    Runtime.getRuntime().availableProcessors(),
                    memory,
                    System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                            + System.getProperty("os.arch"),
                    Runtime.version().toString());
        }
    }

    /** How often each write of a person reached legacy's tables. */
    public record Writes(
            int sent,
            int acknowledged,
            int exactlyOnce,
            int missing,
            int twice,
            int unanswered,
            int unansweredArrived) {}

    /** How long a committed change took until the catalogue showed it; outages made on purpose are left out. */
    public record CommitToVisible(double p50Ms, double p99Ms, long samples) {}

    /** The events as a consumer saw them. {@code lost} and {@code missing} are explained in docs/reference/demo-report.md. */
    public record Events(
            long received,
            long duplicates,
            long backfilled,
            long lost,
            long missing,
            long reordered,
            Map<String, Long> byType) {}

    /** The figures over the whole run. */
    public record Run(
            long requestsSent,
            long requestsFailed,
            long repliesCut,
            Writes writes,
            Map<String, Map<String, Double>> shareByBackendPercent,
            long flipBacks,
            long splitRepliesWatched,
            long rowsChanged,
            Events events,
            CommitToVisible commitToVisible,
            int productsCompared,
            int productsDiffering,
            double secondsToRollBack,
            double replyP50Ms,
            double replyP99Ms) {}

    /** Returns the report as indented JSON. */
    public String json() {
        return JSON.writeValueAsString(this);
    }

    /** Writes the report to {@code file}. */
    public void write(Path file) {
        try {
            var parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(file, json() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("writing the report " + file, e);
        }
    }
}
