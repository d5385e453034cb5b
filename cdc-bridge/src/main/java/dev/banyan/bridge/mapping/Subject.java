package dev.banyan.bridge.mapping;

import java.util.List;

/**
 * How an aggregate is called: {@code product/{sku}}. {@code literals} stand before, between and after the fields, so there is one
 * more of them. In a value {@code %} and {@code /} are written {@code %25} and {@code %2F}, so that no two keys share a subject.
 */
public record Subject(List<String> literals, List<String> fields) {

    public Subject {
        literals = List.copyOf(literals);
        fields = List.copyOf(fields);
        if (literals.size() != fields.size() + 1) {
            throw new IllegalArgumentException(
                    "literals: " + literals.size() + " (expected: " + (fields.size() + 1) + ")");
        }
    }

    /** The subject as it is written in a mapping: {@code product/{sku}}. */
    public String template() {
        var template = new StringBuilder(literals.getFirst());
        for (int i = 0; i < fields.size(); i++) {
            template.append('{').append(fields.get(i)).append('}').append(literals.get(i + 1));
        }
        return template.toString();
    }

    /** The subject of the aggregate whose {@link #fields} have {@code values}. */
    String of(List<?> values) {
        var subject = new StringBuilder(literals.getFirst());
        for (int i = 0; i < fields.size(); i++) {
            var text = values.get(i).toString();
            subject.append(
                    text.indexOf('/') < 0 && text.indexOf('%') < 0
                            ? text
                            : text.replace("%", "%25").replace("/", "%2F"));
            subject.append(literals.get(i + 1));
        }
        return subject.toString();
    }
}
