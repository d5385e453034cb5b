package dev.banyan.bridge.scaffold;

import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.scaffold.LegacySchema.Table;
import dev.banyan.bridge.scaffold.LegacySchema.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the mapping file that {@link TableGuess}es make: each table with a key of its own is an aggregate, the others are its lists. */
final class MappingText {

    /** A table whose key holds the key of another. */
    private record Child(Table table, List<String> parent) {}

    private final LegacySchema schema;
    private final String prefix;
    private final Map<String, String> refused;
    private final List<Table> roots = new ArrayList<>();
    private final Map<String, List<Child>> childrenByTable = new TreeMap<>();
    private final Set<String> codeNames = new HashSet<>();
    private final Map<String, Values> codes = new LinkedHashMap<>();
    private final StringBuilder aggregates = new StringBuilder();
    private boolean isHashing;
    private boolean isLocalTime;

    /** A mapping of {@code schema} whose topics begin with {@code prefix}. */
    MappingText(LegacySchema schema, String prefix) {
        this.schema = schema;
        this.prefix = prefix;
        this.refused = new TreeMap<>(schema.refused());
        sort();
        var names = new HashSet<String>();
        for (var root : roots) {
            var name = Names.camel(root.name());
            while (!names.add(name)) {
                name += "X";
            }
            aggregate(name, root);
        }
    }

    boolean isHashing() {
        return isHashing;
    }

    int aggregates() {
        return roots.size();
    }

    Map<String, String> refused() {
        return refused;
    }

    private void sort() {
        for (var table : schema.tables()) {
            var parent = level(table) == 0 ? Optional.<Child>empty() : parent(table);
            if (parent.isPresent()) {
                childrenByTable
                        .computeIfAbsent(parent.get().table().name(), _ -> new ArrayList<>())
                        .add(new Child(table, parent.get().parent()));
            } else {
                TableGuess.refusal(table)
                        .ifPresentOrElse(reason -> refused.put(table.name(), reason), () -> roots.add(table));
            }
        }
    }

    /** How many lists {@code table} lies below an aggregate's root; 0 for a root. What would lie too deep, or below itself, is one. */
    private int level(Table table) {
        var above = new HashSet<>(Set.of(table.name()));
        var names = new ArrayList<String>();
        for (var found = parent(table);
                found.isPresent();
                found = parent(found.get().table())) {
            var name = found.get().table().name();
            names.add(name);
            if (!above.add(name)) {
                var toLoop = name.equals(table.name()) ? 0 : names.indexOf(name) + 1;
                return toLoop % (MappingFile.LEVELS_MAX + 1);
            }
        }
        return names.size() % (MappingFile.LEVELS_MAX + 1);
    }

    /** The table that {@code table}'s key names, with the columns that do; best the one its key begins with. */
    private Optional<Child> parent(Table table) {
        var found = table.foreignKeys().stream()
                .filter(key ->
                        table.key().containsAll(key.columns()) && !key.parent().equals(table.name()))
                .filter(key -> schema.table(key.parent())
                        .filter(parent -> TableGuess.refusal(parent).isEmpty())
                        .isPresent())
                .sorted(java.util.Comparator.comparingInt(
                        key -> key.columns().contains(table.key().getFirst()) ? 0 : 1))
                .findFirst();
        return found.map(key -> new Child(schema.table(key.parent()).orElseThrow(), key.columns()));
    }

    private void aggregate(String name, Table root) {
        var guess = TableGuess.ofRoot(schema, root, codeNames);
        take(guess);
        line(2, YamlText.quoted(name) + ": # an aggregate, by its key");
        owners(root).forEach(owner -> line(4, "# " + YamlText.comment(owner)));
        line(
                4,
                "topic: " + YamlText.quoted(prefix + "." + name)
                        + " # this, subject, type and the fields' names are what consumers see");
        line(
                4,
                "subject: "
                        + YamlText.quoted(name
                                + root.key().stream()
                                        .map(column -> "/{" + guess.fieldByColumn.get(column) + "}")
                                        .collect(Collectors.joining())));
        line(4, "type: " + YamlText.quoted(prefix + "." + name + ".{event}.v1"));
        table(4, root, guess, List.of());
        var lists = lists(4, root, guess);
        rules(Names.capital(name), guess, lists);
        aggregates.append('\n');
    }

    /** The tables that {@code root} names beside its key: its rows may be parts of theirs. */
    private List<String> owners(Table root) {
        return root.foreignKeys().stream()
                .filter(key ->
                        !root.key().containsAll(key.columns()) && !key.parent().equals(root.name()))
                .filter(key -> schema.table(key.parent()).isPresent())
                .map(key -> "does a row live and die with its " + key.parent()
                        + "? Then it is better a list there: children, with parent: " + YamlText.list(key.columns()))
                .toList();
    }

    /** Writes the lists of {@code table}'s rows, and returns their names. */
    private List<String> lists(int indent, Table table, TableGuess guess) {
        var lists = new ArrayList<String>();
        var children = childrenByTable.getOrDefault(table.name(), List.of());
        if (!children.isEmpty()) {
            line(
                    indent,
                    "children: # by their keys, which hold this one's; a list that grows without end is better an aggregate");
        }
        for (var child : children) {
            var list = guess.unique(Names.camel(child.table().name()));
            lists.add(list);
            line(indent + 2, YamlText.quoted(list) + ":");
            var childGuess = TableGuess.ofChild(schema, child.table(), child.parent(), codeNames);
            take(childGuess);
            table(indent + 4, child.table(), childGuess, child.parent());
            lists(indent + 4, child.table(), childGuess);
        }
        return lists;
    }

    private void take(TableGuess guess) {
        codes.putAll(guess.codes);
        isHashing |= guess.isHashing;
        isLocalTime |= guess.isLocalTime;
    }

    private void table(int indent, Table table, TableGuess guess, List<String> parent) {
        line(indent, "table: " + YamlText.quoted(table.name()));
        line(indent, "key: " + YamlText.list(table.key()));
        if (!parent.isEmpty()) {
            line(indent, "parent: " + YamlText.list(parent));
        }
        line(indent, "fields:" + (guess.lines.isEmpty() ? " {}" : ""));
        for (var field : guess.lines) {
            var remark = field.remark().isEmpty() ? "" : " # " + field.remark();
            line(indent + 2, YamlText.quoted(field.name()) + ": " + field.value() + remark);
        }
        for (var column : guess.leftOut) {
            line(indent + 2, "# left out: " + YamlText.comment(column));
        }
        if (!guess.notNull.isEmpty()) {
            line(indent, "notNull: " + YamlText.list(List.copyOf(guess.notNull)) + " # NOT NULL in the schema");
        }
        if (!guess.drop.isEmpty()) {
            line(
                    indent,
                    "# These look personal, secret or free text, and are not even read. Make one a field only if somebody must have it.");
            line(indent, "drop: " + YamlText.list(guess.drop));
        }
    }

    private void rules(String event, TableGuess guess, List<String> lists) {
        line(4, "events: # the first that holds names the event; what do your people call these?");
        rule(event + "Imported", "backfill");
        rule(event + "Added", "created");
        rule(event + "Removed", "removed");
        guess.removedFlag.ifPresent(flag -> {
            line(6, "# does this flag mean that it is gone?");
            rule(event + "Removed", "{field: " + YamlText.quoted(flag) + ", to: true}");
        });
        guess.codeField.ifPresent(field -> line(
                6,
                "# what does a new " + field + " mean? - {event: " + event + "..., when: {field: " + field
                        + ", to: ...}}"));
        for (var list : lists) {
            rule(event + Names.capital(list) + "Changed", "{changed: " + YamlText.quoted(list) + "}");
        }
        rule(event + "Changed", "otherwise");
    }

    private void rule(String event, String when) {
        line(6, "- {event: " + YamlText.quoted(event.replace("_", "")) + ", when: " + when + "}");
    }

    private void line(int indent, String text) {
        aggregates.repeat(' ', indent).append(text).append('\n');
    }

    @Override
    public String toString() {
        var text = new StringBuilder("""
                # A first mapping, guessed from the schema by `banyan bridge init`. Read every line; what it could not know is marked with #.
                # The language: docs/reference/mapping.md
                version: 1
                """);
        text.append("schema: ").append(YamlText.quoted(schema.name())).append('\n');
        if (isLocalTime) {
            text.append(
                    "timeZone: UTC # check: what does the clock behind these timestamps show? The columns do not say.\n");
        }
        if (!refused.isEmpty()) {
            text.append("\n# not published, because\n");
            refused.forEach((table, reason) -> text.append("#   ")
                    .append(YamlText.comment(table + ": " + reason))
                    .append('\n'));
        }
        if (!codes.isEmpty()) {
            text.append(
                    "\ncodes: # what of a code that is not here? Its field says it: refused, or unknown: keep, asNull or {use: WORD}\n");
            codes.forEach((name, values) -> text.append("  ")
                    .append(YamlText.quoted(name))
                    .append(": {")
                    .append(values.texts().stream()
                            .map(code -> YamlText.quoted(code) + ": " + YamlText.quoted(code.isEmpty() ? "none" : code))
                            .collect(Collectors.joining(", ")))
                    .append("} # name these")
                    .append(values.isAll() ? "" : "; only a part of the table was read, there may be more")
                    .append('\n'));
        }
        return text.append("\naggregates:\n").append(aggregates).toString();
    }
}
