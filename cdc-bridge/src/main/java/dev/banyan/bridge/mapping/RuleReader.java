package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.EventRule.Bulk;
import dev.banyan.bridge.mapping.EventRule.When;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code events} of an aggregate, or of one of its lists, and checks that every change of an aggregate has an event and every rule a
 * chance.
 */
final class RuleReader {

    private static final Map<String, When> PLAIN = plain();

    /** What may happen to a row. A backfill tells states alone, and a row with another key is another row. */
    private static final Map<String, When> PLAIN_OF_ROWS = plainOfRows();

    private final String holder;
    private final @Nullable String path;
    private final List<Field> fields;
    private final Set<String> names = new LinkedHashSet<>();
    private final Map<String, When> plain;
    private final WhereReader wheres;
    private final Problems problems;

    private RuleReader(
            String holder,
            @Nullable String path,
            List<Field> fields,
            List<ChildList> children,
            WhereReader wheres,
            Problems problems) {
        this.holder = holder;
        this.path = path;
        this.fields = fields;
        this.wheres = wheres;
        this.problems = problems;
        plain = path == null ? PLAIN : PLAIN_OF_ROWS;
        fields.forEach(field -> names.add(field.name()));
        children.forEach(child -> names.add(child.name()));
    }

    /** One for the rules of an aggregate itself. */
    static RuleReader ofAggregate(
            String aggregate,
            List<Field> fields,
            List<ChildList> children,
            @Nullable Conditions conditions,
            Problems problems) {
        var words = new StateWords(aggregate, fields, children);
        return new RuleReader(
                aggregate, null, fields, children, new WhereReader(words.variables(), conditions, problems), problems);
    }

    /** One for the rules about rows of {@code list}, which problems call {@code where}, of an aggregate with the words {@code whole}. */
    static RuleReader ofList(
            String where,
            String path,
            ChildList list,
            StateWords whole,
            @Nullable Conditions conditions,
            Problems problems) {
        var words = StateWords.ofRow(path, list, whole);
        return new RuleReader(
                where,
                path,
                list.table().fields(),
                list.children(),
                new WhereReader(words.variables(), conditions, problems),
                problems);
    }

    private static Map<String, When> plain() {
        var plain = new LinkedHashMap<String, When>();
        plain.put("backfill", new When.Backfilled());
        plain.put("created", new When.Created());
        plain.put("removed", new When.Removed());
        plain.put("renumbered", new When.Renumbered());
        plain.put("otherwise", new When.Otherwise());
        return plain;
    }

    private static Map<String, When> plainOfRows() {
        var plain = plain();
        plain.remove("backfill");
        plain.remove("renumbered");
        return plain;
    }

    List<EventRule> read(Yaml yaml) {
        var rules = new ArrayList<EventRule>();
        if (!(yaml instanceof Yaml.Items items)) {
            problems.add(yaml.at(), holder + ".events", yaml.kind(), "a list of {event: ..., when: ...}");
            return rules;
        }
        for (int i = 0; i < items.items().size(); i++) {
            rule(items.items().get(i), holder + ".events[" + i + "]").ifPresent(rules::add);
        }
        var order = new RuleOrder(holder, problems);
        if (path == null) {
            order.checkComplete(items, rules);
        }
        order.checkReachable(rules);
        return rules;
    }

    private Optional<EventRule> rule(Yaml yaml, String where) {
        var section = Section.of(yaml, where, problems);
        var event = section.requiredText("event", "event: a name such as OrderPlaced");
        MappingFile.checkName(
                event,
                MappingFile.EVENT_NAME,
                "at most 100 letters and digits, such as OrderPlaced",
                section.at("event"),
                where + ".event",
                problems);
        var explicitName = section.text("name");
        var expression = section.find("where");
        var condition = expression.flatMap(found -> wheres.read(found, where + ".where"));
        var when = when(section, expression.isPresent());
        var bulk = section.section("bulk").map(found -> bulk(found, when));
        section.end();
        if (expression.isPresent() && condition.isEmpty()) {
            return Optional.empty();
        }
        var asked = condition.orElse(null);
        return when.map(found -> new EventRule(
                event,
                (path == null ? "" : path + "/") + explicitName.orElseGet(() -> nameOf(found, asked)),
                found,
                asked,
                bulk.orElse(null),
                section.at()));
    }

    private Optional<When> when(Section section, boolean hasWhere) {
        if (hasWhere && !section.has("when")) {
            return Optional.of(new When.Anything());
        }
        var when = section.require("when", "when: " + String.join(", ", plain.keySet()) + ", or {field: ..., to: ...}")
                .flatMap(found -> when(found, section.where() + ".when"));
        if (hasWhere && when.isPresent() && when.get() instanceof When.Otherwise) {
            problems.add(
                    section.at("when"),
                    section.where() + ".when",
                    "otherwise, and not always",
                    "{changed: [...]}, or no 'when' beside a 'where'");
        }
        return when;
    }

    private Bulk bulk(Section section, Optional<When> when) {
        var event = section.requiredText("event", "event: what many together are called, such as PriceListImported");
        MappingFile.checkName(
                event,
                MappingFile.EVENT_NAME,
                "at most 100 letters and digits, such as PriceListImported",
                section.at("event"),
                section.where() + ".event",
                problems);
        var atLeast = section.integer("atLeast", 2, 1_000_000, 100);
        var isOfOneKind = when.isEmpty()
                || switch (when.get()) {
                    case When.Created _, When.Removed _, When.Changed _, When.Otherwise _ -> true;
                    case When.Backfilled _, When.Renumbered _, When.Anything _ -> false;
                };
        if (!isOfOneKind) {
            problems.add(
                    section.at(),
                    section.where(),
                    "bulk for this 'when'",
                    "created, removed, otherwise or a condition");
        }
        section.end();
        return new Bulk(event, atLeast);
    }

    private Optional<When> when(Yaml yaml, String where) {
        if (yaml instanceof Yaml.Scalar word) {
            var found = plain.get(word.text());
            if (found == null) {
                problems.add(word.at(), where, word.kind(), Words.expected(word.text(), plain.keySet()));
            }
            return Optional.ofNullable(found);
        }
        var section = Section.of(yaml, where, problems);
        var fieldName = section.text("field");
        var field = fieldName.flatMap(name -> condition(section, name));
        section.requireAny("from", "no values", "at least one value");
        section.requireAny("to", "no values", "at least one value");
        section.requireAny("changed", "no names", "at least one field or list");
        var from = values(section, "from", field);
        var to = values(section, "to", field);
        var changed = new ArrayList<String>();
        for (var name : section.texts("changed")) {
            if (names.contains(name.text())) {
                changed.add(name.text());
            } else {
                problems.add(
                        name.at(), where + ".changed", "'" + name.text() + "'", Words.expected(name.text(), names));
            }
        }
        section.end();
        if (fieldName.isEmpty() && !section.has("changed")) {
            problems.add(section.at(), where, "no condition", "field: with from: or to:, or changed: [...]");
        } else if (fieldName.isPresent() && !section.has("from") && !section.has("to")) {
            problems.add(
                    section.at(),
                    where,
                    "a field without from: or to:",
                    "from: or to:, or changed: [" + fieldName.get() + "]");
        } else if (fieldName.isEmpty() && (section.has("from") || section.has("to"))) {
            problems.add(section.at(), where, "from: or to: without field:", "field: the field they are values of");
        }
        return Optional.of(new When.Changed(fieldName.orElse(null), from, to, changed));
    }

    private Optional<Field> condition(Section section, String name) {
        var field = fields.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst();
        var where = section.where() + ".field";
        if (field.isEmpty()) {
            problems.add(
                    section.at("field"),
                    where,
                    "'" + name + "'",
                    Words.expected(name, fields.stream().map(Field::name).toList()));
        } else if (field.get().currency() != null) {
            problems.add(section.at("field"), where, "'" + name + "', which is money", "changed: [" + name + "]");
            return Optional.empty();
        } else if (Redaction.hides(field.get().type())) {
            problems.add(
                    section.at("field"),
                    where,
                    "'" + name + "', of which nobody knows the value",
                    "changed: [" + name + "]");
            return Optional.empty();
        }
        return field;
    }

    private List<Object> values(Section section, String key, Optional<Field> field) {
        var values = new ArrayList<>();
        var where = section.where() + "." + key;
        for (var scalar : section.texts(key)) {
            if (field.isEmpty()) {
                continue;
            }
            var type = field.get().type();
            var value = FieldReader.value(scalar, type);
            if (value == null) {
                problems.add(scalar.at(), where, scalar.kind(), FieldReader.expectedValue(type));
                continue;
            }
            checkWord(scalar, field.get(), where);
            var isOfNull = value.equals(field.get().ifNull());
            var wanted = WantedValue.of(value, type);
            if (wanted != null) {
                values.add(wanted);
            } else if (!isOfNull) {
                problems.add(scalar.at(), where, "'" + scalar.text() + "'", WantedValue.expected(type));
            }
            if (isOfNull && !value.equals(wanted)) {
                values.add(value);
            }
        }
        return values;
    }

    private void checkWord(Yaml.Scalar scalar, Field field, String where) {
        if (!(field.type() instanceof FieldType.Code(var table)) || field.unknown() instanceof Unknown.Keep) {
            return;
        }
        var words =
                new LinkedHashSet<>(new java.util.TreeSet<>(table.wordByCode().values()));
        if (field.unknown() instanceof Unknown.Use(var word)) {
            words.add(word);
        }
        if (field.ifNull() != null) {
            words.add(field.ifNull().toString());
        }
        if (!words.isEmpty() && !words.contains(scalar.text())) {
            var meant = table.word(scalar.text());
            problems.add(
                    scalar.at(),
                    where,
                    "'" + scalar.text() + "'",
                    meant != null
                            ? "the word '" + meant + "' instead of the code: conditions are about fields"
                            : Words.expected(scalar.text(), words));
        }
    }

    /** A name that says what the rule asks for, and does not change with the name of its event. */
    private static String nameOf(When when, @Nullable Where where) {
        return where == null ? nameOf(when) : (nameOf(when) + " where " + where.text()).strip();
    }

    private static String nameOf(When when) {
        return switch (when) {
            case When.Anything() -> "";
            case When.Backfilled() -> "backfill";
            case When.Created() -> "created";
            case When.Removed() -> "removed";
            case When.Renumbered() -> "renumbered";
            case When.Otherwise() -> "otherwise";
            case When.Changed(var field, var from, var to, var changed) ->
                (field == null ? "" : field + ":" + texts(from) + ">" + texts(to))
                        + (changed.isEmpty() ? "" : "changed:" + texts(changed));
        };
    }

    private static String texts(List<?> values) {
        return values.stream().map(String::valueOf).sorted().collect(Collectors.joining("|"));
    }
}
