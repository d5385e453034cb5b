package dev.banyan.bridge.lake;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.CloudEventJson;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One event in the lake. {@code number} is its place in its segment; segments and numbers together are the order events were sent in. */
public record LakeRecord(int segment, long number, String source, DomainEvent event) {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What follows the data in a line. */
    private static final String END = "}}";

    /** A line of a segment: the number, the topic, and the event as a CloudEvent in JSON. */
    String line() {
        var text = new StringWriter(512);
        try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeName("n");
            json.writeNumber(number);
            write(json, "topic", event.topic());
            json.writeName("event");
            CloudEventJson.write(json, event, source);
            json.writeEndObject();
        }
        return text.toString();
    }

    /** The event as CloudEvents 1.0 JSON, structured mode. */
    public String cloudEvent() {
        return CloudEventJson.of(event, source);
    }

    private static void write(JsonGenerator json, String name, String value) {
        json.writeName(name);
        json.writeString(value);
    }

    static LakeRecord read(int segment, String line) {
        var from = dataFrom(line);
        var node = JSON.readTree(line.substring(0, from) + "null" + END);
        var event = node.path("event");
        return new LakeRecord(
                segment,
                node.path("n").asLong(),
                event.path("source").asString(),
                new DomainEvent(
                        text(event, "id"),
                        text(event, "type"),
                        node.path("topic").asString(),
                        text(event, "subject"),
                        Instant.parse(text(event, "time")),
                        text(event, "sequence"),
                        text(event, "txid"),
                        event.has("backfill"),
                        changed(event),
                        optional(event, "dataschema"),
                        new Cause(optional(event, "causationid"), optional(event, "traceparent")),
                        line.substring(from, line.length() - END.length())));
    }

    private static String text(JsonNode event, String name) {
        return event.path(name).asString();
    }

    private static @Nullable String optional(JsonNode event, String name) {
        return event.has(name) ? text(event, name) : null;
    }

    private static List<String> changed(JsonNode event) {
        return event.has("changed")
                ? new ArrayList<>(List.of(text(event, "changed").split(",", -1)))
                : List.of();
    }

    /**
     * Where the data begins, which is the last field of the line. It is taken exactly as it was sent and never parsed: numbers and the order of fields
     * stay, and what a parser takes of a text, a number or a depth is no limit to it.
     */
    private static int dataFrom(String line) {
        try (var json = JSON.createParser(line)) {
            var depth = 0;
            while (json.nextToken() != null) {
                var token = json.currentToken();
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (depth == 2
                        && token == tools.jackson.core.JsonToken.PROPERTY_NAME
                        && json.currentName().equals("data")) {
                    json.nextToken();
                    return (int) json.currentTokenLocation().getCharOffset();
                }
            }
        }
        throw new LakeFailed("a line without data");
    }
}
