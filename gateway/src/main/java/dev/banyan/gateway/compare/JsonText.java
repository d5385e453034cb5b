package dev.banyan.gateway.compare;

import java.util.Map;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes JSON as it may be shown: secrets left out, and no more than so many characters. */
final class JsonText {

    private final StringBuilder text = new StringBuilder();
    private final int charsMax;

    private JsonText(int charsMax) {
        this.charsMax = charsMax;
    }

    /** Returns the JSON of {@code node}, which lies at {@code spot}. */
    static String of(JsonNode node, JsonSpot spot, int charsMax) {
        var writer = new JsonText(charsMax);
        writer.write(node, spot);
        return writer.isFull() ? writer.text.substring(0, charsMax) + "..." : writer.text.toString();
    }

    private boolean isFull() {
        return text.length() > charsMax;
    }

    private void write(JsonNode node, JsonSpot spot) {
        if (isFull()) {
            return;
        }
        if (spot.hidden()) {
            text.append('"').append(Redaction.HIDDEN).append('"');
        } else if (node instanceof ObjectNode object) {
            writeObject(object, spot);
        } else if (node.isArray()) {
            text.append('[');
            for (int i = 0; i < node.size() && !isFull(); i++) {
                text.append(i == 0 ? "" : ",");
                write(node.get(i), spot.element(i));
            }
            text.append(']');
        } else if (node.isString()) {
            writeString(spot.redaction().withoutSecrets(node.stringValue(), charsMax + 1));
        } else {
            text.append(node);
        }
    }

    private void writeObject(ObjectNode object, JsonSpot spot) {
        text.append('{');
        boolean first = true;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (isFull()) {
                break;
            }
            text.append(first ? "" : ",");
            first = false;
            writeString(field.getKey());
            text.append(':');
            write(field.getValue(), spot.field(field.getKey(), JsonSpot.isMap(object)));
        }
        text.append('}');
    }

    private void writeString(String value) {
        text.append('"')
                .append(JsonStringEncoder.getInstance().quoteAsCharArray(value))
                .append('"');
    }
}
