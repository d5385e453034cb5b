package dev.banyan.bridge.cel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/** What the steps of one loop have added: a list as long as memory takes it, and its size and its sum in any case. */
final class Gathered {

    /** What the items of one list may take, roughly. */
    static final long BYTES_MAX = 16L << 20;

    private static final int EACH_BYTES = 80;
    private static final int CHARACTER_BYTES = 2;

    private final List<Object> items = new ArrayList<>();
    private final Sum sum = new Sum();
    private long bytes;
    private int size;

    Gathered with(Object item) {
        size++;
        sum.add(item);
        if (bytes <= BYTES_MAX) {
            bytes += bytes(item);
            items.add(item);
        } else {
            items.clear();
        }
        return this;
    }

    /** All of them, as something that CEL takes for a list. */
    Object list() {
        return bytes <= BYTES_MAX ? ImmutableList.copyOf(items) : new AsItIs(new Dropped(size, sum));
    }

    private static long bytes(Object item) {
        return EACH_BYTES
                + switch (item) {
                    case String text -> (long) CHARACTER_BYTES * text.length();
                    case CelThing thing -> (long) CHARACTER_BYTES * thing.bytes();
                    case ImmutableList<?> list ->
                        list.stream().mapToLong(Gathered::bytes).sum();
                    default -> 0L;
                };
    }
}
