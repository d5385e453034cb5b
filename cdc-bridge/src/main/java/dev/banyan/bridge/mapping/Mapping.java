package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.EventRule.Where;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A whole mapping file, checked: what {@link MappingFile#read} returns and {@link Mapper} applies. {@code contracts} is the start of the
 * URI of each event's schema; {@code transactions} are rules about all that a transaction did.
 */
public record Mapping(Path file, String contracts, List<Aggregate> aggregates, List<TransactionRule> transactions) {

    /** Where contracts are that nobody has published. */
    static final String UNPUBLISHED = "urn:banyan:contract:";

    public Mapping {
        aggregates = List.copyOf(aggregates);
        transactions = List.copyOf(transactions);
    }

    /** Every topic that its events go to. */
    public Set<String> topics() {
        var topics = new TreeSet<String>();
        aggregates.forEach(aggregate -> topics.add(aggregate.topic()));
        transactions.forEach(rule -> topics.add(rule.topic()));
        return topics;
    }

    /** The URI of the schema of the data of events of {@code type}, when contracts are published under {@code base}. */
    public static String schemaUri(String base, String type) {
        return base + type + ".json";
    }

    /**
     * What the mapping needs of each table. Tables of children come before those of the rows above them, and tables of roots last:
     * backfilled in this order, an aggregate is complete when its root is read.
     */
    public List<TableUse> tables() {
        return TableUse.of(aggregates);
    }

    /** Its aggregates, by who waits together when a table does not fit any more. */
    public List<Together> together() {
        return Together.of(aggregates, transactions);
    }

    /** The places that each table has, a word each: an aggregate's root, or a list below the rows of a table, by columns. Its rows are remembered for these. */
    Map<TableId, Set<String>> places() {
        var places = new HashMap<TableId, Set<String>>();
        for (var aggregate : aggregates) {
            places.computeIfAbsent(aggregate.root().id(), _ -> new TreeSet<>()).add(aggregate.name());
            for (var placed : aggregate.lists()) {
                var list = placed.list();
                places.computeIfAbsent(list.table().id(), _ -> new TreeSet<>())
                        .add(aggregate.name() + "." + placed.path() + " in "
                                + placed.above().id() + " by " + String.join(", ", list.parent()));
            }
        }
        return places;
    }

    /** Where the key of {@code table} is said first, for a message. */
    String named(TableId table) {
        return aggregates.stream()
                .flatMap(aggregate -> aggregate.sourceTables().stream())
                .filter(each -> each.id().equals(table))
                .map(each -> file.getFileName() + ":" + each.at().line() + ":"
                        + each.at().column())
                .findFirst()
                .orElse(file.toString());
    }

    /** The words of those events, by name. */
    Map<String, StateWords> askedWords() {
        var asked = asked().events();
        var words = new HashMap<String, StateWords>();
        for (var aggregate : aggregates) {
            for (var rule : aggregate.allRules()) {
                if (asked.contains(rule.event())) {
                    words.computeIfAbsent(rule.event(), event -> StateWords.of(aggregate, event));
                }
            }
        }
        return Map.copyOf(words);
    }

    /** What conditions about whole transactions look at. */
    LookedAt asked() {
        return new LookedAt(toldOf(_ -> true), toldOf(where -> where.text().contains(StateWords.AGGREGATE)));
    }

    private Set<String> toldOf(Predicate<Where> which) {
        return transactions.stream()
                .filter(rule -> rule.where() != null && which.test(rule.where()))
                .flatMap(rule -> rule.toldOf().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
