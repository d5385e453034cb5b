package dev.banyan.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** A run as a page for people. */
public final class Markdown {

    private final Page page = new Page();
    private final Header header;
    private final Results results;

    private Markdown(Header header, Results results) {
        this.header = header;
        this.results = results;
    }

    /** Returns the page. */
    public static String of(Header header, Results results) {
        var markdown = new Markdown(header, results);
        markdown.head();
        results.cases().forEach(markdown::table);
        markdown.page.goals("Goals", "goal", Goal.all(results));
        markdown.ceiling();
        markdown.page.skipped(results.skipped());
        return markdown.page.toString();
    }

    private void head() {
        line("# How fast the gateway is, beside others");
        line("");
        line("Written by `" + header.command() + "` at " + header.startedAt() + ", revision " + header.revision()
                + ", in " + Page.number(header.minutes(), 1)
                + " minutes. [What it does](../how-to/measure-the-gateway.md).");
        line("");
        if (header.quick()) {
            line("**A quick run: every case at a fraction of its size. The figures mean nothing.**");
            line("");
        }
        line(
                header.isNoisy()
                        ? "**Noisy: while we measured, other programs took " + percent(header.othersBusy())
                                + " of the machine. Ratios say more than figures here, and neither is worth much.**"
                        : "Other programs took " + percent(header.othersBusy()) + " of the machine while we measured.");
        line("");
        line("- Machine: " + header.machine() + "; load average " + Page.number(header.loadBefore(), 1)
                + " before the run.");
        line("- Load generator, proxy and upstream share these cores, so requests/s depend on what all three cost. CPU"
                + " microseconds per request of the proxy alone are the fairer figure.");
        line("- " + header.rounds() + (header.rounds() == 1 ? " round of " : " rounds of ")
                + Page.number(header.seconds(), 1)
                + " s each after a warm-up, the peers in turn in each round. A figure is the median, with (min..max).");
        line(
                "- p50 and p99 are from an open loop at half of the peer's own peak, counted from when a request was due; direct"
                        + " is asked at half of Banyan's peak.");
        line("- Any error or unexpected reply would have failed the run.");
        line("");
        line("| peer | what it is |");
        line("| --- | --- |");
        header.peers().forEach((name, what) -> line("| " + name + " | " + what + " |"));
        line("| direct | the load generator on the upstream, without a proxy: the ceiling |");
    }

    private void table(String name, String title) {
        var peers = results.peers(name);
        var measures = Arrays.stream(Measure.values())
                .filter(measure -> peers.stream()
                        .anyMatch(peer -> results.series(name, peer, measure).isPresent()))
                .toList();
        var first = measures.getFirst();
        line("");
        line("## " + name + ": " + title);
        line("");
        line("| |" + cells(measures.stream().map(Measure::label).toList()) + " Banyan / it |");
        line("| --- |" + " ---: |".repeat(measures.size() + 1));
        for (var peer : peers) {
            var cells = measures.stream()
                    .map(measure -> Page.cell(results, name, peer, measure))
                    .toList();
            line("| " + peer + " |" + cells(cells) + " " + ratio(name, peer, first) + " |");
        }
    }

    /** Says what a proxy could reach at best where generator and upstream take their part of the same cores. */
    private void ceiling() {
        var least = cost(Results.DIRECT, Measure.CPU_UPSTREAM, Measure.CPU_LOAD);
        var around = cost("banyan", Measure.CPU_UPSTREAM, Measure.CPU_LOAD);
        var ours = cost("banyan", Measure.CPU);
        var stock = cost("stock", Measure.CPU, Measure.CPU_UPSTREAM, Measure.CPU_LOAD);
        if (DoubleStream.of(least, around, ours, stock).anyMatch(Double::isNaN)) {
            return;
        }
        line("");
        line(
                "A proxy is a server and a client in one, so it can hardly cost less than upstream and load generator do without"
                        + " one: " + micros(least)
                        + " µs a request of `tiny`, nearly all of it TCP in the kernel. With such a proxy"
                        + " all programs together would take " + micros(least + around)
                        + " µs, where with stock they take "
                        + micros(stock) + ": on shared cores no proxy can serve more than about "
                        + Page.number(stock / (least + around), 1)
                        + " times the requests/s of stock. Banyan's processor time allows "
                        + Page.number(stock / (ours + around), 1)
                        + " times. `own-core` asks without that bound: there a proxy has a core to itself.");
    }

    /** Returns the sum of what {@code tiny} costs in microseconds of processor, not a number where a part was not measured. */
    private double cost(String peer, Measure... parts) {
        return Arrays.stream(parts)
                .mapToDouble(part -> results.median("tiny", peer, part).orElse(Double.NaN))
                .sum();
    }

    private static String micros(double value) {
        return Page.number(value, 1);
    }

    private static String cells(List<String> cells) {
        return " " + String.join(" | ", cells) + " |";
    }

    private String ratio(String name, String peer, Measure measure) {
        var ratio = peer.equals("banyan") ? null : results.ratio(name, peer, measure);
        return ratio == null || ratio.isEmpty() ? "" : Page.number(ratio.getAsDouble(), 2);
    }

    private static String percent(double share) {
        return Page.number(share * 100, 0) + " %";
    }

    private void line(String text) {
        page.line(text);
    }
}
