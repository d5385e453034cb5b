package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.io.StringWriter;
import java.time.format.DateTimeFormatter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** An event as CloudEvents 1.0 JSON, structured mode. The data is its last field, letter for letter as the mapping made it. */
public final class CloudEventJson {

    private static final JsonFactory FACTORY = new JsonFactory();

    private CloudEventJson() {}

    /** {@code event} as text, from {@code source}. */
    public static String of(DomainEvent event, String source) {
        var text = new StringWriter(512);
        try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(json, event, source);
        }
        return text.toString();
    }

    /** Writes {@code event} where {@code json} stands. */
    public static void write(JsonGenerator json, DomainEvent event, String source) {
        json.writeStartObject();
        write(json, "specversion", "1.0");
        write(json, "id", event.id());
        write(json, "source", source);
        write(json, "type", event.type());
        write(json, "subject", event.subject());
        write(json, "time", DateTimeFormatter.ISO_INSTANT.format(event.time()));
        write(json, "datacontenttype", "application/json");
        if (event.dataschema() != null) {
            write(json, "dataschema", event.dataschema());
        }
        write(json, "partitionkey", event.subject());
        write(json, "sequence", event.sequence());
        write(json, "txid", event.txId());
        if (event.cause().id() != null) {
            write(json, "causationid", event.cause().id());
        }
        if (event.cause().traceparent() != null) {
            write(json, "traceparent", event.cause().traceparent());
        }
        if (event.backfill()) {
            write(json, "backfill", "true");
        }
        if (!event.changed().isEmpty()) {
            write(json, "changed", String.join(",", event.changed()));
        }
        if (event.dataref() != null) {
            write(json, "dataref", event.dataref());
        } else {
            json.writeName("data");
            json.writeRawValue(event.data());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, String value) {
        json.writeName(name);
        json.writeString(value);
    }
}
