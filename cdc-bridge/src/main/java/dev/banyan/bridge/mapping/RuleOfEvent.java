package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.Aggregate.Placed;
import dev.banyan.bridge.yaml.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Finds the rule of a mapping that gave an event: the event's id is made of it, and of nothing that the event does not carry. One thread uses it. */
public final class RuleOfEvent {

    /** A rule by its name, the event that it names, and where it stands in the mapping. */
    public record Found(String rule, String event, Place at) {}

    private static final JsonFactory JSON = new JsonFactory();

    private final Mapping mapping;
    private final EventIds ids;
    private final Map<String, String> scopeByAggregate;

    /** One for the events that the bridge called {@code bridge} has given by {@code mapping}. */
    public RuleOfEvent(Mapping mapping, String bridge) {
        this.mapping = mapping;
        this.ids = new EventIds(bridge);
        var all = mapping.aggregates();
        scopeByAggregate =
                all.stream().collect(Collectors.toMap(Aggregate::name, aggregate -> EventIds.scope(aggregate, all)));
    }

    /** The rule that gave {@code event}; nothing when the mapping has none that did, any more, or it cannot be told which. */
    public Optional<Found> find(DomainEvent event) {
        if (Sequence.isOfGone(event.sequence())) {
            return onlyOne(event);
        }
        var transaction = new Transaction(Sequence.commitLsn(event.sequence()), event.txId(), event.time(), List.of());
        for (var aggregate : mapping.aggregates()) {
            var scope = scopeByAggregate.getOrDefault(aggregate.name(), "");
            for (var rule : aggregate.rules()) {
                if (is(event, transaction, scope + rule.name())) {
                    return Optional.of(new Found(rule.name(), rule.event(), rule.at()));
                }
            }
            var ofRow = aggregate.lists().stream()
                    .flatMap(placed -> ofRow(event, transaction, scope, aggregate, placed).stream())
                    .findFirst();
            if (ofRow.isPresent()) {
                return ofRow;
            }
            var ofMany = ofMany(event, transaction, aggregate);
            if (ofMany.isPresent()) {
                return ofMany;
            }
        }
        return mapping.transactions().stream()
                .filter(rule -> is(event, transaction, TransactionEvents.idName(rule)))
                .findFirst()
                .map(rule -> new Found(rule.name(), rule.event(), rule.at()));
    }

    /** The only rule that names events of this type: the id of one about rows that are gone has a number in it that the event does not carry. */
    private Optional<Found> onlyOne(DomainEvent event) {
        var rules = mapping.aggregates().stream()
                .flatMap(aggregate -> aggregate.allRules().stream()
                        .filter(rule -> aggregate.type(rule.event()).equals(event.type())))
                .toList();
        return rules.size() == 1
                ? Optional.of(new Found(
                        rules.getFirst().name(),
                        rules.getFirst().event(),
                        rules.getFirst().at()))
                : Optional.empty();
    }

    /** The rule with {@code bulk}; the number of the part, which is in the id, is in the event's data. */
    private Optional<Found> ofMany(DomainEvent event, Transaction transaction, Aggregate aggregate) {
        var part =
                event.subject().equals(aggregate.bulkSubject()) && !event.data().isEmpty()
                        ? texts(event.data()).get("/part")
                        : null;
        for (var rule : aggregate.allRules()) {
            var bulk = rule.bulk();
            if (part != null && bulk != null && is(event, transaction, BulkParts.idName(rule, part))) {
                return Optional.of(new Found(rule.name(), bulk.event(), rule.at()));
            }
        }
        return Optional.empty();
    }

    /** The rule about rows of a list; the key of the row, which is in the id, is in the event's data. */
    private Optional<Found> ofRow(
            DomainEvent event, Transaction transaction, String scope, Aggregate aggregate, Placed placed) {
        var rules = placed.list().rules().stream()
                .filter(rule -> aggregate.type(rule.event()).equals(event.type()))
                .toList();
        var key = rules.isEmpty() ? null : key(event.data(), aggregate.children(), placed);
        return key == null
                ? Optional.empty()
                : rules.stream()
                        .filter(rule -> ids.ofItem(ids.id(transaction, scope + rule.name(), event.subject()), key)
                                .equals(event.id()))
                        .findFirst()
                        .map(rule -> new Found(rule.name(), rule.event(), rule.at()));
    }

    /** The key of the row of {@code placed} that {@code data} tells of; null when the data is elsewhere. */
    private static @Nullable List<Object> key(String data, List<ChildList> lists, Placed placed) {
        if (data.isEmpty()) {
            return null;
        }
        var texts = texts(data);
        var key = new ArrayList<Object>();
        var place = "";
        var below = lists;
        for (var name : placed.names()) {
            place += "/" + name;
            for (var list : below) {
                if (list.name().equals(name)) {
                    for (var field : list.keyFields()) {
                        key.add(texts.getOrDefault(place + "/" + field.name(), ""));
                    }
                    below = list.children();
                    break;
                }
            }
        }
        return key;
    }

    /** The values in {@code data} by their places, such as {@code /lines/no}. */
    private static Map<String, String> texts(String data) {
        var texts = new HashMap<String, String>();
        try (var json = JSON.createParser(ObjectReadContext.empty(), data)) {
            for (var token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isScalarValue()) {
                    texts.put(json.streamReadContext().pathAsPointer().toString(), json.getString());
                }
            }
        }
        return texts;
    }

    private boolean is(DomainEvent event, Transaction transaction, String idName) {
        return ids.id(transaction, idName, event.subject()).equals(event.id());
    }
}
