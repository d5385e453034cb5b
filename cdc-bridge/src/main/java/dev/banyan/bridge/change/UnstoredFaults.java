package dev.banyan.bridge.change;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What waits in a trial: what does so already, and what the trial lets wait besides. Nothing of it is stored. */
public final class UnstoredFaults implements Faults {

    private final Faults before;
    private final Map<Waiting, String> waiting = new HashMap<>();
    private final Map<String, String> joined = new HashMap<>();

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
        return before.isWaiting(aggregate) || waiting.containsKey(aggregate);
    }

    @Override
    public @Nullable String group(Waiting aggregate) {
        var stored = before.group(aggregate);
        var group = stored == null ? waiting.get(aggregate) : stored;
        return group == null ? null : joined.getOrDefault(group, group);
    }

    @Override
    public int waiting(String aggregate) {
        return before.waiting(aggregate)
                + (int) waiting.keySet().stream()
                        .filter(each -> each.aggregate().equals(aggregate))
                        .count();
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        var groups = aggregates.stream()
                .map(this::group)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        var group = groups.isEmpty() ? "trial " + waiting.size() : groups.getFirst();
        for (var each : groups) {
            joined.replaceAll((_, to) -> to.equals(each) ? group : to);
            joined.put(each, group);
        }
        aggregates.forEach(each -> add(each, group));
    }

    @Override
    public void parkPaused(String aggregate, Transaction part) {
        add(new Waiting(aggregate, KeyText.NONE), aggregate);
    }

    private void add(Waiting aggregate, String group) {
        if (!before.isWaiting(aggregate)) {
            waiting.putIfAbsent(aggregate, group);
        }
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        // what is skipped leaves nothing behind that a later transaction asks for
    }
}
