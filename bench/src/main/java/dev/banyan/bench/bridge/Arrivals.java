package dev.banyan.bench.bridge;

import java.util.BitSet;

/** Which of {@code count} ids from {@code first} on have arrived; one that is sent again does not count again. For one thread. */
final class Arrivals {

    private final long first;
    private final int count;
    private final BitSet ids;
    private int distinct;

    Arrivals(long first, int count) {
        this.first = first;
        this.count = count;
        this.ids = new BitSet(count);
    }

    /** Notes that {@code id} has come; one that is not among them is none. */
    void add(long id) {
        var place = id - first;
        if (place >= 0 && place < count && !ids.get((int) place)) {
            ids.set((int) place);
            distinct++;
        }
    }

    /** How many different ones have arrived. */
    int distinct() {
        return distinct;
    }

    /** Whether none is missing. */
    boolean areWhole() {
        return distinct == count;
    }
}
