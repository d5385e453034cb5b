package dev.banyan.bridge.change;

import java.util.HashSet;
import java.util.Set;

/** What waits in a trial: what does so already, and what the trial lets wait besides. Nothing of it is stored. */
public final class UnstoredFaults implements Faults {

    private final Faults before;
    private final Set<Waiting> waiting = new HashSet<>();

    /** A trial that begins with what waits in {@code before}, which it reads only. */
    public UnstoredFaults(Faults before) {
        this.before = before;
    }

    @Override
    public boolean isEmpty() {
        return before.isEmpty() && waiting.isEmpty();
    }

    @Override
    public boolean isWaiting(Waiting aggregate) {
        return before.isWaiting(aggregate) || waiting.contains(aggregate);
    }

    @Override
    public int waiting(String aggregate) {
        return before.waiting(aggregate)
                + (int) waiting.stream()
                        .filter(each -> each.aggregate().equals(aggregate))
                        .count();
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        aggregates.forEach(this::add);
    }

    @Override
    public void parkPaused(String aggregate, Transaction part) {
        add(new Waiting(aggregate, KeyText.NONE));
    }

    private void add(Waiting aggregate) {
        if (!before.isWaiting(aggregate)) {
            waiting.add(aggregate);
        }
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        // what is skipped leaves nothing behind that a later transaction asks for
    }
}
