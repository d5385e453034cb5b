package dev.banyan.rules.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The order of keys: the schema's own, but that a match begins with its method, as requests do. Each instance stands for one place of the language. */
final class KeyOrder {

    private final JsonNode root;
    private final JsonNode here;
    private final List<String> keys;

    private KeyOrder(JsonNode root, JsonNode here) {
        this.root = root;
        this.here = resolved(root, here);
        this.keys = new ArrayList<>(this.here.path("properties").propertyNames());
    }

    /** The order of the keys of a file. */
    static KeyOrder ofFile() {
        try (InputStream in = KeyOrder.class.getResourceAsStream("/dev/banyan/rules/routing-rules.schema.json")) {
            JsonNode schema = JsonMapper.shared().readTree(Objects.requireNonNull(in));
            return new KeyOrder(schema, schema);
        } catch (IOException e) {
            throw new UncheckedIOException("the schema packed in this jar", e);
        }
    }

    /** The place of a key; one that the schema does not know comes last. */
    int of(String key) {
        if (key.equals("method")) {
            return -1;
        }
        int place = keys.indexOf(key);
        return place < 0 ? Integer.MAX_VALUE : place;
    }

    /** The order within the value of {@code key}. */
    KeyOrder under(String key) {
        return new KeyOrder(root, here.path("properties").path(key));
    }

    /** The order within each element of this list. */
    KeyOrder inElements() {
        return new KeyOrder(root, here.path("items"));
    }

    private static JsonNode resolved(JsonNode root, JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.startsWith("#/") ? root.at(reference.substring(1)) : node;
    }
}
