package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Many;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Many things as a list of which only what is looked at is in memory. */
final class Things extends AbstractList<Object> implements RandomAccess {

    /*
     * Not as fast as it says at any index but the one behind the last: lists that do not say so are copied by CEL where a loop's variable is one.
     */

    /** Thrown where things cannot be read any more, which is no answer to a condition, whatever CEL makes of it. */
    static final class Unread extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final RuntimeException why;

        private Unread(RuntimeException why) {
            super("not read"); // of one with a cause CEL would keep the cause alone
            this.why = why;
        }

        RuntimeException why() {
            return why;
        }
    }

    private final Many many;
    private final Kind.Thing item;
    private @Nullable Iterator<Object> from;
    private int next;

    Things(Many many, Kind.Thing item) {
        this.many = many;
        this.item = item;
    }

    @Override
    public int size() {
        return many.size();
    }

    @Override
    public Object get(int index) {
        Objects.checkIndex(index, size());
        var open = from;
        if (open == null || index < next) {
            open = iterator();
            next = 0;
        }
        from = null; // should a read fail
        for (; next < index; next++) {
            open.next();
        }
        var found = open.next();
        next++;
        from = open;
        return found;
    }

    @Override
    public Iterator<Object> iterator() {
        var each = read(many::iterator);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return read(each::hasNext);
            }

            @Override
            public Object next() {
                Effort.spend(1);
                var next = read(each::next);
                return new CelThing(item, next.values(), next.bytes());
            }
        };
    }

    private static <T> T read(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (RuntimeException e) {
            var unread = new Unread(e);
            Effort.broken(unread);
            throw unread;
        }
    }
}
