package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Optional;

/** Finds the rule of a mapping that gave an event: the event's id is made of it, and of nothing that the event does not carry. One thread uses it. */
public final class RuleOfEvent {

    /** How many events of one rule about many changes may tell of one transaction to be found. */
    private static final int BULKS_MAX = 1_000;

    /** A rule by its name, the event that it names, and where it stands in the mapping. */
    public record Found(String rule, String event, Place at) {}

    private final Mapping mapping;
    private final EventIds ids;

    /** One for the events that the bridge called {@code bridge} has given by {@code mapping}. */
    public RuleOfEvent(Mapping mapping, String bridge) {
        this.mapping = mapping;
        this.ids = new EventIds(bridge);
    }

    /** The rule that gave {@code event}; nothing when the mapping has none that did, any more. */
    public Optional<Found> find(DomainEvent event) {
        var transaction = new Transaction(Sequence.commitLsn(event.sequence()), event.txId(), event.time(), List.of());
        for (var aggregate : mapping.aggregates()) {
            var scope = EventIds.scope(aggregate, mapping.aggregates());
            for (var rule : aggregate.rules()) {
                if (is(event, transaction, scope + rule.name())) {
                    return Optional.of(new Found(rule.name(), rule.event(), rule.at()));
                }
                var bulk = rule.bulk();
                for (var number = 1; bulk != null && number <= BULKS_MAX; number++) {
                    if (is(event, transaction, BulkEvents.idName(rule, number))) {
                        return Optional.of(new Found(rule.name(), bulk.event(), rule.at()));
                    }
                }
            }
        }
        return mapping.transactions().stream()
                .filter(rule -> is(event, transaction, TransactionEvents.idName(rule)))
                .findFirst()
                .map(rule -> new Found(rule.name(), rule.event(), rule.at()));
    }

    private boolean is(DomainEvent event, Transaction transaction, String idName) {
        return ids.id(transaction, idName, event.subject()).equals(event.id());
    }
}
