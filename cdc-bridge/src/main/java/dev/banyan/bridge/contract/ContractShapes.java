package dev.banyan.bridge.contract;

import dev.banyan.bridge.contract.Shape.Decimal;
import dev.banyan.bridge.contract.Shape.Forms;
import dev.banyan.bridge.contract.Shape.ListOf;
import dev.banyan.bridge.contract.Shape.OrNull;
import dev.banyan.bridge.contract.Shape.Text;
import dev.banyan.bridge.contract.Shape.Thing;
import dev.banyan.bridge.contract.Shape.Words;
import dev.banyan.bridge.mapping.Aggregate;
import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.Aggregate.Placed;
import dev.banyan.bridge.mapping.EventRule;
import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Field;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.mapping.TransactionRule;
import dev.banyan.bridge.mapping.Unknown;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The shapes of the data of an aggregate's events. A column may be NULL unless it is a key's, or the mapping says that it is not. */
final class ContractShapes {

    /** The most decimal places a mapping can ask for. */
    static final int SCALE_MAX = 30;

    private final Aggregate aggregate;

    ContractShapes(Aggregate aggregate) {
        this.aggregate = aggregate;
    }

    /** The forms of the data that {@code rule} gives its event, by their names. */
    Map<String, Thing> of(EventRule rule) {
        return aggregate.lists().stream()
                .filter(placed -> placed.list().rules().contains(rule))
                .findFirst()
                .map(placed -> ofRow(rule, placed))
                .orElseGet(() -> own(rule));
    }

    private Map<String, Thing> own(EventRule rule) {
        return switch (rule.when()) {
            case When.Removed() -> Map.of(aggregate.name() + ".removed", removed());
            case When.Renumbered() -> Map.of(aggregate.name() + ".renumbered", renumbered());
            case When.Backfilled _, When.Created _, When.Changed _, When.Otherwise _ ->
                Map.of(aggregate.name(), state());
            case When.Anything() -> anything();
        };
    }

    /** The forms of what is told of a row of the list {@code placed}: no list can have a name with a dot, so these are no others'. */
    private Map<String, Thing> ofRow(EventRule rule, Placed placed) {
        var forms = new LinkedHashMap<String, Thing>();
        if (!(rule.when() instanceof When.Removed)) {
            forms.put(aggregate.name() + ".row." + placed.path(), row(placed.names(), false));
        }
        if (rule.when() instanceof When.Removed || rule.when() instanceof When.Anything) {
            forms.put(aggregate.name() + ".removedRow." + placed.path(), row(placed.names(), true));
        }
        return forms;
    }

    private Thing row(List<String> names, boolean isGone) {
        var properties = key();
        var child = named(aggregate.children(), names.getFirst());
        properties.put(child.name(), row(child, names.subList(1, names.size()), isGone));
        return new Thing(properties);
    }

    private static Thing row(ChildList list, List<String> below, boolean isGone) {
        if (below.isEmpty() && !isGone) {
            return new Thing(properties(list.table(), list.children()));
        }
        var properties = new LinkedHashMap<String, Shape>();
        list.keyFields().forEach(field -> properties.put(field.name(), field(field, list.table())));
        if (below.isEmpty()) {
            properties.put("deleted", new Words(List.of(true)));
        } else {
            var child = named(list.children(), below.getFirst());
            properties.put(child.name(), row(child, below.subList(1, below.size()), isGone));
        }
        return new Thing(properties);
    }

    private static ChildList named(List<ChildList> lists, String name) {
        return lists.stream()
                .filter(list -> list.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("list " + name + ": not in the mapping"));
    }

    private Map<String, Thing> anything() {
        var forms = new LinkedHashMap<String, Thing>();
        forms.put(aggregate.name(), state());
        forms.put(aggregate.name() + ".removed", removed());
        if (aggregate.rules().stream().anyMatch(rule -> rule.when() instanceof When.Renumbered)) {
            forms.put(aggregate.name() + ".renumbered", renumbered());
        }
        return forms;
    }

    /** The form of a bulk event whose items have {@code data}. */
    Map<String, Thing> bulk(Forms data) {
        var item = new LinkedHashMap<String, Shape>();
        item.put("subject", new Text());
        item.put("id", new Text());
        item.put("sequence", new Text());
        item.put("changed", new ListOf(new Text()));
        item.put("data", data);
        var bulk = new LinkedHashMap<String, Shape>();
        bulk.put("count", new Shape.Whole());
        bulk.put("part", new Shape.Whole());
        bulk.put("parts", new Shape.Whole());
        bulk.put("items", new ListOf(new Thing(item)));
        return Map.of(aggregate.name() + ".bulk", new Thing(bulk));
    }

    /** The form of the event of a transaction. */
    static Map<String, Thing> of(TransactionRule rule) {
        var told = new LinkedHashMap<String, Shape>();
        told.put("event", new Words(List.copyOf(rule.toldOf())));
        told.put("subject", new Text());
        told.put("id", new Text());
        var transaction = new LinkedHashMap<String, Shape>();
        transaction.put("count", new Shape.Whole());
        transaction.put("events", new ListOf(new Thing(told)));
        return Map.of("transactions." + rule.name(), new Thing(transaction));
    }

    private Thing state() {
        return new Thing(properties());
    }

    private Map<String, Shape> properties() {
        return properties(aggregate.root(), aggregate.children());
    }

    private static Map<String, Shape> properties(SourceTable table, List<ChildList> children) {
        var properties = fields(table);
        for (var child : children) {
            properties.put(child.name(), new ListOf(new Thing(properties(child.table(), child.children()))));
        }
        return properties;
    }

    private Thing removed() {
        var properties = key();
        properties.put("deleted", new Words(List.of(true)));
        return new Thing(properties);
    }

    private Map<String, Shape> key() {
        var properties = new LinkedHashMap<String, Shape>();
        for (var field : keyFields()) {
            properties.put(field.name(), field(field, aggregate.root()));
        }
        return properties;
    }

    private Thing renumbered() {
        var properties = properties();
        for (var field : keyFields()) {
            properties.put(Field.previous(field.name()), field(field, aggregate.root()));
        }
        return new Thing(properties);
    }

    private List<Field> keyFields() {
        return aggregate.root().key().stream()
                .flatMap(column -> aggregate.root().fields().stream()
                        .filter(field -> column.equals(field.column()))
                        .limit(1))
                .toList();
    }

    private static Map<String, Shape> fields(SourceTable table) {
        var shapes = new LinkedHashMap<String, Shape>();
        table.fields().forEach(field -> shapes.put(field.name(), field(field, table)));
        return shapes;
    }

    private static Shape field(Field field, SourceTable table) {
        var column = field.column();
        if (column == null) {
            return value(field);
        }
        var isNever = field.ifNull() != null || isNeverNull(column, field, table);
        var mayBeNull =
                !isNever || field.unknown() instanceof Unknown.Null || field.type() instanceof FieldType.DayNumber;
        var shape = field.currency() == null ? value(field) : money(field, field.currency(), table);
        return mayBeNull ? new OrNull(shape) : shape;
    }

    private static boolean isNeverNull(String column, Field field, SourceTable table) {
        return table.key().contains(column) || field.notNull().contains(column);
    }

    private static Shape money(Field field, Field.Currency currency, SourceTable table) {
        var properties = new LinkedHashMap<String, Shape>();
        properties.put("amount", value(field));
        properties.put(
                "currency",
                switch (currency) {
                    case Field.Currency.Always(var code) -> new Words(List.of(code));
                    case Field.Currency.Column(var name) ->
                        isNeverNull(name, field, table) ? new Text() : new OrNull(new Text());
                });
        return new Thing(properties);
    }

    /** What the field may be when it is not null. */
    private static Shape value(Field field) {
        var shape =
                switch (field.type()) {
                    case FieldType.Text _, FieldType.Mask _, FieldType.Encrypted _, FieldType.Tokenised _ -> new Text();
                    case FieldType.Whole() -> new Shape.Whole();
                    case FieldType.Decimal(var scale) ->
                        new Decimal(scale == FieldType.Decimal.AS_STORED ? Decimal.ANY_SCALE : scale);
                    case FieldType.Cents(var digits) -> new Decimal(digits);
                    case FieldType.Flag _ -> new Shape.Truth();
                    case FieldType.Code(var words) -> code(field, words.wordByCode());
                    case FieldType.LocalTimestamp _, FieldType.Timestamp _ -> new Shape.Instant();
                    case FieldType.Date(), FieldType.DayNumber() -> new Shape.Date();
                    case FieldType.Hash() -> new Shape.Digest();
                    case FieldType.Always(var value) -> new Words(List.of(value));
                };
        var ifNull = field.ifNull();
        // A text that stands in for NULL need not look like the others.
        return ifNull == null || Fit.hasRoom(shape, ifNull) ? shape : new Text();
    }

    private static Shape code(Field field, Map<String, String> wordByCode) {
        if (field.unknown() instanceof Unknown.Keep) {
            return new Text();
        }
        var words = new TreeSet<>(wordByCode.values());
        if (field.unknown() instanceof Unknown.Use(var word)) {
            words.add(word);
        }
        if (field.ifNull() != null) {
            words.add(field.ifNull().toString());
        }
        return new Words(List.copyOf(words));
    }
}
