package dev.banyan.loyalty.ledger;

import java.util.LinkedHashSet;

/** The ids of the last events applied, at most {@link #MAX}. It only names what happened; correctness never rests on it. */
final class RecentIds {

    static final int MAX = 20_000;

    private final LinkedHashSet<String> ids = new LinkedHashSet<>();

    boolean contains(String id) {
        return ids.contains(id);
    }

    void add(String id) {
        if (ids.add(id) && ids.size() > MAX) {
            ids.removeFirst();
        }
    }
}
