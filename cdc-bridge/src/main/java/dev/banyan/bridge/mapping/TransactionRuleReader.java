package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.EventRule.Where;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code transactions}, the rules about whole transactions, once the aggregates are known. */
final class TransactionRuleReader {

    private final MappingFile.Defaults defaults;
    private final @Nullable Conditions conditions;
    private final Problems problems;
    private final Map<String, Set<Aggregate>> aggregatesByEvent = new TreeMap<>();

    TransactionRuleReader(
            List<Aggregate> aggregates,
            MappingFile.Defaults defaults,
            @Nullable Conditions conditions,
            Problems problems) {
        this.defaults = defaults;
        this.conditions = conditions;
        this.problems = problems;
        for (var aggregate : aggregates) {
            for (var rule : aggregate.allRules()) {
                aggregatesByEvent
                        .computeIfAbsent(rule.event(), _ -> new LinkedHashSet<>())
                        .add(aggregate);
            }
        }
    }

    List<TransactionRule> read(Yaml yaml) {
        var rules = new ArrayList<TransactionRule>();
        if (!(yaml instanceof Yaml.Items items)) {
            problems.add(yaml.at(), "transactions", yaml.kind(), "a list of {event: ..., all: [...]}");
            return rules;
        }
        for (int i = 0; i < items.items().size(); i++) {
            var rule = rule(Section.of(items.items().get(i), "transactions[" + i + "]", problems));
            var same = rules.stream()
                    .filter(other -> other.name().equals(rule.name()))
                    .findFirst();
            same.ifPresent(other -> problems.add(
                    rule.at(),
                    "transactions",
                    "the name '" + rule.name() + "', also in line " + other.at().line(),
                    "another name"));
            rules.add(rule);
        }
        return rules;
    }

    private TransactionRule rule(Section section) {
        var where = section.where();
        var event = section.requiredText("event", "event: a name such as CheckoutCompleted");
        MappingFile.checkName(
                event,
                MappingFile.EVENT_NAME,
                "at most 100 letters and digits, such as CheckoutCompleted",
                section.at("event"),
                where + ".event",
                problems);
        var topic = section.requiredText("topic", "topic: the hub's topic for this event");
        MappingFile.checkTopic(topic, section.at("topic"), where, problems);
        var type = section.requiredText("type", "type: such as shop.sales.{event}.v1");
        MappingFile.checkType(type, section.at("type"), where, problems);
        var name = section.text("name").orElse(event);
        var all = events(section, "all");
        var any = events(section, "any");
        var none = events(section, "none");
        var told = new LinkedHashSet<>(all);
        told.addAll(any);
        var condition = section.find("where").flatMap(found -> condition(found, where + ".where", told));
        if (all.isEmpty() && any.isEmpty()) {
            problems.add(section.at(), where, "no events", "all: or any: with names of events");
        }
        section.end();
        return new TransactionRule(
                event,
                name,
                topic,
                type.replace("{event}", event),
                defaults.contracts(),
                all,
                any,
                none,
                condition.orElse(null),
                section.at());
    }

    /** A condition about the changes that {@code events} tell of: each is a list, by its name. */
    private Optional<Where> condition(Yaml yaml, String where, Set<String> events) {
        var lists = new LinkedHashMap<String, Kind>();
        for (var event : events) {
            var aggregates = List.copyOf(aggregatesByEvent.getOrDefault(event, Set.of()));
            if (aggregates.size() > 1) {
                problems.add(
                        yaml.at(),
                        where,
                        "'" + event + "', which " + aggregates.get(0).name() + " and "
                                + aggregates.get(1).name() + " both have",
                        "events that one aggregate has, so that each tells of one kind of thing");
                return Optional.empty();
            }
            aggregates.forEach(aggregate -> lists.put(
                    event, new Kind.ListOf(StateWords.of(aggregate, event).change())));
        }
        return new WhereReader(new Kind.Thing("condition", lists), conditions, problems).read(yaml, where);
    }

    private List<String> events(Section section, String key) {
        var events = new ArrayList<String>();
        for (var name : section.texts(key)) {
            var where = section.where() + "." + key;
            var aggregates = aggregatesByEvent.get(name.text());
            if (aggregates == null) {
                problems.add(
                        name.at(),
                        where,
                        "'" + name.text() + "'",
                        Words.expected(name.text(), aggregatesByEvent.keySet()));
            } else {
                aggregates.forEach(aggregate -> checkHalts(aggregate, name, where));
            }
            events.add(name.text());
        }
        return events;
    }

    /** What waits comes later and by itself: nobody could say then what its transaction was. */
    private void checkHalts(Aggregate aggregate, Yaml.Scalar name, String where) {
        if (!(aggregate.onFault() instanceof OnFault.Halt)) {
            problems.add(
                    name.at(),
                    where,
                    "'" + name.text() + "' of " + aggregate.name() + ", whose changes may wait or be skipped",
                    "events of aggregates with onFault: halt");
        }
    }
}
