package dev.banyan.rules;

import java.util.ArrayList;
import java.util.List;

/** A path of a rule as its elements, the form that is compared. */
final class PathPattern {

    private PathPattern() {}

    /** The elements after the leading slash; {@code /a/} has two, the second is empty, and {@code /} has an empty one. */
    static List<String> elements(String path) {
        List<String> elements = new ArrayList<>();
        int from = 1;
        for (int slash = path.indexOf('/', from); slash >= 0; slash = path.indexOf('/', from)) {
            elements.add(path.substring(from, slash));
            from = slash + 1;
        }
        elements.add(path.substring(Math.min(from, path.length())));
        return elements;
    }

    /** The same without a trailing slash: what a prefix is made of. {@code /} has none. */
    static List<String> prefixElements(String path) {
        List<String> elements = elements(path);
        return elements.getLast().isEmpty() ? elements.subList(0, elements.size() - 1) : elements;
    }

    static boolean isVariable(String element) {
        return element.startsWith("{");
    }
}
