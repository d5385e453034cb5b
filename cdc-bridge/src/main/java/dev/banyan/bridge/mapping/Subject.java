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

    /** True when two keys may make the same subject, one here and one in {@code other}. */
    boolean mayEqual(Subject other) {
        return meet(String.join("{", literals), String.join("{", other.literals));
    }

    /** True when the two stand for the same text, with any text but slashes in the place of each brace. */
    private static boolean meet(String a, String b) {
        if (a.startsWith("{")) {
            var isText = !b.isEmpty() && b.charAt(0) != '/';
            return meet(a.substring(1), b) || (isText && meet(a, b.substring(1)));
        }
        if (b.startsWith("{")) {
            return meet(b, a);
        }
        if (a.isEmpty() || b.isEmpty()) {
            return a.equals(b);
        }
        return a.charAt(0) == b.charAt(0) && meet(a.substring(1), b.substring(1));
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
