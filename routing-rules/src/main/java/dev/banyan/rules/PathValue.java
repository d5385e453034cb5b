package dev.banyan.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the text of a path or an expression in a rule may look like. */
final class PathValue {

    static final int TEMPLATE_ELEMENTS_MAX = 16;
    static final int REGEX_CHARS_MAX = 512;

    /** The product of all counts of an expression: RE2 is linear in the text, and its programs grow with counts. */
    static final int REGEX_REPEATS_MAX = 1_000;

    /** The most instructions of an expression: each may be alive at each byte of a path, and all of them are kept. */
    static final int REGEX_PROGRAM_MAX = 10_000;

    private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z_][A-Za-z0-9_]*}");
    private static final Pattern COUNT = Pattern.compile("\\{([0-9]+)(,([0-9]*))?}");

    private PathValue() {}

    /** What would do instead; null when the path is fine. */
    static @Nullable String wrong(Match.Path.Kind kind, String value) {
        if (kind == Match.Path.Kind.REGULAR_EXPRESSION) {
            return wrongRegex(value);
        }
        if (!value.startsWith("/")) {
            return "a path that begins with /";
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f || "%;\\?#".indexOf(c) >= 0) {
                return "no % ; \\ ? # or control characters: a path as people read it";
            }
            if (c == '*') {
                return "no *: PathPrefix covers all below, PathTemplate has {name}";
            }
        }
        if (!Normalizer.isNormalized(value, Normalizer.Form.NFKC)) {
            return "Unicode in its plain form (NFKC): " + Normalizer.normalize(value, Normalizer.Form.NFKC);
        }
        List<String> elements = PathPattern.elements(value);
        boolean variables = false;
        Set<String> names = new HashSet<>();
        for (int i = 0; i < elements.size(); i++) {
            String element = elements.get(i);
            if (element.isEmpty() && i < elements.size() - 1) {
                return "no //";
            }
            if (element.endsWith(".") || element.endsWith(" ")) {
                return "no element that is or ends with a dot or a blank";
            }
            if (element.indexOf('{') >= 0 || element.indexOf('}') >= 0) {
                variables = true;
                if (!VARIABLE.matches(element)) {
                    return "a whole element {name}";
                }
                if (!names.add(element)) {
                    return element + " once";
                }
            }
        }
        if (variables && kind == Match.Path.Kind.EXACT) {
            return "no {name}: that is type PathTemplate";
        }
        if (variables && elements.size() > TEMPLATE_ELEMENTS_MAX) {
            return "at most " + TEMPLATE_ELEMENTS_MAX + " elements in a path with {name}";
        }
        return null;
    }

    /** What would do instead; null when the expression is fine. */
    static @Nullable String wrongRegex(String value) {
        if (value.length() > REGEX_CHARS_MAX) {
            return "at most " + REGEX_CHARS_MAX + " characters";
        }
        long repeats = 1;
        var counts = COUNT.matcher(value);
        while (counts.find()) {
            String most = counts.group(3) == null || counts.group(3).isEmpty() ? counts.group(1) : counts.group(3);
            repeats *= most.length() > 4 ? REGEX_REPEATS_MAX + 1 : Math.max(1, Integer.parseInt(most));
            if (repeats > REGEX_REPEATS_MAX) {
                return "counts {n} whose product is at most " + REGEX_REPEATS_MAX;
            }
        }
        try {
            return Pattern.compile(value).programSize() <= REGEX_PROGRAM_MAX
                    ? null
                    : "less that is counted: with its counts {n} written out at most " + REGEX_PROGRAM_MAX
                            + " instructions";
        } catch (PatternSyntaxException e) {
            return "a regular expression of RE2: " + e.getDescription();
        }
    }
}
