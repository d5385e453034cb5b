package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.yaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** YAML as JSON text: unquoted integers and booleans are such, all other values are texts. */
final class YamlJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private YamlJson() {}

    static String of(Yaml yaml) {
        return node(yaml).toString();
    }

    private static JsonNode node(Yaml yaml) {
        return switch (yaml) {
            case Yaml.Keys keys -> {
                var object = NODES.objectNode();
                keys.entries().forEach(entry -> object.set(entry.key(), node(entry.value())));
                yield object;
            }
            case Yaml.Items items -> {
                var array = NODES.arrayNode();
                items.items().forEach(item -> array.add(node(item)));
                yield array;
            }
            case Yaml.Scalar scalar -> scalar(scalar);
        };
    }

    private static JsonNode scalar(Yaml.Scalar scalar) {
        if (scalar.isNull()) {
            return NODES.nullNode();
        }
        var bool = scalar.asBoolean();
        if (bool != null) {
            return NODES.booleanNode(bool);
        }
        var number = scalar.asInteger();
        return number == null ? NODES.stringNode(scalar.text()) : NODES.numberNode(number);
    }
}
