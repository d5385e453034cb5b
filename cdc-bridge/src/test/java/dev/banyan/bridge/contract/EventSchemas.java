package dev.banyan.bridge.contract;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.mapping.Mapping;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The generated schemas of a mapping's events, ready to validate with a validator that knows nothing of how they were made. */
final class EventSchemas {

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private final Map<String, Schema> byType = new HashMap<>();

    private EventSchemas() {}

    /** The schemas as readers use them: what they do not name they ignore. */
    static EventSchemas of(Mapping mapping) {
        return of(mapping, false);
    }

    /** The same schemas, but with room for nothing that they do not name. */
    static EventSchemas closed(Mapping mapping) {
        return of(mapping, true);
    }

    private static EventSchemas of(Mapping mapping, boolean isClosed) {
        var schemas = new EventSchemas();
        var files = ContractFiles.of(mapping, Mode.BINARY);
        for (var type : Contracts.of(mapping, Mode.BINARY).byType().keySet()) {
            var json = (ObjectNode) JsonMapper.shared().readTree(files.get(ContractFiles.schemaFile(type)));
            // Two mappings under comparison have schemas of the same name.
            json.remove("$id");
            if (isClosed) {
                close(json);
            }
            schemas.byType.put(type, REGISTRY.getSchema(json));
        }
        return schemas;
    }

    /** What {@code document}, an AsyncAPI document, says of what is around the data of events of {@code type}. */
    static Schema envelope(String document, String type, Mode mode) {
        var json = (ObjectNode) JsonMapper.shared().readTree(document);
        var message = "#/components/messages/" + type;
        json.put("$ref", mode == Mode.BINARY ? message + "/headers" : message + "/payload/schema");
        json.path("components").path("messages").forEach(EventSchemas::leaveOutData);
        return REGISTRY.getSchema(json);
    }

    /** The data has a schema of its own in another file. */
    private static void leaveOutData(JsonNode message) {
        message.path("payload").path("schema").path("allOf").forEach(part -> {
            if (part.path("properties") instanceof ObjectNode properties) {
                properties.remove("data");
            }
        });
    }

    private static void close(JsonNode json) {
        if (json instanceof ObjectNode object && object.has("properties")) {
            object.put("additionalProperties", false);
        }
        json.forEach(EventSchemas::close);
    }

    boolean know(String type) {
        return byType.containsKey(type);
    }

    /** What is wrong with the data of {@code event}; empty when it fits. */
    List<String> problems(DomainEvent event) {
        var schema = byType.get(event.type());
        if (schema == null) {
            return List.of(event.type() + ": no schema");
        }
        return schema.validate(JsonMapper.shared().readTree(event.data())).stream()
                .map(error -> event.type() + ": " + error + " in " + event.data())
                .collect(Collectors.toList());
    }
}
