package dev.banyan.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A step while it runs: collects figures and claims, and becomes a {@link StepReport}. For one thread. */
public final class Step {

    private final String name;
    private final String title;
    private final long beganNanos = System.nanoTime();
    private final Map<String, Object> figures = new LinkedHashMap<>();
    private final List<String> broken = new ArrayList<>();

    public Step(String name, String title) {
        this.name = name;
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** Notes what was measured; the unit is the end of the name ({@code Seconds}, {@code Ms}, {@code Percent}), counts have none. */
    public void figure(String figure, Object value) {
        figures.put(figure, value);
    }

    /** Notes that {@code claim} should hold; one that does not breaks the step. */
    public void claim(String claim, boolean holds) {
        if (!holds) {
            broken.add(claim);
        }
    }

    /** The step could not be finished. */
    public void failed(String why) {
        broken.add(why);
    }

    /** Returns the seconds since the step began. */
    public double seconds() {
        return Figures.seconds(System.nanoTime() - beganNanos);
    }

    /** Ends the step. */
    public StepReport end() {
        return new StepReport(name, title, broken.isEmpty(), seconds(), figures, broken);
    }
}
