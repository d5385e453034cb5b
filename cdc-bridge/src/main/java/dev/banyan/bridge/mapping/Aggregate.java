package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One thing the business knows (a product, an order) and the tables it is spread over. {@code root} has one row for each; {@code
 * children} are lists of rows that belong to it. {@code rules} are tried in order and the first that holds names the event. {@code contracts} is
 * where the schemas of its events are.
 */
public record Aggregate(
        String name,
        Place at,
        String topic,
        Subject subject,
        String typeTemplate,
        String contracts,
        OnFault onFault,
        SourceTable root,
        List<ChildList> children,
        List<EventRule> rules) {

    public Aggregate {
        children = List.copyOf(children);
        rules = List.copyOf(rules);
    }

    /** Rows of {@code table} that become the list {@code name}; their {@code parent} columns hold the root's key. */
    public record ChildList(String name, SourceTable table, List<String> parent) {
        public ChildList {
            parent = List.copyOf(parent);
        }
    }

    /** Every table it is spread over. */
    public Set<TableId> tables() {
        return Stream.concat(Stream.of(root), children.stream().map(ChildList::table))
                .map(SourceTable::id)
                .collect(Collectors.toSet());
    }

    /** The full type of the event called {@code event}. */
    public String type(String event) {
        return typeTemplate.replace("{event}", event);
    }

    /** The URI of the schema of the event called {@code event}. */
    public String schema(String event) {
        return Mapping.schemaUri(contracts, type(event));
    }

    /** The subject of its bulk events. */
    public String bulkSubject() {
        return "bulk:" + name;
    }

    /** The event's name in {@code type}, when it is one of this aggregate's types. */
    public Optional<String> eventOf(String type) {
        return rules.stream()
                .flatMap(rule -> rule.bulk() == null
                        ? Stream.of(rule.event())
                        : Stream.of(rule.event(), rule.bulk().event()))
                .filter(event -> type(event).equals(type))
                .findFirst();
    }
}
