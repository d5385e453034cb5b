package dev.banyan.bridge.aws;

import dev.banyan.bridge.hub.HubContract.Received;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads CloudEvents in structured mode; the data as the text it was. */
final class CloudEventText {

    private static final JsonMapper JSON = new JsonMapper();

    private CloudEventText() {}

    static Received read(String body) {
        var event = JSON.readTree(body);
        var at = body.indexOf(",\"data\":");
        return new Received(
                text(event, "id"),
                text(event, "type"),
                text(event, "source"),
                text(event, "subject"),
                text(event, "time"),
                text(event, "sequence"),
                text(event, "changed"),
                text(event, "backfill"),
                text(event, "dataschema"),
                text(event, "causationid") + " " + text(event, "traceparent"),
                at < 0
                        ? "-> " + text(event, "dataref")
                        : body.substring(at + 8, body.length() - 1).replace("\\uFFFF", "\uffff"));
    }

    private static String text(JsonNode event, String name) {
        return event.path(name).asString("");
    }
}
