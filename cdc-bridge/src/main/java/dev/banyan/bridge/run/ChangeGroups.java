package dev.banyan.bridge.run;

import java.util.Arrays;

/** Which of many things, each known by a number, belong together, as far as pairs of them were joined. Numbers alike are taken for one thing. */
final class ChangeGroups {

    private static final int SLOTS_FIRST = 1 << 12;

    private long[] numbers = new long[SLOTS_FIRST];
    private int[] placeBySlot = new int[SLOTS_FIRST];
    private long[] numberByPlace = new long[SLOTS_FIRST];
    private int[] parents = new int[SLOTS_FIRST];
    private int size;

    /** Puts {@code first} and {@code second} together, and all that belong to either. */
    void join(long first, long second) {
        var a = root(place(first));
        var b = root(place(second));
        if (a != b) {
            parents[Math.max(a, b)] = Math.min(a, b);
        }
    }

    /** A number that all that belong to {@code number} share. */
    long of(long number) {
        return numberByPlace[root(place(number))];
    }

    private int root(int place) {
        var at = place;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    private int place(long number) {
        var slot = slot(number);
        if (placeBySlot[slot] == 0) {
            if (2 * (size + 1) > numbers.length) {
                grow();
                slot = slot(number);
            }
            numbers[slot] = number;
            placeBySlot[slot] = size + 1;
            if (size == parents.length) {
                parents = Arrays.copyOf(parents, 2 * size);
                numberByPlace = Arrays.copyOf(numberByPlace, 2 * size);
            }
            numberByPlace[size] = number;
            parents[size] = size;
            size++;
        }
        return placeBySlot[slot] - 1;
    }

    private int slot(long number) {
        var slot = (int) number & numbers.length - 1;
        while (placeBySlot[slot] != 0 && numbers[slot] != number) {
            slot = slot + 1 & numbers.length - 1;
        }
        return slot;
    }

    private void grow() {
        numbers = new long[2 * numbers.length];
        placeBySlot = new int[numbers.length];
        for (var place = 0; place < size; place++) {
            var slot = slot(numberByPlace[place]);
            numbers[slot] = numberByPlace[place];
            placeBySlot[slot] = place + 1;
        }
    }
}
