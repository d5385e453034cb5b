package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Aggregates that wait together, with all their {@code tables}, when one of these does not fit the mapping any more: those that use a table in common, and
 * those whose events one rule about transactions names.
 */
public record Together(SortedSet<String> aggregates, SortedSet<TableId> tables) {

    /*
     * Rows are remembered by table, so of two aggregates that use one table neither can go on without the other. A rule about transactions looks at
     * all that one transaction gave: where a part of that came later, it would hold twice, or never, or in spite of what it forbids.
     */
    private static final int NAME_CHARACTERS_MAX = 100;

    private record Tied(List<Aggregate> aggregates, Set<Object> ties) {}

    public Together {
        aggregates = Collections.unmodifiableSortedSet(new TreeSet<>(aggregates));
        tables = Collections.unmodifiableSortedSet(new TreeSet<>(tables));
    }

    /** Each of {@code aggregates} in one of them. */
    static List<Together> of(List<Aggregate> aggregates, List<TransactionRule> rules) {
        var all = new ArrayList<Tied>();
        for (var aggregate : aggregates) {
            var joined = new Tied(new ArrayList<>(), ties(aggregate, rules));
            all.removeIf(other -> {
                var isTied = !Collections.disjoint(other.ties, joined.ties);
                if (isTied) { // and to no other: those are not tied among themselves
                    joined.aggregates.addAll(other.aggregates);
                    joined.ties.addAll(other.ties);
                }
                return isTied;
            });
            joined.aggregates.add(aggregate);
            all.add(joined);
        }
        return all.stream()
                .map(tied -> new Together(
                        tied.aggregates.stream().map(Aggregate::name).collect(Collectors.toCollection(TreeSet::new)),
                        tied.aggregates.stream()
                                .flatMap(aggregate -> aggregate.tables().stream())
                                .collect(Collectors.toCollection(TreeSet::new))))
                .toList();
    }

    private static Set<Object> ties(Aggregate aggregate, List<TransactionRule> rules) {
        var ties = new HashSet<Object>(aggregate.tables());
        var events = aggregate.allRules().stream()
                .flatMap(rule -> rule.events().stream())
                .collect(Collectors.toSet());
        rules.stream().filter(rule -> rule.names().anyMatch(events::contains)).forEach(ties::add);
        return ties;
    }

    /** What they are called together: {@code order+stock}; of very many the first, and how many more. */
    public String name() {
        var names = String.join("+", aggregates);
        return aggregates.size() == 1 || names.length() <= NAME_CHARACTERS_MAX
                ? names
                : aggregates.first() + "+" + (aggregates.size() - 1);
    }
}
