package dev.banyan.bridge.cel;

import java.util.AbstractList;
import java.util.Iterator;

/** A list that would take too much memory, of which only the size and the sum are known. */
final class Dropped extends AbstractList<Object> {

    private final int size;
    private final Sum sum;

    Dropped(int size, Sum sum) {
        this.size = size;
        this.sum = sum;
    }

    Sum sum() {
        return sum;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Object get(int index) {
        throw refusal();
    }

    @Override
    public Iterator<Object> iterator() {
        throw refusal();
    }

    private Failure refusal() {
        return new Failure(
                "a list of " + size + " items, of more than " + (Gathered.BYTES_MAX >> 20)
                        + " MB, that map or filter makes and something else than size() or sum() looks at",
                "exists, all or exists_one, which need no list, with the whole condition in them");
    }
}
