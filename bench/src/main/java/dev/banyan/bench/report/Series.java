package dev.banyan.bench.report;

import java.util.Arrays;
import java.util.List;

/** The values of one measure, one a round. */
public record Series(List<Double> values) {

    public Series {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a series without values");
        }
        values = List.copyOf(values);
    }

    public double median() {
        var sorted = sorted();
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    public double min() {
        return sorted()[0];
    }

    public double max() {
        return sorted()[values.size() - 1];
    }

    private double[] sorted() {
        var sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }
}
