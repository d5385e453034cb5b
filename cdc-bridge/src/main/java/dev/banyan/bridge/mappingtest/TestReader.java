package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Explanation.Fault;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mappingtest.MappingTest.Event;
import dev.banyan.bridge.mappingtest.MappingTest.Expected;
import dev.banyan.bridge.mappingtest.MappingTest.ExpectedFault;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one test. Rows that are inserted or given are known to later statements, which name them by their key. */
final class TestReader {

    private static final List<String> VERBS = List.of("insert", "update", "delete", "truncate", "backfill");

    private final Path file;
    private final TestRows rows;
    private final Problems problems;
    private final Map<TableId, Map<List<Object>, Row>> known = new HashMap<>();

    TestReader(Mapping mapping, Path file, Problems problems) {
        this.file = file;
        this.rows = new TestRows(mapping, problems);
        this.problems = problems;
    }

    MappingTest read(Yaml yaml, String where) {
        var section = Section.of(yaml, where, problems);
        var name = section.requiredText("name", "name: what the test shows");
        var given = section.section("given").map(this::given).orElse(List.of());
        var when = section.require("when", "when: a list of {insert: TABLE, row: {...}}, update, delete, ...")
                .map(list -> statements(list, where + ".when"))
                .orElse(List.of());
        var then = section.find("then");
        var refused = section.text("refused");
        var faults = section.find("faults");
        section.end();
        if (then.isPresent() == refused.isPresent()) {
            problems.add(
                    section.at(),
                    where,
                    then.isPresent() ? "then: and refused:" : "neither then: nor refused:",
                    "then: the events, or refused: a part of the message");
        }
        if (faults.isPresent() && then.isEmpty()) {
            problems.add(section.at("faults"), where + ".faults", "no then:", "faults: beside then:");
        }
        var expected = refused.<Expected>map(Expected.Refused::new)
                .orElseGet(() -> new Expected.Events(
                        then.map(list -> events(list, where + ".then")).orElse(List.of()),
                        faults.map(list -> faults(list, where + ".faults")).orElse(List.of())));
        return new MappingTest(name, file, section.at(), given, when, expected);
    }

    private List<Change> given(Section section) {
        var changes = new ArrayList<Change>();
        for (var entry : section.entries()) {
            var table = rows.table(entry.key(), entry.at(), section.where());
            for (var item : items(entry.value(), section.where() + "." + entry.key())) {
                table.ifPresent(id -> {
                    var row = rows.row(id, item, section.where() + "." + entry.key());
                    remember(id, row, item.at());
                    changes.add(new Change.Inserted(id, row));
                });
            }
        }
        return changes;
    }

    private List<Change> statements(Yaml yaml, String where) {
        var changes = new ArrayList<Change>();
        var items = items(yaml, where);
        for (int i = 0; i < items.size(); i++) {
            var section = Section.of(items.get(i), where + "[" + i + "]", problems);
            statement(section).ifPresent(changes::add);
            section.end();
        }
        return changes;
    }

    private Optional<Change> statement(Section section) {
        var verbs = VERBS.stream().filter(section::has).toList();
        if (verbs.size() != 1) {
            problems.add(
                    section.at(), section.where(), verbs.isEmpty() ? "no verb" : verbs.toString(), "one of " + VERBS);
            return Optional.empty();
        }
        var verb = verbs.getFirst();
        var table = section.text(verb).flatMap(text -> rows.table(text, section.at(verb), section.where()));
        return table.flatMap(id -> switch (verb) {
            case "insert" -> row(section, id).map(row -> new Change.Inserted(id, row));
            case "backfill" -> row(section, id).map(row -> new Change.Read(id, row));
            case "update" -> update(section, id);
            case "delete" ->
                existing(section, id).map(row -> {
                    forget(id, row);
                    return new Change.Deleted(id, row);
                });
            default -> {
                known.remove(id);
                yield Optional.of(new Change.Truncated(id));
            }
        });
    }

    private Optional<Row> row(Section section, TableId table) {
        return section.require("row", "row: columns with values").map(yaml -> {
            var row = rows.row(table, yaml, section.where() + ".row");
            remember(table, row, yaml.at());
            return row;
        });
    }

    private Optional<Change> update(Section section, TableId table) {
        var before = existing(section, table);
        var set = section.require("set", "set: the columns that change");
        if (before.isEmpty() || set.isEmpty()) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>(before.get().values());
        values.putAll(rows.columns(table, set.get(), section.where() + ".set"));
        var after = new Row(values);
        forget(table, before.get());
        remember(table, after, set.get().at());
        return Optional.of(new Change.Updated(table, before.get(), after));
    }

    /** The row that {@code key} names; it must have been given or inserted before. */
    private Optional<Row> existing(Section section, TableId table) {
        var yaml = section.require("key", "key: the columns of the key with their values");
        if (yaml.isEmpty()) {
            return Optional.empty();
        }
        var where = section.where() + ".key";
        var values = rows.columns(table, yaml.get(), where);
        var key = rows.key(table, new Row(values), yaml.get().at(), where);
        var row = key.map(found -> known.getOrDefault(table, Map.of()).get(found));
        if (key.isPresent() && row.isEmpty()) {
            problems.add(yaml.get().at(), where, "no such row " + key.get(), "a row under given:, or inserted before");
        }
        return row;
    }

    private void remember(TableId table, Row row, Place at) {
        rows.key(table, row, at, "row").ifPresent(key -> known.computeIfAbsent(table, _ -> new HashMap<>())
                .put(key, row));
    }

    private void forget(TableId table, Row row) {
        var key = rows.key(table, row, Place.START, "row");
        key.ifPresent(found -> known.getOrDefault(table, new HashMap<>()).remove(found));
    }

    private List<Event> events(Yaml yaml, String where) {
        var events = new ArrayList<Event>();
        var items = items(yaml, where);
        for (int i = 0; i < items.size(); i++) {
            var section = Section.of(items.get(i), where + "[" + i + "]", problems);
            var event = section.requiredText("event", "event: a name such as OrderPlaced");
            if (!event.isEmpty() && !rows.events().contains(event)) {
                problems.add(
                        section.at("event"),
                        section.where() + ".event",
                        "'" + event + "'",
                        dev.banyan.bridge.yaml.Words.expected(event, rows.events()));
            }
            var subject = section.text("subject").orElse(null);
            var changed = section.has("changed")
                    ? section.texts("changed").stream().map(Yaml.Scalar::text).toList()
                    : null;
            var data = section.find("data").map(YamlJson::of).orElse(null);
            section.end();
            events.add(new Event(section.at(), event, subject, changed, data));
        }
        return events;
    }

    private List<ExpectedFault> faults(Yaml yaml, String where) {
        var faults = new ArrayList<ExpectedFault>();
        var items = items(yaml, where);
        for (int i = 0; i < items.size(); i++) {
            var section = Section.of(items.get(i), where + "[" + i + "]", problems);
            var found = Arrays.stream(Fault.values())
                    .filter(each -> section.has(each.word))
                    .toList();
            if (found.size() == 1) {
                var subject = section.requiredText(found.getFirst().word, "a subject such as order/7");
                faults.add(new ExpectedFault(
                        found.getFirst(), subject, section.text("message").orElse(null)));
            } else {
                problems.add(section.at(), section.where(), "not one fate", "parked: or skipped: with a subject");
            }
            section.end();
        }
        return faults;
    }

    private List<Yaml> items(Yaml yaml, String where) {
        if (yaml instanceof Yaml.Items items) {
            return items.items();
        }
        problems.add(yaml.at(), where, yaml.kind(), "a list");
        return List.of();
    }
}
