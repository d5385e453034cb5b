package dev.banyan.bridge.mapping;

import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads {@code transactions}, the rules about whole transactions, once the aggregates are known. */
final class TransactionRuleReader {

    private final MappingFile.Defaults defaults;
    private final Problems problems;
    private final Map<String, Aggregate> aggregateByEvent = new TreeMap<>();

    TransactionRuleReader(List<Aggregate> aggregates, MappingFile.Defaults defaults, Problems problems) {
        this.defaults = defaults;
        this.problems = problems;
        for (var aggregate : aggregates) {
            aggregate.rules().forEach(rule -> aggregateByEvent.putIfAbsent(rule.event(), aggregate));
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
                "[A-Za-z][A-Za-z0-9]*",
                "letters and digits, such as CheckoutCompleted",
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
        if (all.isEmpty() && any.isEmpty()) {
            problems.add(section.at(), where, "no events", "all: or any: with names of events");
        }
        section.end();
        return new TransactionRule(
                event, name, topic, type.replace("{event}", event), defaults.contracts(), all, any, none, section.at());
    }

    private List<String> events(Section section, String key) {
        var events = new ArrayList<String>();
        for (var name : section.texts(key)) {
            var where = section.where() + "." + key;
            var aggregate = aggregateByEvent.get(name.text());
            if (aggregate == null) {
                problems.add(
                        name.at(),
                        where,
                        "'" + name.text() + "'",
                        Words.expected(name.text(), aggregateByEvent.keySet()));
            } else if (!(aggregate.onFault() instanceof OnFault.Halt)) {
                // What waits comes later and by itself: nobody could say then what its transaction was.
                problems.add(
                        name.at(),
                        where,
                        "'" + name.text() + "' of " + aggregate.name() + ", whose changes may wait or be skipped",
                        "events of aggregates with onFault: halt");
            }
            events.add(name.text());
        }
        return events;
    }
}
