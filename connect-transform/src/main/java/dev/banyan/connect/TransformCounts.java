package dev.banyan.connect;

import java.util.LinkedHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;

/** Counts what becomes of records, so that nothing disappears quietly. */
final class TransformCounts {

    /** Records that became an event. */
    final LongAdder events = new LongAdder();

    /** Rows of tables that no aggregate has. */
    final LongAdder unmatched = new LongAdder();

    /** Changes of mapped rows that no event shows. */
    final LongAdder unchanged = new LongAdder();

    /** Changes that the mapping has no answer for and says to skip. */
    final LongAdder skipped = new LongAdder();

    /** Tombstones, changes of the schema and other records about no row. */
    final LongAdder notices = new LongAdder();

    /** Records that were refused, with what Connect then does. */
    final LongAdder failed = new LongAdder();

    /** Shows the counts among the worker's metrics. */
    void showIn(PluginMetrics metrics) {
        show(metrics, "events-total", "records that became an event", events);
        show(metrics, "unmatched-total", "rows of tables that no aggregate has, dropped", unmatched);
        show(metrics, "unchanged-total", "changes of mapped rows that no event shows, dropped", unchanged);
        show(metrics, "skipped-total", "changes the mapping has no answer for and says to skip", skipped);
        show(metrics, "notices-total", "tombstones and other records about no row, dropped", notices);
        show(metrics, "failed-total", "records that were refused", failed);
    }

    private static void show(PluginMetrics metrics, String name, String description, LongAdder count) {
        metrics.addMetric(
                metrics.metricName(name, description, new LinkedHashMap<>()), (Gauge<Long>) (_, _) -> count.sum());
    }

    @Override
    public String toString() {
        return "events " + events + ", unmatched " + unmatched + ", unchanged " + unchanged + ", skipped " + skipped
                + ", notices " + notices + ", failed " + failed;
    }
}
