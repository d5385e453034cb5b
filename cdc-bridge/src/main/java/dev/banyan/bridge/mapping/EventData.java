package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.mapping.AggregateState.ChildRow;
import dev.banyan.bridge.mapping.Field.Money;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the JSON of an event. Fields come in the order of the mapping file, then the lists, then what the event adds. */
final class EventData {

    /** Beside its key says of what the event is about that it is gone. */
    static final String DELETED = "deleted";

    private static final JsonFactory JSON = new JsonFactory();

    private EventData() {}

    /** The whole state, and for a renumbered aggregate its key before: {@code previousSku}. */
    static String of(Aggregate aggregate, AggregateState state, Map<String, Object> previousKey) {
        var text = new StringWriter(256);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields(json, aggregate.root().fields(), state.fields());
            lists(json, aggregate.children(), state.children());
            for (var entry : previousKey.entrySet()) {
                json.writeName(Field.previous(entry.getKey()));
                value(json, entry.getValue());
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    /** What is left to say of an aggregate that is gone: its key, and {@code "deleted": true}. */
    static String ofRemoved(Map<String, Object> key) {
        var text = new StringWriter(64);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            values(json, key);
            json.writeName(DELETED);
            json.writeBoolean(true);
            json.writeEndObject();
        }
        return text.toString();
    }

    /** What is told of one row of a list: its aggregate's key, down to it the keys of the rows above it, and {@code state}; null of a row that is gone. */
    static String ofRow(Map<String, Object> key, List<RowChange.Level> path, @Nullable AggregateState state) {
        var text = new StringWriter(256);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            values(json, key);
            for (int i = 0; i < path.size(); i++) {
                var level = path.get(i);
                json.writeName(level.list().list().name());
                json.writeStartObject();
                if (state == null || i < path.size() - 1) {
                    values(json, level.key());
                } else {
                    fields(json, level.list().list().table().fields(), state.fields());
                    lists(json, level.list().list().children(), state.children());
                }
            }
            if (state == null) {
                json.writeName(DELETED);
                json.writeBoolean(true);
            }
            path.forEach(_ -> json.writeEndObject());
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void values(JsonGenerator json, Map<String, Object> values) {
        values.forEach((name, value) -> {
            json.writeName(name);
            value(json, value);
        });
    }

    private static void lists(JsonGenerator json, List<ChildList> lists, List<List<ChildRow>> rows) {
        for (int i = 0; i < lists.size(); i++) {
            json.writeName(lists.get(i).name());
            list(json, lists.get(i), rows.get(i));
        }
    }

    private static void list(JsonGenerator json, ChildList list, List<ChildRow> rows) {
        json.writeStartArray();
        for (var row : rows) {
            json.writeStartObject();
            fields(json, list.table().fields(), row.fields());
            lists(json, list.children(), row.children());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void fields(JsonGenerator json, List<Field> fields, List<@Nullable Object> values) {
        for (int i = 0; i < fields.size(); i++) {
            json.writeName(fields.get(i).name());
            value(json, values.get(i));
        }
    }

    private static void value(JsonGenerator json, @Nullable Object value) {
        switch (value) {
            case null -> json.writeNull();
            case String text -> json.writeString(text);
            case Long number -> json.writeNumber(number);
            case Boolean bool -> json.writeBoolean(bool);
            case Money(var amount, var currency) -> {
                json.writeStartObject();
                json.writeName("amount");
                value(json, amount);
                json.writeName("currency");
                value(json, currency);
                json.writeEndObject();
            }
            default -> throw new IllegalStateException("field value: " + value.getClass());
        }
    }
}
