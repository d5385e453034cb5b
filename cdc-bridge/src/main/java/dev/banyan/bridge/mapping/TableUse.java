package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * What a mapping needs of one table, over all aggregates that use it. {@code columns} are all it reads, the key first. Those in
 * {@code redactions} are replaced before anything is stored or sent. {@code dropped} columns must not even be read.
 * {@code parent} columns hold the key of the row that a child row belongs to; empty for a root.
 */
public record TableUse(
        TableId table,
        List<String> key,
        List<String> parent,
        List<String> columns,
        Map<String, Redaction> redactions,
        List<String> dropped) {

    public TableUse {
        key = List.copyOf(key);
        parent = List.copyOf(parent);
        columns = List.copyOf(columns);
        redactions = Map.copyOf(redactions);
        dropped = List.copyOf(dropped);
    }

    /** True when the mapping shows the values of {@code column} as they are; what it does not read, an earlier one may have redacted. */
    public boolean isClear(String column) {
        return columns.contains(column) && !redactions.containsKey(column);
    }

    static List<TableUse> of(List<Aggregate> aggregates) {
        var uses = new LinkedHashMap<TableId, Collected>();
        var lists = aggregates.stream()
                .flatMap(aggregate -> aggregate.lists().stream())
                .sorted(Comparator.comparingInt(Aggregate.Placed::level).reversed())
                .map(Aggregate.Placed::list)
                .toList();
        for (var list : lists) {
            uses.computeIfAbsent(list.table().id(), _ -> new Collected(list.table()))
                    .add(list.table(), list.parent());
        }
        for (var aggregate : aggregates) {
            uses.computeIfAbsent(aggregate.root().id(), _ -> new Collected(aggregate.root()))
                    .add(aggregate.root(), List.of());
        }
        return uses.values().stream().map(Collected::use).toList();
    }

    private static final class Collected {

        private final SourceTable first;
        private final SequencedSet<String> columns = new LinkedHashSet<>();
        private final Map<String, Redaction> redactions = new LinkedHashMap<>();
        private final SequencedSet<String> dropped = new LinkedHashSet<>();
        private List<String> parent = List.of();

        Collected(SourceTable first) {
            this.first = first;
            columns.addAll(first.key());
        }

        void add(SourceTable table, List<String> parentColumns) {
            if (!parentColumns.isEmpty()) {
                parent = parentColumns;
                columns.addAll(parentColumns);
            }
            for (var field : table.fields()) {
                columns.addAll(field.columns());
                var redaction = Redaction.of(field.type());
                if (redaction != null) {
                    field.columns().forEach(column -> redactions.put(column, redaction));
                }
            }
            dropped.addAll(table.drop());
        }

        TableUse use() {
            return new TableUse(
                    first.id(), first.key(), parent, List.copyOf(columns), redactions, List.copyOf(dropped));
        }
    }
}
