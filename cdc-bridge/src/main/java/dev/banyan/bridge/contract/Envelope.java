package dev.banyan.bridge.contract;

import static dev.banyan.bridge.contract.AsyncApi.ordered;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The attributes that every event has around its data, as a schema. */
final class Envelope {

    private static final List<String> ALWAYS = List.of(
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "dataschema",
            "partitionkey",
            "sequence",
            "txid",
            "causationid");

    private Envelope() {}

    /** What {@code attribute} is called in messages of {@code mode}. */
    static String name(Mode mode, String attribute) {
        if (mode == Mode.STRUCTURED) {
            return attribute;
        }
        return attribute.equals("datacontenttype") ? "content-type" : "ce_" + attribute;
    }

    static Map<String, Object> schema(Mode mode) {
        var properties = new LinkedHashMap<String, Object>();
        attributes().forEach((attribute, schema) -> properties.put(name(mode, attribute), schema));
        var required = new ArrayList<String>();
        ALWAYS.forEach(attribute -> required.add(name(mode, attribute)));
        required.add(name(mode, "datacontenttype"));
        var schema = ordered("type", "object", "required", required, "properties", properties);
        if (mode == Mode.STRUCTURED) {
            schema.put("oneOf", List.of(Map.of("required", List.of("data")), Map.of("required", List.of("dataref"))));
        }
        return schema;
    }

    private static Map<String, Object> attributes() {
        var attributes = new LinkedHashMap<String, Object>();
        attributes.put("specversion", Map.of("const", "1.0"));
        attributes.put("id", text("The same id is the same event.", "format", "uuid"));
        attributes.put("source", text("The bridge.", "format", "uri-reference"));
        attributes.put("type", text("What happened, and the version of its data.", "minLength", 1));
        attributes.put("subject", text("What it happened to.", "minLength", 1));
        attributes.put("time", text("When the legacy database committed it.", "format", "date-time"));
        attributes.put("datacontenttype", Map.of("const", "application/json"));
        attributes.put("dataschema", text("The schema of the data.", "format", "uri"));
        attributes.put("partitionkey", text("The subject: events of one subject are in order.", "minLength", 1));
        attributes.put("sequence", text("As text, higher is later.", "pattern", "^[0-9a-f]{16}-[0-9]{6,}$"));
        attributes.put(
                "txid", text("The transaction's number in the legacy database, which comes again.", "minLength", 1));
        attributes.put(
                "causationid",
                text(
                        "What the transaction was made for, as its writer said, else the transaction itself.",
                        "minLength",
                        1));
        attributes.put(
                "traceparent",
                text(
                        "The trace that it belongs to, if its writer said.",
                        "pattern",
                        "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"));
        attributes.put("backfill", Map.of("const", "true"));
        attributes.put("changed", text("The fields and lists that differ, with commas between.", "minLength", 1));
        attributes.put(
                "dataref", text("Where the data lies that was too large for the hub.", "format", "uri-reference"));
        return attributes;
    }

    private static Map<String, Object> text(String description, String keyword, Object value) {
        return ordered("type", "string", keyword, value, "description", description);
    }
}
