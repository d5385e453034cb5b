package dev.banyan.bridge.contract;

import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.TransactionRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The AsyncAPI 3.0 document of a set of contracts: a channel for each topic, a message for each type. */
final class AsyncApi {

    static final String SUBJECTS = "x-subjects";
    static final String CONTENT_TYPE = "defaultContentType";
    private static final String SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");

    private final Contracts contracts;
    private final String base;
    private final Mode mode;

    AsyncApi(Contracts contracts) {
        this.contracts = contracts;
        this.base = contracts.base();
        this.mode = contracts.mode();
    }

    /** The document; {@code version} changes with whatever it describes. */
    Map<String, Object> document(String version) {
        var document = new LinkedHashMap<String, Object>();
        document.put("asyncapi", "3.0.0");
        document.put(
                "info",
                ordered(
                        "title",
                        "Domain events of a legacy database",
                        "version",
                        version,
                        "description",
                        "CloudEvents 1.0, made by the bridge of the changes in the database's log. At least once: the same id is"
                                + " the same event. Of one subject, a higher sequence is later."));
        document.put(CONTENT_TYPE, contentType());
        document.put("channels", channels());
        document.put("operations", operations());
        document.put(
                "components", ordered("messages", messages(), "schemas", Map.of("cloudEvent", Envelope.schema(mode))));
        return document;
    }

    private String contentType() {
        return mode.contentType;
    }

    private Map<String, List<String>> typesByTopic() {
        var types = new TreeMap<String, List<String>>();
        contracts.byType().forEach((type, contract) -> contract.topics()
                .forEach(topic ->
                        types.computeIfAbsent(topic, _ -> new ArrayList<>()).add(type)));
        return types;
    }

    private Map<String, Object> channels() {
        var channels = new LinkedHashMap<String, Object>();
        typesByTopic().forEach((topic, types) -> {
            var messages = new LinkedHashMap<String, Object>();
            types.forEach(type -> messages.put(type, reference("#/components/messages/" + type)));
            channels.put(topic, ordered("address", topic, "messages", messages));
        });
        return channels;
    }

    private Map<String, Object> operations() {
        var operations = new LinkedHashMap<String, Object>();
        typesByTopic()
                .keySet()
                .forEach(topic ->
                        operations.put(topic, ordered("action", "send", "channel", reference("#/channels/" + topic))));
        return operations;
    }

    private Map<String, Object> messages() {
        var messages = new LinkedHashMap<String, Object>();
        contracts.byType().forEach((type, contract) -> messages.put(type, message(contract)));
        return messages;
    }

    private Map<String, Object> message(EventContract contract) {
        var message = new LinkedHashMap<String, Object>();
        message.put("name", contract.type());
        message.put("contentType", contentType());
        message.put(
                "correlationId",
                Map.of(
                        "location",
                        mode == Mode.BINARY ? "$message.header#/ce_causationid" : "$message.payload#/causationid"));
        var data = reference(ContractFiles.schemaFile(contract.type()));
        if (mode == Mode.BINARY) {
            message.put("headers", envelope(contract, null));
            message.put("payload", ordered("schemaFormat", SCHEMA_FORMAT, "schema", data));
        } else {
            message.put("payload", ordered("schemaFormat", SCHEMA_FORMAT, "schema", envelope(contract, data)));
        }
        message.put(SUBJECTS, List.copyOf(contract.subjects()));
        return message;
    }

    private Map<String, Object> envelope(EventContract contract, @org.jspecify.annotations.Nullable Object data) {
        var properties = new LinkedHashMap<String, Object>();
        properties.put(Envelope.name(mode, "type"), Map.of("const", contract.type()));
        properties.put(Envelope.name(mode, "dataschema"), Map.of("const", Mapping.schemaUri(base, contract.type())));
        properties.put(Envelope.name(mode, "subject"), Map.of("pattern", pattern(contract)));
        if (data != null) {
            properties.put("data", data);
        }
        return ordered(
                "type",
                "object",
                "allOf",
                List.of(reference("#/components/schemas/cloudEvent"), Map.of("properties", properties)));
    }

    /** What each subject of {@code contract} matches; a value of a key has no slash in it, the name of a transaction of MariaDB one before its GTID. */
    private static String pattern(EventContract contract) {
        var patterns = contract.subjects().stream()
                .map(subject -> TransactionRule.isTemplate(subject)
                        ? "tx:[0-9a-f]+(/[0-9-]+)?"
                        : PLACEHOLDER.matcher(subject.replace(".", "\\.")).replaceAll("[^/]*"))
                .toList();
        return patterns.size() == 1 ? "^" + patterns.getFirst() + "$" : "^(" + String.join("|", patterns) + ")$";
    }

    private static Map<String, Object> reference(String uri) {
        return Map.of("$ref", uri);
    }

    static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
