package dev.banyan.rules;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The paths of most weight among any number of them, in bounded memory: when twice as many are kept as should be, the lighter
 * half goes, and what a path may have lost by that is known.
 */
final class HeavyPaths {

    private final int kept;
    private final Map<String, Double> weights = new HashMap<>();
    private double lost;

    HeavyPaths(int kept) {
        this.kept = kept;
    }

    void add(String path, double weight) {
        weights.merge(path, weight, Double::sum);
        if (weights.size() > 2 * kept) {
            double limit = weights.values().stream()
                    .sorted(Comparator.reverseOrder())
                    .skip(kept)
                    .findFirst()
                    .orElseThrow();
            weights.values().removeIf(each -> each <= limit);
            lost += limit;
        }
    }

    /** No path has more than this over what is said of it; one that is not named has at most this. */
    double lost() {
        return lost;
    }

    /** The heaviest, at most {@code most} of them. */
    Map<String, Double> top(int most) {
        var top = new LinkedHashMap<String, Double>();
        weights.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .forEach(each -> top.put(each.getKey(), each.getValue()));
        return top;
    }
}
