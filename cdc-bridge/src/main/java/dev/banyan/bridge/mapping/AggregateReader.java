package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Section;
import dev.banyan.bridge.yaml.Words;
import dev.banyan.bridge.yaml.Yaml;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one aggregate of a mapping file. */
final class AggregateReader {

    static final String FIELD_NAME = "[A-Za-z][A-Za-z0-9_]{0,99}";

    static final String FIELD_NAME_EXPECTED = "a name of at most 100 letters and digits";

    /** The store keeps it in 200 characters, together with the name of a table, which has at most 129. */
    private static final String AGGREGATE_NAME = "[A-Za-z][A-Za-z0-9_]{0,69}";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

    private final String name;
    private final Place at;
    private final Section section;
    private final MappingFile.Defaults defaults;
    private final @Nullable Conditions conditions;
    private final Problems problems;

    /** The rules of the lists that have some, by what problems call the list: they are read when all that they may ask for is known. */
    private final Map<String, Yaml> rulesByList = new HashMap<>();

    AggregateReader(
            Yaml.Entry entry, MappingFile.Defaults defaults, @Nullable Conditions conditions, Problems problems) {
        this.name = entry.key();
        this.at = entry.at();
        this.section = Section.of(entry.value(), entry.key(), problems);
        this.defaults = defaults;
        this.conditions = conditions;
        this.problems = problems;
    }

    Aggregate read() {
        MappingFile.checkName(
                name, AGGREGATE_NAME, "a name of at most 70 letters and digits", at, "aggregates", problems);
        var topic = section.requiredText("topic", "topic: the hub's topic for these events");
        MappingFile.checkTopic(topic, section.at("topic"), name, problems);
        var type = type();
        var onFault = onFault();
        var root = table(section, name);
        var lists = children(section, name, 1);
        checkNames(name, root.fields(), lists);
        var children = withRules(lists, name, "", new StateWords(name, root.fields(), lists));
        var subject = subject(root);
        var rules = section.require("events", "events: a list of {event: ..., when: ...}")
                .map(yaml -> RuleReader.ofAggregate(name, root.fields(), children, conditions, problems)
                        .read(yaml))
                .orElse(List.of());
        checkPrevious(root, children, rules);
        section.end();
        var aggregate =
                new Aggregate(name, at, topic, subject, type, defaults.contracts(), onFault, root, children, rules);
        new RowRuleChecks(aggregate, problems).check();
        return aggregate;
    }

    /** {@code lists} with their rules, which may ask for what {@code whole} has. */
    private List<ChildList> withRules(List<ChildList> lists, String above, String pathAbove, StateWords whole) {
        var found = new ArrayList<ChildList>();
        for (var list : lists) {
            var where = above + ".children." + list.name();
            var path = pathAbove.isEmpty() ? list.name() : pathAbove + "." + list.name();
            var yaml = rulesByList.get(where);
            found.add(new ChildList(
                    list.name(),
                    list.table(),
                    list.parent(),
                    withRules(list.children(), where, path, whole),
                    yaml == null
                            ? List.of()
                            : RuleReader.ofList(where, path, list, whole, conditions, problems)
                                    .read(yaml)));
        }
        return found;
    }

    private String type() {
        var type = section.requiredText("type", "type: such as shop.catalog.{event}.v1");
        MappingFile.checkType(type, section.at("type"), name, problems);
        return type;
    }

    private OnFault onFault() {
        var yaml = section.find("onFault");
        if (yaml.isPresent() && yaml.get() instanceof Yaml.Keys) {
            var skip = Section.of(yaml.get(), name + ".onFault", problems);
            var reason = skip.requiredText("skip", "skip: why an event of " + name + " may be missing");
            skip.end();
            return new OnFault.Skip(reason);
        }
        if (section.text("onFault").filter("skip"::equals).isPresent()) {
            problems.add(
                    section.at("onFault"), name + ".onFault", "skip without a reason", "{skip: why it may be missing}");
            return new OnFault.Halt();
        }
        return section.word("onFault", List.of("halt", "park"), "halt").equals("park")
                ? new OnFault.Park()
                : new OnFault.Halt();
    }

    private SourceTable table(Section section, String where) {
        var text = section.requiredText("table", "table: the legacy table");
        var dot = text.indexOf('.');
        var id = dot < 0
                ? new TableId(defaults.schema(), text)
                : new TableId(text.substring(0, dot), text.substring(dot + 1));
        section.require("key", "key: the columns of the table's primary key");
        var key = columns(section, "key");
        var notNull = columns(section, "notNull");
        var fields = new ArrayList<Field>();
        section.require("fields", "fields: names with the columns they come from");
        section.section("fields").ifPresent(list -> {
            for (var entry : list.entries()) {
                fields.add(
                        new FieldReader(entry, where + ".fields." + entry.key(), notNull, defaults, problems).read());
            }
        });
        for (var column : section.texts("notNull")) {
            if (fields.stream().noneMatch(field -> field.columns().contains(column.text()))) {
                problems.add(
                        column.at(),
                        where + ".notNull",
                        "'" + column.text() + "', which no field reads",
                        "columns of fields");
            }
        }
        var drop = columns(section, "drop");
        return new SourceTable(id, section.at("table"), key, fields, drop);
    }

    private List<String> columns(Section section, String key) {
        var columns = new ArrayList<String>();
        for (var column : section.texts(key)) {
            if (columns.contains(column.text())) {
                problems.add(
                        column.at(), section.where() + "." + key, "'" + column.text() + "' twice", "each column once");
            } else {
                columns.add(column.text());
            }
        }
        if (columns.isEmpty() && section.has(key)) {
            problems.add(section.at(key), section.where() + "." + key, "no columns", "at least one column");
        }
        return columns;
    }

    /** The lists of the rows that {@code above} describes, and those in them. */
    private List<ChildList> children(Section above, String aboveName, int level) {
        var children = new ArrayList<ChildList>();
        above.section("children").ifPresent(list -> {
            if (level > MappingFile.LEVELS_MAX) {
                problems.add(
                        above.at("children"),
                        aboveName + ".children",
                        "lists at level " + level,
                        "at most " + MappingFile.LEVELS_MAX + " levels; what lies deeper is better an aggregate");
                return;
            }
            for (var entry : list.entries()) {
                var where = aboveName + ".children." + entry.key();
                var child = Section.of(entry.value(), where, problems);
                var table = table(child, where);
                child.require("parent", "parent: the columns that hold the key of " + aboveName);
                var parent = columns(child, "parent");
                var lists = children(child, where, level + 1);
                child.find("events").ifPresent(rules -> rulesByList.put(where, rules));
                child.end();
                checkNames(where, table.fields(), lists);
                children.add(new ChildList(entry.key(), table, parent, lists, List.of()));
                checkParent(child, parent, above, aboveName);
            }
        });
        return children;
    }

    private void checkParent(Section child, List<String> parent, Section above, String aboveName) {
        var keySize = above.texts("key").size();
        if (!parent.isEmpty() && keySize > 0 && parent.size() != keySize) {
            problems.add(
                    child.at("parent"),
                    child.where() + ".parent",
                    parent.size() + " columns",
                    keySize + ", one for each column of the key of " + aboveName + ", in its order");
        }
    }

    private void checkNames(String where, List<Field> fields, List<ChildList> children) {
        var names = new HashSet<String>();
        fields.forEach(field -> names.add(field.name()));
        for (var child : children) {
            MappingFile.checkName(
                    child.name(), FIELD_NAME, FIELD_NAME_EXPECTED, child.table().at(), where + ".children", problems);
            if (!names.add(child.name())) {
                problems.add(
                        child.table().at(),
                        where + ".children",
                        "'" + child.name() + "', also a field",
                        "another name");
            }
        }
    }

    /** A renumbered aggregate's event has its key of before beside what the state has. */
    private void checkPrevious(SourceTable root, List<ChildList> lists, List<EventRule> rules) {
        if (rules.stream().noneMatch(rule -> rule.when() instanceof EventRule.When.Renumbered)) {
            return;
        }
        var placeByName = new HashMap<String, Place>();
        lists.forEach(list -> placeByName.put(list.name(), list.table().at()));
        root.fields().forEach(field -> placeByName.put(field.name(), field.at()));
        for (var column : root.key()) {
            var previous = root.field(column)
                    .map(field -> Field.previous(field.name()))
                    .orElse("");
            var place = placeByName.get(previous);
            if (place != null) {
                problems.add(
                        place,
                        name + "." + previous,
                        "a name that the event of a new key has the old one by",
                        "another name, or no rule for 'renumbered'");
            }
        }
    }

    private Subject subject(SourceTable root) {
        var template = section.requiredText("subject", "subject: such as " + name + "/{...}");
        var literals = new ArrayList<String>();
        var fields = new ArrayList<String>();
        var matcher = PLACEHOLDER.matcher(template);
        int end = 0;
        while (matcher.find()) {
            literals.add(template.substring(end, matcher.start()));
            fields.add(matcher.group(1));
            end = matcher.end();
        }
        literals.add(template.substring(end));
        if (!template.isEmpty()) {
            checkSubject(template, literals, fields, root);
        }
        return new Subject(literals, fields);
    }

    private void checkSubject(String template, List<String> literals, List<String> fields, SourceTable root) {
        var place = section.at("subject");
        var where = name + ".subject";
        if (literals.stream().anyMatch(literal -> !literal.matches("[A-Za-z0-9._/:-]*"))
                || literals.getFirst().isEmpty()) {
            problems.add(place, where, "'" + template + "'", "a word and the key, such as " + name + "/{id}");
        }
        if (literals.getFirst().startsWith("bulk:")) {
            problems.add(place, where, "'" + template + "'", "another word than bulk:, which bulk events begin with");
        }
        if (literals.getFirst().startsWith(TransactionRule.SUBJECT)) {
            problems.add(place, where, "'" + template + "'", "another word than tx:, which stands for transactions");
        }
        var keyFields = new ArrayList<String>();
        for (var column : root.key()) {
            var field = root.field(column);
            if (field.isEmpty()) {
                problems.add(
                        root.at(),
                        name + ".fields",
                        "no field for key column '" + column + "'",
                        "a field with this column");
            } else {
                keyFields.add(field.get().name());
                RowRuleChecks.checkKeyField(field.get(), name, problems);
                if (!fields.contains(field.get().name())) {
                    problems.add(
                            place,
                            where,
                            "'" + template + "'",
                            "{" + field.get().name() + "} in it, a part of the key");
                }
            }
        }
        checkApart(literals, fields, root);
        for (var field : fields) {
            if (!keyFields.isEmpty() && !keyFields.contains(field)) {
                problems.add(
                        place, where, "'{" + field + "}'", Words.expected(field, keyFields) + " (fields of the key)");
            }
        }
    }

    /** Notes where a value could end in what the next one begins with, so that two keys would make one subject. */
    private void checkApart(List<String> literals, List<String> fields, SourceTable root) {
        for (int i = 0; i + 1 < fields.size(); i++) {
            var field = fields.get(i);
            var between = literals.get(i + 1);
            var ends = root.fields().stream()
                    .filter(each -> each.name().equals(field))
                    .findFirst()
                    .map(each -> Subject.ends(each.type(), between))
                    .orElse(true); // reported as unknown
            if (!ends) {
                problems.add(
                        section.at("subject"),
                        name + ".subject",
                        (between.isEmpty() ? "nothing" : "'" + between + "'") + " between {" + field + "} and {"
                                + fields.get(i + 1) + "}",
                        "'/' between them: two keys must not make one subject");
            }
        }
    }
}
