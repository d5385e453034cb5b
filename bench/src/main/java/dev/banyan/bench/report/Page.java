package dev.banyan.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Markdown, line by line, with what every page of a run has. */
public final class Page {

    private final StringBuilder text = new StringBuilder();

    /** Adds a line. */
    public void line(String line) {
        text.append(line).append('\n');
    }

    /** Adds what was asked for and what was found, under {@code title}; {@code what} heads the column of the goals. */
    public void goals(String title, String what, List<Goal> goals) {
        line("");
        line("## " + title);
        line("");
        line("| " + what + " | found | met |");
        line("| --- | ---: | --- |");
        for (var goal : goals) {
            var found = goal.found();
            line("| " + goal.claim() + " | " + (found.isPresent() ? number(found.getAsDouble(), 2) : "not measured")
                    + " | " + (found.isEmpty() ? "" : goal.met() ? "yes" : "**no**") + " |");
        }
    }

    /** Adds what was left out, and why; nothing when nothing was. */
    public void skipped(Map<String, String> skipped) {
        if (skipped.isEmpty()) {
            return;
        }
        line("");
        line("## Left out");
        line("");
        skipped.forEach((what, why) -> line("- " + what + ": " + why));
    }

    /** Returns the median of a measure, with (min..max) when there is more than one value; nothing when there is none. */
    public static String cell(Results results, String name, String peer, Measure measure) {
        return results.series(name, peer, measure)
                .map(series -> {
                    var median = number(series.median(), measure.decimals());
                    return series.values().size() == 1
                            ? median
                            : median + " (" + number(series.min(), measure.decimals()) + ".."
                                    + number(series.max(), measure.decimals()) + ")";
                })
                .orElse("");
    }

    /** Returns a number as people read it. */
    public static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
