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
 * children} are lists of rows that belong to it, which may have lists of their own. {@code rules} are tried in order and the first that holds names the event. {@code contracts} is
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

    /**
     * Rows of {@code table} that become the list {@code name}; their {@code parent} columns hold the key of the row above: the root, or a row of
     * the list that this one stands in. Each of them has the lists {@code children}. The first of {@code rules} that holds for what a transaction did
     * to a row names an event about that row; there may be none.
     */
    public record ChildList(
            String name, SourceTable table, List<String> parent, List<ChildList> children, List<EventRule> rules) {
        public ChildList {
            parent = List.copyOf(parent);
            children = List.copyOf(children);
            rules = List.copyOf(rules);
        }

        /** The fields that tell a row from the others below the same row above: those of its key that {@code parent} does not hold. */
        public List<Field> keyFields() {
            return table.key().stream()
                    .filter(column -> !parent.contains(column))
                    .flatMap(column -> table.field(column).stream())
                    .toList();
        }

        private Stream<Placed> placed(SourceTable above, String aboveName, String pathAbove, int level) {
            var path = pathAbove.isEmpty() ? name : pathAbove + "." + name;
            var where = aboveName + ".children." + name;
            return Stream.concat(
                    Stream.of(new Placed(this, above, where, path, level)),
                    children.stream().flatMap(child -> child.placed(table, where, path, level + 1)));
        }
    }

    /**
     * A list with the table of the rows above it. {@code where} is what problems call it, {@code path} the names of the lists down to it; one of the
     * root's is at level 1.
     */
    public record Placed(ChildList list, SourceTable above, String where, String path, int level) {

        /** The names of the lists down to it. */
        public List<String> names() {
            return List.of(path.split("\\.", -1));
        }
    }

    /** All its lists, each before those in it. */
    public List<Placed> lists() {
        return children.stream()
                .flatMap(child -> child.placed(root, name, "", 1))
                .toList();
    }

    /** The tables it is spread over, the root's first; one may be used by several lists. */
    public List<SourceTable> sourceTables() {
        return Stream.concat(Stream.of(root), lists().stream().map(placed -> placed.list()
                        .table()))
                .toList();
    }

    /** Every table it is spread over. */
    public Set<TableId> tables() {
        return sourceTables().stream().map(SourceTable::id).collect(Collectors.toSet());
    }

    /** Its own rules, then those about the rows of its lists. */
    public List<EventRule> allRules() {
        return Stream.concat(rules.stream(), lists().stream().flatMap(placed -> placed.list().rules().stream()))
                .toList();
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
        return allRules().stream()
                .flatMap(rule -> rule.events().stream())
                .filter(event -> type(event).equals(type))
                .findFirst();
    }
}
