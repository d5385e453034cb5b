package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Markup.Element;
import dev.banyan.gateway.compare.Markup.Text;
import java.util.Map;

/** Writes markup as it may be shown: secrets left out, and no more than so many characters. */
final class MarkupText {

    private final StringBuilder text = new StringBuilder();
    private final Redaction redaction;
    private final int charsMax;

    private MarkupText(Redaction redaction, int charsMax) {
        this.redaction = redaction;
        this.charsMax = charsMax;
    }

    static String of(Element element, Redaction redaction, int charsMax) {
        var writer = new MarkupText(redaction, charsMax);
        writer.write(element, false);
        return writer.isFull() ? writer.text.substring(0, charsMax) + "..." : writer.text.toString();
    }

    private boolean isFull() {
        return text.length() > charsMax;
    }

    private void write(Markup node, boolean hidden) {
        if (isFull()) {
            return;
        }
        switch (node) {
            case Text(var content) ->
                text.append(hidden ? Redaction.HIDDEN : redaction.withoutSecrets(content, charsMax + 1));
            case Element element -> writeElement(element, hidden);
        }
    }

    private void writeElement(Element element, boolean hidden) {
        String name = MarkupWalk.local(element.name());
        boolean hide = hidden || redaction.hides(name) || redaction.hides(element.identity());
        text.append('<').append(name);
        for (Map.Entry<String, String> attribute : element.attributes().entrySet()) {
            boolean kept =
                    attribute.getKey().equals("name") || attribute.getKey().equals("type");
            String value = hide && !kept
                    ? Redaction.HIDDEN
                    : redaction.value(MarkupWalk.local(attribute.getKey()), attribute.getValue());
            text.append(' ')
                    .append(attribute.getKey())
                    .append("=\"")
                    .append(value)
                    .append('"');
        }
        text.append('>');
        element.children().forEach(child -> write(child, hide));
        text.append("</").append(name).append('>');
    }
}
