package dev.banyan.bridge.store;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * How the rows of a table compare with what is remembered of them: so many are alike, are not remembered, are remembered otherwise, are remembered and
 * not there; and so many cannot be judged, because what came of them waits or they changed meanwhile. {@code columns} says how many rows differ in
 * each; {@code found} are the first rows that differ.
 */
public record Parity(
        long alike,
        long missing,
        long altered,
        long gone,
        long waiting,
        long changed,
        SortedMap<String, Long> columns,
        List<Found> found) {

    /** So many rows of a table that differ are named. */
    public static final int FOUND_MAX = 20;

    /** Nothing is compared. */
    public static final Parity NONE = new Parity(0, 0, 0, 0, 0, 0, new TreeMap<>(), List.of());

    private static final JsonMapper JSON = new JsonMapper();

    /** How a row compares. */
    public enum Fate {
        ALIKE,
        MISSING,
        ALTERED,
        GONE,
        WAITING,
        CHANGED;

        /** True when both sides do not hold the same. */
        public boolean differs() {
            return this == MISSING || this == ALTERED || this == GONE;
        }

        /** It in a word for people. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A row that differs, by its key; of one that is altered, in which columns. */
    public record Found(String key, Fate fate, List<String> columns) {
        public Found {
            columns = List.copyOf(columns);
        }
    }

    public Parity {
        columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
        found = List.copyOf(found);
    }

    /** What {@code all} come to together, without the rows that they name. */
    public static Parity sum(Collection<Parity> all) {
        var sum = new ParityCount();
        all.forEach(sum::add);
        var counted = sum.counted();
        return new Parity(
                counted.alike,
                counted.missing,
                counted.altered,
                counted.gone,
                counted.waiting,
                counted.changed,
                new TreeMap<>(),
                List.of());
    }

    /** How many rows of both sides could be judged. */
    public long compared() {
        return alike + differing();
    }

    /** How many of these are not the same on both sides. */
    public long differing() {
        return missing + altered + gone;
    }

    static @Nullable Parity read(@Nullable String json) {
        return json == null ? null : JSON.readValue(json, Parity.class);
    }

    String write() {
        return JSON.writeValueAsString(this);
    }

    /** Puts what people want to know into {@code json}. */
    void describe(Map<String, @Nullable Object> json) {
        json.put("compared", compared());
        json.put("differing", differing());
        json.put("missing", missing);
        json.put("altered", altered);
        json.put("gone", gone);
        json.put("waiting", waiting);
        json.put("changed", changed);
        json.put("columns", columns);
        json.put(
                "found",
                found.stream()
                        .map(row -> Map.of("key", row.key, "fate", row.fate.word(), "columns", row.columns))
                        .toList());
    }
}
