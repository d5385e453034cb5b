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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words that conditions about an aggregate know: {@code op}, and the state {@code before} and {@code after}, whose fields and lists are
 * what events show. A field that nobody can read is not among them.
 */
final class StateWords {

    private static final Values NOTHING = _ -> null;

    private final String aggregate;
    private final Kind.Thing variables;
    private final Rows root;
    private final Map<String, Integer> lists = new HashMap<>();
    private final List<Rows> items;

    static StateWords of(Aggregate aggregate) {
        return new StateWords(aggregate.name(), aggregate.root().fields(), aggregate.children());
    }

    StateWords(String aggregate, List<Field> fields, List<ChildList> children) {
        this.aggregate = aggregate;
        root = Rows.of(fields);
        items = children.stream().map(child -> Rows.of(child.table().fields())).toList();
        var state = new LinkedHashMap<String, Kind>(root.kinds(aggregate));
        for (int i = 0; i < children.size(); i++) {
            var name = children.get(i).name();
            var item = aggregate + "." + name;
            lists.put(name, i);
            state.put(name, new Kind.ListOf(new Kind.Thing(item, items.get(i).kinds(item))));
        }
        var thing = new Kind.Thing(aggregate, state);
        variables = new Kind.Thing("condition", Map.of("op", Plain.TEXT, "before", thing, "after", thing));
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
            default -> null;
        };
    }

    private Values state(@Nullable AggregateState state) {
        if (state == null) {
            return NOTHING;
        }
        return name -> {
            var list = lists.get(name);
            return list == null
                    ? root.get(state.fields(), name)
                    : items.get(list).all(state.children().get(list));
        };
    }

    /** The fields of one table, with their places. */
    private record Rows(List<Field> fields, Map<String, Integer> indexes) {

        static Rows of(List<Field> fields) {
            var indexes = new HashMap<String, Integer>();
            for (int i = 0; i < fields.size(); i++) {
                if (!Redaction.hides(fields.get(i).type())) {
                    indexes.put(fields.get(i).name(), i);
                }
            }
            return new Rows(fields, indexes);
        }

        Map<String, Kind> kinds(String thing) {
            var kinds = new LinkedHashMap<String, Kind>();
            indexes.forEach((name, index) -> kinds.put(name, kind(fields.get(index), thing + "." + name)));
            return kinds;
        }

        List<Values> all(List<ChildRow> rows) {
            return rows.stream()
                    .<Values>map(row -> name -> get(row.fields(), name))
                    .toList();
        }

        @Nullable
        Object get(List<@Nullable Object> values, String name) {
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
