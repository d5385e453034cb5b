package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Aggregate;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.mapping.TableUse;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes rows of what a test says, as the database would have sent them: the mapping tells what each column holds. */
final class TestRows {

    private final Map<TableId, TableUse> uses;
    private final Map<TableId, Map<String, FieldType>> typeByColumn = new HashMap<>();
    private final Set<String> events = new LinkedHashSet<>();
    private final Problems problems;

    TestRows(Mapping mapping, Problems problems) {
        this.problems = problems;
        uses = mapping.tables().stream().collect(Collectors.toMap(TableUse::table, use -> use));
        for (var aggregate : mapping.aggregates()) {
            types(aggregate.root());
            aggregate.allRules().forEach(rule -> events.addAll(rule.events()));
        }
        mapping.transactions().forEach(rule -> events.add(rule.event()));
        mapping.aggregates().forEach(aggregate -> aggregate.lists().forEach(placed -> {
            types(placed.list().table());
            parents(placed.above(), placed.list());
        }));
    }

    private void types(SourceTable table) {
        var types = typeByColumn.computeIfAbsent(table.id(), _ -> new HashMap<>());
        for (var field : table.fields()) {
            if (field.column() != null) {
                types.putIfAbsent(field.column(), field.type());
            }
        }
    }

    /** A parent column holds what the key above holds. */
    private void parents(SourceTable table, Aggregate.ChildList child) {
        var types = typeByColumn.computeIfAbsent(child.table().id(), _ -> new HashMap<>());
        var above = typeByColumn.getOrDefault(table.id(), Map.of());
        for (int i = 0; i < child.parent().size(); i++) {
            var type = above.get(table.key().get(i));
            if (type != null) {
                types.put(child.parent().get(i), type);
            }
        }
    }

    /** Every event the mapping can name. */
    Set<String> events() {
        return events;
    }

    /** The table called {@code name}, with its schema or, where that is clear, without. */
    Optional<TableId> table(String name, Place at, String where) {
        var found = uses.keySet().stream()
                .filter(id -> id.toString().equals(name) || id.name().equals(name))
                .toList();
        if (found.size() == 1) {
            return Optional.of(found.getFirst());
        }
        var names = uses.keySet().stream()
                .map(id -> name.contains(".") || found.size() > 1 ? id.toString() : id.name())
                .collect(Collectors.toCollection(TreeSet::new));
        problems.add(at, where, "table '" + name + "'", Words.expected(name, names));
        return Optional.empty();
    }

    /** A whole row: columns that are not named are NULL. */
    Row row(TableId table, Yaml yaml, String where) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        use(table).columns().forEach(column -> values.put(column, null));
        values.putAll(columns(table, yaml, where));
        return new Row(values);
    }

    /** The columns that {@code yaml} names. */
    Map<String, @Nullable Object> columns(TableId table, Yaml yaml, String where) {
        var use = use(table);
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (var entry : Section.of(yaml, where, problems).entries()) {
            if (!use.columns().contains(entry.key()) && !use.dropped().contains(entry.key())) {
                problems.add(
                        entry.at(),
                        where,
                        "column '" + entry.key() + "', which the mapping does not read",
                        Words.expected(entry.key(), use.columns()));
            } else if (entry.value() instanceof Yaml.Scalar scalar) {
                values.put(entry.key(), value(table, entry.key(), scalar, where));
            } else {
                problems.add(
                        entry.at(), where + "." + entry.key(), entry.value().kind(), "a value");
            }
        }
        return values;
    }

    /** The key of {@code row}, in a form that compares; nothing when a part of it is missing, which is a problem. */
    Optional<List<Object>> key(TableId table, Row row, Place at, String where) {
        var key = new ArrayList<Object>();
        for (var column : use(table).key()) {
            var value = row.get(column);
            if (value == null) {
                problems.add(at, where, "no value for key column '" + column + "'", "the whole key of " + table);
                return Optional.empty();
            }
            key.add(value.toString());
        }
        return Optional.of(key);
    }

    private TableUse use(TableId table) {
        var use = uses.get(table);
        if (use == null) {
            throw new IllegalStateException("table " + table + ": not mapped");
        }
        return use;
    }

    private @Nullable Object value(TableId table, String column, Yaml.Scalar scalar, String where) {
        if (scalar.isNull()) {
            return null;
        }
        var type = typeByColumn.getOrDefault(table, Map.of()).get(column);
        try {
            return value(type, scalar);
        } catch (DateTimeException e) {
            var expected = type instanceof FieldType.Date
                    ? "a date such as 2026-01-31"
                    : type instanceof FieldType.Timestamp
                            ? "a time with its offset such as 2026-01-31T12:00:00+01:00"
                            : "a time without offset such as 2026-01-31T12:00:00";
            problems.add(scalar.at(), where + "." + column, scalar.kind(), expected);
            return null;
        }
    }

    private static Object value(@Nullable FieldType type, Yaml.Scalar scalar) {
        var text = scalar.text();
        var number = scalar.asInteger();
        var bool = scalar.asBoolean();
        return switch (type) {
            case FieldType.Whole _, FieldType.Cents _, FieldType.DayNumber _ -> number == null ? text : number;
            case FieldType.Decimal _ -> decimal(scalar);
            case FieldType.Flag _ -> bool == null ? text : bool;
            case FieldType.LocalTimestamp _ -> LocalDateTime.parse(text.replace(' ', 'T'));
            case FieldType.Timestamp _ -> OffsetDateTime.parse(text.replace(' ', 'T'));
            case FieldType.Date _ -> LocalDate.parse(text);
            case FieldType.Text _, FieldType.Code _, FieldType.Hash _, FieldType.Mask _, FieldType.Always _ -> text;
            case FieldType.Encrypted _, FieldType.Tokenised _ -> text;
            case null -> number == null ? text : number;
        };
    }

    private static Object decimal(Yaml.Scalar scalar) {
        try {
            return new BigDecimal(scalar.text());
        } catch (NumberFormatException e) {
            return scalar.text();
        }
    }
}
