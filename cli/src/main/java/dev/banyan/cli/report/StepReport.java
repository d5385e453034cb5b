package dev.banyan.cli.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One step: what it was, whether every claim held, how long it took, what it measured and which claims broke. */
public record StepReport(
        String name, String title, boolean held, double seconds, Map<String, Object> figures, List<String> broken) {
    public StepReport {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures)); // in the order they were measured
        broken = List.copyOf(broken);
    }
}
