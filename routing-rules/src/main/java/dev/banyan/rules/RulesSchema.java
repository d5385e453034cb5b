package dev.banyan.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The published JSON Schema, asked about a document before anything else is. It alone says which keys there are, and its
 * own words ({@code patternErrorMessage}, {@code enum}, {@code description}) are what messages give as expected, so that
 * an editor and the gateway say the same.
 */
final class RulesSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Keys of the language that this version does not know yet, and what to do meanwhile. */
    private static final Map<String, String> NOT_YET = Map.of("lambda", "url");

    private final JsonNode root;
    private final Schema schema;

    private RulesSchema(JsonNode root) {
        this.root = root;
        // The keyword by which editors say in plain words what a pattern wants.
        Dialect dialect = Dialect.builder(Dialects.getDraft7())
                .keyword(new NonValidationKeyword("patternErrorMessage"))
                .build();
        this.schema = SchemaRegistry.withDefaultDialect(dialect).getSchema(root);
    }

    static RulesSchema load() {
        return load("routing-rules.schema.json");
    }

    /** The schema of this name that is packed beside this class. */
    static RulesSchema load(String name) {
        try (InputStream in = RulesSchema.class.getResourceAsStream(name)) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
            return new RulesSchema(JsonMapper.shared().readTree(text));
        } catch (IOException e) {
            throw new UncheckedIOException("the schema packed in this jar", e);
        }
    }

    /** Adds everything that the schema finds wrong. */
    void check(Path file, Yaml document, List<Problem> problems) {
        check(file, document, List.of(), problems);
    }

    /** The same of a document that has only some of its routes; {@code numbers} are their places in the list of all. */
    void check(Path file, Yaml document, List<Integer> numbers, List<Problem> problems) {
        for (Error error : schema.validate(json(document))) {
            problems.add(problem(file, document, numbers, error));
        }
    }

    /** Whether the schema finds nothing wrong with a route, by itself. */
    boolean isSound(Yaml route) {
        var document = JSON.objectNode();
        document.set("routes", JSON.arrayNode().add(json(route)));
        return schema.validate(document).isEmpty();
    }

    private Problem problem(Path file, Yaml document, List<Integer> numbers, Error error) {
        NodePath path = error.getInstanceLocation();
        Yaml at = document;
        var where = new StringBuilder();
        for (int i = 0; i < path.getNameCount(); i++) {
            at = child(at, path.getElement(i));
            Object element = path.getElement(i);
            boolean ofSome =
                    i == 1 && element instanceof Integer && path.getElement(0).equals("routes") && !numbers.isEmpty();
            where.append(label(ofSome ? numbers.get((Integer) element) : element, at));
        }
        JsonNode keyword = schemaAt(error.getSchemaLocation().getFragment());
        JsonNode owner = schemaAt(error.getSchemaLocation().getFragment().getParent());
        Yaml.Place place = at.place();
        String found = at.shown();
        String expected = expected(error.getKeyword(), keyword, owner, at);
        String key = error.getProperty();
        if (error.getKeyword().equals("additionalProperties") && at instanceof Yaml.Fields in) {
            place = Objects.requireNonNull(in.fields().get(key)).key();
            found = "the unknown key \"" + key + "\"";
            expected = Suggestion.among(key, owner.path("properties").propertyNames());
            if (NOT_YET.containsKey(key)) {
                found = "\"" + key + "\", which is not in this version yet";
                expected = NOT_YET.get(key);
            }
        } else if (error.getKeyword().equals("required")) {
            found = "no \"" + key + "\"";
            expected = key + ": "
                    + owner.path("properties").path(key).path("description").asString("");
        }
        String shownWhere = where.isEmpty() ? "file" : where.substring(where.charAt(0) == '.' ? 1 : 0);
        return new Problem(file, place.line(), place.column(), shownWhere, found, expected, kind(error.getKeyword()));
    }

    private static String expected(String keyword, JsonNode value, JsonNode owner, Yaml at) {
        return switch (keyword) {
            case "pattern" -> owner.path("patternErrorMessage").asString(value.asString());
            case "enum" -> Suggestion.among(at instanceof Yaml.Scalar scalar ? scalar.text() : "", texts(value));
            case "type" -> owner.path("patternErrorMessage").asString(typeName(value.asString()));
            case "minimum", "maximum" ->
                owner.path("minimum").asString() + " to "
                        + owner.path("maximum").asString();
            case "minLength" -> "text that is not empty";
            case "maxLength" -> "at most " + value.asString() + " characters";
            case "minItems" -> "at least " + value.asString() + " entry";
            case "maxItems" -> "at most " + value.asString() + " entries";
            case "minProperties" ->
                "at least one of " + String.join(", ", owner.path("properties").propertyNames());
            case "maxProperties" ->
                "only one of " + String.join(", ", owner.path("properties").propertyNames());
            default -> keyword + " " + value;
        };
    }

    private static ProblemKind kind(String keyword) {
        return switch (keyword) {
            case "additionalProperties" -> ProblemKind.UNKNOWN_KEY;
            case "required" -> ProblemKind.MISSING_KEY;
            case "type" -> ProblemKind.WRONG_TYPE;
            case "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems" -> ProblemKind.LIMIT;
            case "minProperties", "maxProperties" -> ProblemKind.CONTRADICTION;
            default -> ProblemKind.WRONG_VALUE;
        };
    }

    private static String typeName(String type) {
        return switch (type) {
            case "string" -> "text, in quotes if it looks like something else";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            case "array" -> "a list";
            case "object" -> "a mapping";
            default -> type;
        };
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private JsonNode schemaAt(NodePath fragment) {
        JsonNode at = root;
        for (int i = 0; i < fragment.getNameCount(); i++) {
            Object element = fragment.getElement(i);
            at = element instanceof Integer index ? at.path(index) : at.path(element.toString());
        }
        return at;
    }

    private static Yaml child(Yaml parent, Object element) {
        return switch (parent) {
            case Yaml.Items list -> list.items().get(Integer.parseInt(element.toString()));
            case Yaml.Fields fields -> Objects.requireNonNull(fields.get(element.toString()));
            case Yaml.Scalar scalar -> scalar;
        };
    }

    /** {@code .weight}, or for an entry of a list its name in brackets, or else its number. */
    private static String label(Object element, Yaml at) {
        if (!(element instanceof Integer)) {
            return "." + element;
        }
        String name = at instanceof Yaml.Fields fields ? fields.text("name") : null;
        return "[" + (name == null ? element : name) + "]";
    }

    private static JsonNode json(Yaml yaml) {
        return switch (yaml) {
            case Yaml.Scalar scalar -> json(scalar);
            case Yaml.Items list -> {
                var array = JSON.arrayNode(list.items().size());
                list.items().forEach(each -> array.add(json(each)));
                yield array;
            }
            case Yaml.Fields mapping -> {
                var object = JSON.objectNode();
                mapping.fields().forEach((key, field) -> object.set(key, json(field.value())));
                yield object;
            }
        };
    }

    private static JsonNode json(Yaml.Scalar scalar) {
        return switch (scalar.kind()) {
            case TEXT -> JSON.stringNode(scalar.text());
            case BOOLEAN -> JSON.booleanNode(Boolean.parseBoolean(scalar.text()));
            case NULL -> JSON.nullNode();
            case INTEGER, DECIMAL -> number(scalar);
        };
    }

    private static JsonNode number(Yaml.Scalar scalar) {
        BigDecimal number = scalar.number();
        if (number == null) {
            // What no field takes. Taken for text, it would be text that no reader takes, and be left out.
            return JSON.nullNode();
        }
        boolean isInt = number.scale() == 0 && number.precision() <= 9;
        return isInt ? JSON.numberNode(number.intValueExact()) : JSON.numberNode(number);
    }
}
