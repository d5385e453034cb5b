package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.AggregateState.ChildRow;
import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Kind.Plain;
import dev.banyan.bridge.mapping.Conditions.Values;
import dev.banyan.bridge.mapping.Field.Money;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words that conditions about an aggregate know: {@code op}, and the state {@code before} and {@code after}, whose fields and lists are
 * what events show. A field that nobody can read is not among them. Conditions about a row of a list know the same of it, and {@code aggregate}, what that is
 * now.
 */
final class StateWords {

    /** The word for the aggregate that a row of a list is of. */
    static final String AGGREGATE = "aggregate";

    private static final Values NOTHING = _ -> null;

    private final String aggregate;
    private final Kind.Thing variables;
    private final Rows root;
    private final @Nullable StateWords whole;

    static StateWords of(Aggregate aggregate) {
        return new StateWords(aggregate.name(), aggregate.root().fields(), aggregate.children());
    }

    /** The words of conditions about what {@code event} of {@code aggregate} tells of: that, or a row of a list of it. */
    static StateWords of(Aggregate aggregate, String event) {
        return aggregate.lists().stream()
                .filter(placed -> placed.list().rules().stream()
                        .anyMatch(rule -> rule.event().equals(event)))
                .findFirst()
                .map(placed -> ofRow(placed.path(), placed.list(), of(aggregate)))
                .orElseGet(() -> of(aggregate));
    }

    /** The words of conditions about the row of the list at {@code path}, of an aggregate that has the words {@code whole}. */
    static StateWords ofRow(String path, ChildList list, StateWords whole) {
        return new StateWords(whole.aggregate + "." + path, list.table().fields(), list.children(), whole);
    }

    StateWords(String aggregate, List<Field> fields, List<ChildList> children) {
        this(aggregate, fields, children, null);
    }

    private StateWords(String aggregate, List<Field> fields, List<ChildList> children, @Nullable StateWords whole) {
        this.aggregate = aggregate;
        this.whole = whole;
        root = Rows.of(fields, children);
        var thing = root.thing(aggregate);
        var words = new HashMap<String, Kind>(Map.of("op", Plain.TEXT, "before", thing, "after", thing));
        if (whole != null) {
            words.put(AGGREGATE, whole.root.thing(whole.aggregate));
        }
        variables = new Kind.Thing("condition", words);
    }

    /** What a condition about a change may ask for. */
    Kind.Thing variables() {
        return variables;
    }

    /** The same as one of many changes that a condition is about. */
    Kind.Thing change() {
        return new Kind.Thing("a change of " + aggregate, variables.fields());
    }

    /** The values of the variables for {@code difference}; they are converted when they are asked for. */
    Values of(Difference difference) {
        return name -> switch (name) {
            case "op" -> difference.op().word();
            case "before" -> state(difference.before());
            case "after" -> state(difference.after());
            case AGGREGATE -> whole == null ? null : whole.state(difference.aggregate());
            default -> null;
        };
    }

    private Values state(@Nullable AggregateState state) {
        return state == null ? NOTHING : root.values(state.fields(), state.children());
    }

    /** The fields of one table and the lists of its rows, with their places. */
    private record Rows(
            List<Field> fields, Map<String, Integer> indexes, Map<String, Integer> lists, List<Rows> items) {

        static Rows of(List<Field> fields, List<ChildList> children) {
            var indexes = new HashMap<String, Integer>();
            for (int i = 0; i < fields.size(); i++) {
                if (!Redaction.hides(fields.get(i).type())) {
                    indexes.put(fields.get(i).name(), i);
                }
            }
            var lists = new HashMap<String, Integer>();
            var items = new ArrayList<Rows>();
            for (var child : children) {
                lists.put(child.name(), items.size());
                items.add(of(child.table().fields(), child.children()));
            }
            return new Rows(fields, indexes, lists, items);
        }

        Kind.Thing thing(String name) {
            var kinds = new LinkedHashMap<String, Kind>();
            indexes.forEach((field, index) -> kinds.put(field, kind(fields.get(index), name + "." + field)));
            lists.forEach((list, index) ->
                    kinds.put(list, new Kind.ListOf(items.get(index).thing(name + "." + list))));
            return new Kind.Thing(name, kinds);
        }

        Values values(List<@Nullable Object> values, List<List<ChildRow>> children) {
            return name -> {
                var list = lists.get(name);
                return list == null ? get(values, name) : items.get(list).all(children.get(list));
            };
        }

        private List<Values> all(List<ChildRow> rows) {
            return rows.stream()
                    .map(row -> values(row.fields(), row.children()))
                    .toList();
        }

        private @Nullable Object get(List<@Nullable Object> values, String name) {
            var index = indexes.get(name);
            return index == null ? null : value(fields.get(index), values.get(index));
        }
    }

    private static Kind kind(Field field, String name) {
        return field.currency() == null
                ? plain(field)
                : new Kind.Thing(name, Map.of("amount", plain(field), "currency", Plain.TEXT));
    }

    /** What the field is when it is not null. A text that stands in for NULL makes texts of all, unless it looks like the others. */
    private static Plain plain(Field field) {
        return switch (field.type()) {
            case FieldType.Whole() -> Plain.WHOLE;
            case FieldType.Flag _ -> Plain.TRUTH;
            case FieldType.Decimal _, FieldType.Cents _ -> isDecimal(field.ifNull()) ? Plain.DECIMAL : Plain.TEXT;
            case FieldType.Timestamp _, FieldType.LocalTimestamp _ ->
                isInstant(field.ifNull()) ? Plain.INSTANT : Plain.TEXT;
            case FieldType.Always(var value) ->
                switch (value) {
                    case Long _ -> Plain.WHOLE;
                    case Boolean _ -> Plain.TRUTH;
                    default -> Plain.TEXT;
                };
            default -> Plain.TEXT;
        };
    }

    private static boolean isDecimal(@Nullable Object text) {
        return text == null || text.toString().matches("-?[0-9]{1,40}(\\.[0-9]{1,40})?");
    }

    private static boolean isInstant(@Nullable Object text) {
        try {
            return text == null || Instant.parse(text.toString()).isAfter(Instant.MIN);
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static @Nullable Object value(Field field, @Nullable Object value) {
        return switch (value) {
            case Money(var amount, var currency) ->
                (Values) name -> switch (name) {
                    case "amount" -> value(field, amount);
                    case "currency" -> currency;
                    default -> null;
                };
            case String text ->
                switch (plain(field)) {
                    case DECIMAL -> new BigDecimal(text);
                    case INSTANT -> Instant.parse(text);
                    case TEXT, WHOLE, TRUTH -> text;
                };
            case null, default -> value;
        };
    }
}
