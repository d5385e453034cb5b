package dev.banyan.bench.bridge;

import dev.banyan.bench.report.Goal;
import dev.banyan.bench.report.Header;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Page;
import dev.banyan.bench.report.Results;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** A run of the bridge's bench as a page for people. */
final class BridgePage {

    private static final String OURS = "banyan";

    private final Page page = new Page();
    private final Header header;
    private final Results results;

    private BridgePage(Header header, Results results) {
        this.header = header;
        this.results = results;
    }

    static String of(Header header, Results results) {
        var page = new BridgePage(header, results);
        page.head();
        results.cases().forEach(page::table);
        page.page.goals("Ahead or not", "ours over theirs", goals(results));
        page.page.skipped(results.skipped());
        return page.page.toString();
    }

    /** Ours ahead of each other carrier in each case: rows/s of a catch-up, latencies of a steady load, processor time of both. */
    static List<Goal> goals(Results results) {
        var goals = new ArrayList<Goal>();
        for (var name : results.cases().keySet()) {
            for (var carrier : results.peers(name)) {
                if (carrier.equals(OURS)) {
                    continue;
                }
                if (name.startsWith("steady")) {
                    goals.add(goal(name, carrier, Measure.P50, results.ratio(name, carrier, Measure.P50), false));
                    goals.add(goal(name, carrier, Measure.P99, results.ratio(name, carrier, Measure.P99), false));
                } else {
                    goals.add(goal(name, carrier, Measure.ROWS, results.ratio(name, carrier, Measure.ROWS), true));
                }
                goals.add(goal(name, carrier, Measure.CPU_ROW, results.ratio(name, carrier, Measure.CPU_ROW), false));
            }
        }
        return goals;
    }

    private static Goal goal(String name, String carrier, Measure measure, OptionalDouble found, boolean atLeast) {
        var claim = name + ": " + measure.label() + " at " + (atLeast ? "least" : "most") + " that of " + carrier;
        return new Goal(claim, found, 1, atLeast);
    }

    private void head() {
        line("# The bridge beside Debezium Server");
        line("");
        line("Written by `" + header.command() + "` at " + header.startedAt() + ", revision " + header.revision()
                + ", in " + Page.number(header.minutes(), 1)
                + " minutes. [What it does](../how-to/measure-the-bridge.md).");
        line("");
        if (header.quick()) {
            line("**A quick run: a fraction of the rows. The figures mean nothing.**");
            line("");
        }
        line((header.isNoisy()
                        ? "**Noisy: just before the run other programs took "
                        : "Just before the run other programs took ")
                + Page.number(header.othersBusy() * 100, 0) + " % of the machine."
                + (header.isNoisy() ? " Ratios say more than figures here, and neither is worth much.**" : ""));
        line("");
        line("- Machine: " + header.machine() + "; load average " + Page.number(header.loadBefore(), 1)
                + " before the run.");
        line(
                "- PostgreSQL, Kafka, the carrier, the writer and the consumer share these cores: rows/s depend on all of them, CPU"
                        + " microseconds per row are the carrier's alone.");
        line("- " + header.rounds()
                + " rounds; the carriers in turn on the same rows of the same log, and the other way round in every"
                + " second round. A figure is the median, with (min..max).");
        line(
                "- Tables have REPLICA IDENTITY FULL, which the bridge asks for. What arrives is counted by a consumer of committed records.");
        line("");
        line("| carrier | what it is |");
        line("| --- | --- |");
        header.peers().forEach((name, what) -> line("| " + name + " | " + what + " |"));
    }

    private void table(String name, String title) {
        var carriers = results.peers(name);
        var measures = Arrays.stream(Measure.values())
                .filter(measure -> carriers.stream().anyMatch(carrier -> results.series(name, carrier, measure)
                        .isPresent()))
                .toList();
        line("");
        line("## " + name + ": " + title);
        line("");
        line("| | " + String.join(" | ", measures.stream().map(Measure::label).toList()) + " |");
        line("| --- |" + " ---: |".repeat(measures.size()));
        for (var carrier : carriers) {
            var cells = measures.stream()
                    .map(measure -> Page.cell(results, name, carrier, measure))
                    .toList();
            line("| " + carrier + " | " + String.join(" | ", cells) + " |");
        }
    }

    private void line(String text) {
        page.line(text);
    }
}
