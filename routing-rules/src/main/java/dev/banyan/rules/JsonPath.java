package dev.banyan.rules;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a JSON document, exactly: {@code $}, then {@code .name}, {@code ['any name']} or {@code [*]} for every element
 * of an array. No slices, no filters, no search at any depth: a path covers what it says and nothing else.
 *
 * @param steps names, and {@link #EACH} for every element
 */
public record JsonPath(List<String> steps) {

    /** The step into every element of an array. No name is equal to it: it has a control character. */
    public static final String EACH = "\u0000*";

    static final String EXPECTED = "a path such as $.items[*].price or $['a name']";

    private static final Pattern STEP =
            Pattern.compile("\\.([\\pL_$][\\pL\\pN_$-]*)|\\['([^'\\x00-\\x1f]+)'\\]|(\\[\\*\\])");

    public JsonPath {
        steps = List.copyOf(steps);
    }

    /** Whether {@code text} is a path. */
    public static boolean isPath(String text) {
        return stepsOf(text) != null;
    }

    /** The path that {@code text} says. */
    public static JsonPath parse(String text) {
        List<String> steps = stepsOf(text);
        if (steps == null) {
            throw new IllegalArgumentException("path: " + text + " (expected: " + EXPECTED + ")");
        }
        return new JsonPath(steps);
    }

    private static @org.jspecify.annotations.Nullable List<String> stepsOf(String text) {
        if (!text.startsWith("$")) {
            return null;
        }
        List<String> steps = new ArrayList<>();
        Matcher step = STEP.matcher(text);
        int at = 1;
        while (at < text.length()) {
            if (!step.find(at) || step.start() != at) {
                return null;
            }
            steps.add(step.group(1) != null ? step.group(1) : step.group(2) != null ? step.group(2) : EACH);
            at = step.end();
        }
        return steps;
    }

    @Override
    public String toString() {
        var text = new StringBuilder("$");
        for (String step : steps) {
            if (step.equals(EACH)) {
                text.append("[*]");
            } else if (STEP.matches("." + step)) {
                text.append('.').append(step);
            } else {
                text.append("['").append(step).append("']");
            }
        }
        return text.toString();
    }
}
