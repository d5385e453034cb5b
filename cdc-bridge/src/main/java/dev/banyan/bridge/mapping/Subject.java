package dev.banyan.bridge.mapping;

import java.util.List;
import java.util.Set;

/**
 * How an aggregate is called: {@code product/{sku}}. {@code literals} stand before, between and after the fields, so there is one
 * more of them. In a value {@code %} and {@code /} are written {@code %25} and {@code %2F}, so that no two keys share a subject.
 */
public record Subject(List<String> literals, List<String> fields) {

    private static final char TEXT = '{';
    private static final char NUMBER = '#';
    private static final int END = -1;

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

    /** True when {@code between}, behind a field of {@code type}, says where its value ends, whatever field comes next. */
    static boolean ends(FieldType type, String between) {
        return switch (type) {
            case FieldType.Date() -> true; // it says so itself
            case FieldType.Whole() -> !between.isEmpty() && !Character.isDigit(between.charAt(0));
            default -> between.indexOf('/') >= 0;
        };
    }

    /** The same as {@link #mayEqual(Subject)}, but of a field that is {@code numeric} (an integer or a date) in both with what its values can be. */
    boolean mayEqual(Set<String> numeric, Subject other, Set<String> otherNumeric) {
        return meet(pattern(numeric), other.pattern(otherNumeric));
    }

    private String pattern(Set<String> numeric) {
        var pattern = new StringBuilder(literals.getFirst());
        for (int i = 0; i < fields.size(); i++) {
            pattern.append(numeric.contains(fields.get(i)) ? NUMBER : TEXT).append(literals.get(i + 1));
        }
        return pattern.toString();
    }

    /** True when two keys may make the same subject, one here and one in {@code other}. */
    boolean mayEqual(Subject other) {
        return mayEqual(Set.of(), other, Set.of());
    }

    /** True when the two stand for the same text, with any text but slashes in the place of each {@link #TEXT}, and what numbers and dates are made of in that of each {@link #NUMBER}. */
    private static boolean meet(String a, String b) {
        // meets[j]: what is left of a from i on, and of b from j on, do. Each pair is asked once, or fields side by
        // side take for ever.
        var below = new boolean[b.length() + 1];
        for (var i = a.length(); i >= 0; i--) {
            var meets = new boolean[b.length() + 1];
            for (var j = b.length(); j >= 0; j--) {
                int ofA = i < a.length() ? a.charAt(i) : END;
                int ofB = j < b.length() ? b.charAt(j) : END;
                if (isPlaceholder(ofA)) {
                    meets[j] = below[j] || (ofB != END && isOf(ofA, ofB) && meets[j + 1]);
                } else if (isPlaceholder(ofB)) {
                    meets[j] = meets[j + 1] || (ofA != END && isOf(ofB, ofA) && below[j]);
                } else {
                    meets[j] = ofA == ofB && (ofA == END || below[j + 1]);
                }
            }
            below = meets;
        }
        return below[0];
    }

    private static boolean isPlaceholder(int character) {
        return character == TEXT || character == NUMBER;
    }

    private static boolean isOf(int placeholder, int character) {
        return placeholder == TEXT
                ? character != '/'
                : Character.isDigit(character)
                        || character == TEXT
                        || character == NUMBER
                        || "+-".indexOf(character) >= 0;
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
