package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Faults that live as long as a test. */
final class FaultsInMemory implements Faults {

    record Parked(Set<Waiting> aggregates, Transaction part, String message) {}

    final List<Parked> parked = new ArrayList<>();
    final List<String> skipped = new ArrayList<>();
    private final Map<Waiting, String> waiting = new HashMap<>();

    @Override
    public boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Override
    public boolean isWaiting(Waiting aggregate) {
        return waiting.containsKey(aggregate);
    }

    @Override
    public @Nullable String group(Waiting aggregate) {
        return waiting.get(aggregate);
    }

    @Override
    public int waiting(String aggregate) {
        return (int) waiting.keySet().stream()
                .filter(each -> each.aggregate().equals(aggregate))
                .count();
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        var group = "group " + parked.size();
        var joined =
                aggregates.stream().map(waiting::get).filter(Objects::nonNull).toList();
        waiting.replaceAll((_, each) -> joined.contains(each) ? group : each);
        aggregates.forEach(each -> waiting.put(each, group));
        parked.add(new Parked(aggregates, part, message));
    }

    @Override
    public void parkPaused(String aggregate, Transaction part) {
        parked.add(new Parked(Set.of(new Waiting(aggregate, KeyText.NONE)), part, ""));
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        skipped.add(aggregate.key() + ": " + reason);
    }
}
