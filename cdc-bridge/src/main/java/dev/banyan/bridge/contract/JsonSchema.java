package dev.banyan.bridge.contract;

import dev.banyan.bridge.contract.Shape.Decimal;
import dev.banyan.bridge.contract.Shape.Thing;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Shapes as JSON Schemas (2020-12), and back. Reads no more of JSON Schema than it writes. */
final class JsonSchema {

    static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private static final String DEFINITION = "#/$defs/";
    private static final String DIGEST_PATTERN = "^[0-9a-f]{64}$";
    private static final String DECIMAL_PATTERN_START = "^-?[0-9]+";

    /*
     * PostgreSQL has years before 1 and after 9999. The formats date and date-time are those of RFC 3339, whose years have four digits, so they
     * would refuse what an event may hold. Schemas of before had them and meant the same.
     */
    private static final String DATE = "(-[0-9]{4,}|[0-9]{4}|\\+[0-9]{5,})-[0-9]{2}-[0-9]{2}";
    private static final String DATE_PATTERN = "^" + DATE + "$";
    private static final String INSTANT_PATTERN = "^" + DATE + "T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$";

    /** Not a schema that {@link #of} writes. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    private final Map<String, Object> definitions = new LinkedHashMap<>();

    private JsonSchema() {}

    /** The schema called {@code id} of an event of {@code type} with {@code data}. */
    static Map<String, Object> of(String id, String type, Shape.Forms data) {
        var schema = new JsonSchema();
        var json = new LinkedHashMap<String, Object>();
        json.put("$schema", DIALECT);
        json.put("$id", id);
        json.put("title", type);
        json.putAll(schema.of(data));
        json.put("$defs", schema.definitions);
        return json;
    }

    /** What {@code json}, a whole schema, describes. */
    static Shape.Forms read(JsonNode json) throws Unreadable {
        if (shape(json, json) instanceof Shape.Forms forms) {
            return forms;
        }
        throw new Unreadable("no forms (expected: $ref or anyOf)");
    }

    static String decimalPattern(int scale) {
        return DECIMAL_PATTERN_START
                + switch (scale) {
                    case Decimal.ANY_SCALE -> "(\\.[0-9]+)?$";
                    case 0 -> "$";
                    default -> "\\.[0-9]{" + scale + "}$";
                };
    }

    private Map<String, Object> of(Shape shape) {
        var json = new LinkedHashMap<String, Object>();
        switch (shape) {
            case Shape.Text() -> json.put("type", "string");
            case Decimal(var scale) -> typed(json, "string", "pattern", decimalPattern(scale));
            case Shape.Date() -> typed(json, "string", "pattern", DATE_PATTERN);
            case Shape.Instant() -> typed(json, "string", "pattern", INSTANT_PATTERN);
            case Shape.Digest() -> typed(json, "string", "pattern", DIGEST_PATTERN);
            case Shape.Whole() -> json.put("type", "integer");
            case Shape.Truth() -> json.put("type", "boolean");
            case Shape.Words(var values) -> json.put("enum", values);
            case Thing(var properties) -> {
                typed(json, "object", "required", List.copyOf(properties.keySet()));
                var schemas = new LinkedHashMap<String, Object>();
                properties.forEach((name, property) -> schemas.put(name, of(property)));
                json.put("properties", schemas);
            }
            case Shape.ListOf(var item) -> typed(json, "array", "items", of(item));
            case Shape.OrNull(var inner) -> json.putAll(orNull(of(inner)));
            case Shape.Forms(var forms) -> {
                forms.forEach((name, form) -> definitions.put(name, of(form)));
                var references = forms.keySet().stream()
                        .map(name -> Map.of("$ref", DEFINITION + pointer(name)))
                        .toList();
                if (references.size() == 1) {
                    json.putAll(references.getFirst());
                } else {
                    json.put("anyOf", references);
                }
            }
        }
        return json;
    }

    /** {@code name} as a part of a JSON pointer in the fragment of a URI. */
    private static String pointer(String name) {
        var escaped = name.replace("~", "~0").replace("/", "~1");
        return URLEncoder.encode(escaped, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~");
    }

    /** The name that {@code pointer} stands for; as it is where that is one, which contracts of before have. */
    private static String name(String pointer, JsonNode whole) {
        if (whole.path("$defs").has(pointer)) {
            return pointer;
        }
        try {
            return URLDecoder.decode(pointer.replace("+", "%2B"), StandardCharsets.UTF_8)
                    .replace("~1", "/")
                    .replace("~0", "~");
        } catch (IllegalArgumentException e) {
            return pointer;
        }
    }

    private static void typed(Map<String, Object> json, String type, String keyword, Object value) {
        json.put("type", type);
        json.put(keyword, value);
    }

    private static Map<String, Object> orNull(Map<String, Object> schema) {
        if (schema.get("enum") instanceof List<?> words) {
            var values = new ArrayList<Object>(words);
            values.add(null);
            schema.put("enum", values);
        } else if (schema.get("type") instanceof String type) {
            schema.put("type", List.of(type, "null"));
        } else {
            throw new IllegalStateException("or null: " + schema.keySet() + " (expected: type or enum)");
        }
        return schema;
    }

    private static Shape shape(JsonNode schema, JsonNode whole) throws Unreadable {
        if (schema.has("$ref")) {
            return forms(List.of(schema), whole);
        }
        if (schema.has("anyOf")) {
            return forms(schema.path("anyOf"), whole);
        }
        if (schema.has("enum")) {
            return words(schema.path("enum"));
        }
        var type = schema.path("type");
        if (type.isArray() && type.size() == 2 && type.path(1).asString("").equals("null")) {
            return new Shape.OrNull(shape(type.path(0).asString(""), schema, whole));
        }
        return shape(type.asString(""), schema, whole);
    }

    private static Shape shape(String type, JsonNode schema, JsonNode whole) throws Unreadable {
        return switch (type) {
            case "string" -> text(schema);
            case "integer" -> new Shape.Whole();
            case "boolean" -> new Shape.Truth();
            case "array" -> new Shape.ListOf(shape(schema.path("items"), whole));
            case "object" -> thing(schema, whole);
            default -> throw new Unreadable("type '" + type + "' (expected: a schema as 'contracts' writes it)");
        };
    }

    private static Shape text(JsonNode schema) throws Unreadable {
        var format = schema.path("format").asString("");
        var pattern = schema.path("pattern").asString("");
        if (format.isEmpty() && pattern.isEmpty()) {
            return new Shape.Text();
        }
        if (pattern.isEmpty()) {
            return switch (format) {
                case "date" -> new Shape.Date();
                case "date-time" -> new Shape.Instant();
                default -> throw new Unreadable("format '" + format + "' (expected: date or date-time)");
            };
        }
        switch (pattern) {
            case DIGEST_PATTERN -> {
                return new Shape.Digest();
            }
            case DATE_PATTERN -> {
                return new Shape.Date();
            }
            case INSTANT_PATTERN -> {
                return new Shape.Instant();
            }
            default -> {}
        }
        for (int scale = Decimal.ANY_SCALE; scale <= ContractShapes.SCALE_MAX; scale++) {
            if (pattern.equals(decimalPattern(scale))) {
                return new Decimal(scale);
            }
        }
        throw new Unreadable("pattern '" + pattern + "' (expected: one that 'contracts' writes)");
    }

    private static Shape words(JsonNode values) throws Unreadable {
        var words = new ArrayList<Object>();
        boolean hasNull = false;
        for (var value : values) {
            if (value.isNull()) {
                hasNull = true;
            } else if (value.isBoolean()) {
                words.add(value.booleanValue());
            } else if (value.isIntegralNumber()) {
                words.add(value.longValue());
            } else if (value.isString()) {
                words.add(value.stringValue());
            } else {
                throw new Unreadable("enum of " + value + " (expected: texts, integers, booleans)");
            }
        }
        var shape = new Shape.Words(words);
        return hasNull ? new Shape.OrNull(shape) : shape;
    }

    private static Thing thing(JsonNode schema, JsonNode whole) throws Unreadable {
        var required = new ArrayList<String>();
        schema.path("required").forEach(name -> required.add(name.asString("")));
        var properties = new LinkedHashMap<String, Shape>();
        for (var property : schema.path("properties").properties()) {
            if (!required.contains(property.getKey())) {
                throw new Unreadable("optional '" + property.getKey() + "' (expected: every property required)");
            }
            properties.put(property.getKey(), shape(property.getValue(), whole));
        }
        return new Thing(properties);
    }

    private static Shape.Forms forms(Iterable<JsonNode> references, JsonNode whole) throws Unreadable {
        var forms = new LinkedHashMap<String, Thing>();
        for (var reference : references) {
            var uri = reference.path("$ref").asString("");
            var name = uri.startsWith(DEFINITION) ? name(uri.substring(DEFINITION.length()), whole) : "";
            var definition = whole.path("$defs").path(name);
            if (!definition.isObject()) {
                throw new Unreadable("$ref '" + uri + "' (expected: a name under $defs)");
            }
            forms.put(name, thing(definition, whole));
        }
        return new Shape.Forms(forms);
    }
}
