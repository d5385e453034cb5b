package dev.banyan.bridge.store;

import dev.banyan.bridge.store.Parity.Fate;
import dev.banyan.bridge.store.Parity.Found;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts how rows of one table compare. One thread uses it. */
public final class ParityCount {

    private final Map<Fate, Long> rows = new EnumMap<>(Fate.class);
    private final SortedMap<String, Long> columns = new TreeMap<>();
    private final List<Found> found = new ArrayList<>();

    /** Counts a row under {@code key}, which differs in {@code differing}. */
    public void add(String key, Fate fate, List<String> differing) {
        add(fate, 1);
        differing.forEach(column -> columns.merge(column, 1L, Long::sum));
        if (fate.differs() && found.size() < Parity.FOUND_MAX) {
            found.add(new Found(key, fate, differing));
        }
    }

    /** Counts what was counted before. */
    public void add(Parity parity) {
        add(Fate.ALIKE, parity.alike());
        add(Fate.MISSING, parity.missing());
        add(Fate.ALTERED, parity.altered());
        add(Fate.GONE, parity.gone());
        add(Fate.WAITING, parity.waiting());
        add(Fate.CHANGED, parity.changed());
        parity.columns().forEach((column, count) -> columns.merge(column, count, Long::sum));
        parity.found().stream().limit(Parity.FOUND_MAX - found.size()).forEach(found::add);
    }

    private void add(Fate fate, long count) {
        rows.merge(fate, count, Long::sum);
    }

    /** How many rows are named. */
    public int named() {
        return found.size();
    }

    /** What was counted so far. */
    public Parity counted() {
        return new Parity(
                count(Fate.ALIKE),
                count(Fate.MISSING),
                count(Fate.ALTERED),
                count(Fate.GONE),
                count(Fate.WAITING),
                count(Fate.CHANGED),
                columns,
                found);
    }

    private long count(Fate fate) {
        return rows.getOrDefault(fate, 0L);
    }
}
