package dev.banyan.bench.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** All figures of a run, by case and peer in the order they came, and what was skipped and why. For one thread. */
public final class Results {

    /** The name under which the load generator's figures without any proxy stand. */
    public static final String DIRECT = "direct";

    /** Rows of the case that asks plain, mirrored and plain again in turn. */
    public static final String PLAIN = "plain";

    public static final String MIRRORED = "mirrored";
    public static final String PLAIN_AGAIN = "plain again";

    /** Rows of the case that asks with one rule and with many in turn. */
    public static final String ONE_RULE = "1 rule";

    public static final String MANY_RULES = "many rules";

    private final Map<String, Map<String, Map<Measure, List<Double>>>> values = new LinkedHashMap<>();
    private final Map<String, String> titleByCase = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();

    /** Names {@code caseName}; its figures may follow. */
    public void begin(String caseName, String title) {
        titleByCase.put(caseName, title);
    }

    /** Adds one value of one round. */
    public void add(String caseName, String peer, Measure measure, double value) {
        values.computeIfAbsent(caseName, any -> new LinkedHashMap<>())
                .computeIfAbsent(peer, any -> new EnumMap<>(Measure.class))
                .computeIfAbsent(measure, any -> new ArrayList<>())
                .add(value);
    }

    /** Takes back what {@code peer} had in {@code caseName}, and notes why. */
    public void drop(String caseName, String peer, String why) {
        values.getOrDefault(caseName, new LinkedHashMap<>()).remove(peer);
        skip(caseName + " on " + peer, why);
    }

    /** Notes that {@code what}, a case or a peer, was left out. */
    public void skip(String what, String why) {
        skipped.put(what, why);
    }

    public Map<String, String> skipped() {
        return Map.copyOf(skipped);
    }

    /** Returns the cases that have figures, with their titles. */
    public Map<String, String> cases() {
        var measured = new LinkedHashMap<>(titleByCase);
        measured.keySet().removeIf(name -> peers(name).isEmpty());
        return measured;
    }

    /** Returns the peers that have figures in {@code caseName}. */
    public List<String> peers(String caseName) {
        return List.copyOf(values.getOrDefault(caseName, Map.of()).keySet());
    }

    /** Returns the values of one measure. */
    public Optional<Series> series(String caseName, String peer, Measure measure) {
        return Optional.ofNullable(values.getOrDefault(caseName, Map.of())
                        .getOrDefault(peer, Map.of())
                        .get(measure))
                .map(Series::new);
    }

    /** Returns the median of one measure. */
    public OptionalDouble median(String caseName, String peer, Measure measure) {
        return series(caseName, peer, measure).stream()
                .mapToDouble(Series::median)
                .findFirst();
    }

    /** Returns the median of what {@code one} has over what {@code other} has, turn by turn. */
    public OptionalDouble pairedRatio(String caseName, String one, String other, Measure measure) {
        var ones = series(caseName, one, measure).map(Series::values).orElse(List.of());
        var others = series(caseName, other, measure).map(Series::values).orElse(List.of());
        if (ones.isEmpty() || ones.size() != others.size()) {
            return OptionalDouble.empty();
        }
        var ratios = new ArrayList<Double>();
        for (var turn = 0; turn < ones.size(); turn++) {
            ratios.add(ones.get(turn) / others.get(turn));
        }
        return OptionalDouble.of(new Series(ratios).median());
    }

    /** Returns the median of ours over that of {@code peer}. */
    public OptionalDouble ratio(String caseName, String peer, Measure measure) {
        var ours = median(caseName, "banyan", measure);
        var theirs = median(caseName, peer, measure);
        return ours.isPresent() && theirs.isPresent() && theirs.getAsDouble() != 0
                ? OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble())
                : OptionalDouble.empty();
    }
}
