package dev.banyan.bridge.run;

import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.PartEvent;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/** The events of a transaction that was mapped in parts, in the order that they would have if it had been mapped as a whole; they lie in files. */
final class PartEvents extends AbstractCollection<PartEvent> {

    /*
     * A part's events are in the order in which its changes touched their aggregates first, as those of a whole transaction are, and all that touches
     * an aggregate is in one part. So the parts' lists only have to be merged by these places; events of one place, and so of one part, stay as they are.
     */
    private final List<LargeList<PartEvent>> parts = new ArrayList<>();
    private final Runnable eachEvent;
    private int size;

    /** {@code eachEvent} runs whenever one is read, and may break it off. */
    PartEvents(Runnable eachEvent) {
        this.eachEvent = eachEvent;
    }

    /** Adds the events of the next part. */
    void addPart(List<PartEvent> events) {
        if (!events.isEmpty()) {
            var part = new LargeList<>(0, PartEvent.CODEC);
            part.addAll(events);
            parts.add(part);
            size += events.size();
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Iterator<PartEvent> iterator() {
        return new Merging();
    }

    private static final class Head {
        private final int part;
        private final Iterator<PartEvent> left;
        private PartEvent event;

        Head(int part, Iterator<PartEvent> left) {
            this.part = part;
            this.left = left;
            this.event = left.next();
        }

        int place() {
            return event.place();
        }

        int part() {
            return part;
        }
    }

    private final class Merging implements Iterator<PartEvent> {

        private final PriorityQueue<Head> heads =
                new PriorityQueue<>(Comparator.comparingInt(Head::place).thenComparingInt(Head::part));

        Merging() {
            for (var part = 0; part < parts.size(); part++) {
                heads.add(new Head(part, parts.get(part).iterator()));
            }
        }

        @Override
        public boolean hasNext() {
            return !heads.isEmpty();
        }

        @Override
        public PartEvent next() {
            eachEvent.run();
            var head = heads.poll();
            if (head == null) {
                throw new NoSuchElementException();
            }
            var event = head.event;
            if (head.left.hasNext()) {
                head.event = head.left.next();
                heads.add(head);
            }
            return event;
        }
    }
}
