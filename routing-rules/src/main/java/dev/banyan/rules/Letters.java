package dev.banyan.rules;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** Paths as servers compare them that ignore the case of letters. */
final class Letters {

    /*
     * These servers do not agree. Most compare letter by letter, as String.equalsIgnoreCase does: to them U+0130 and U+0131 are an i,
     * and both small sigmas one letter. Others make the whole text small first, as String.toLowerCase does: to them U+0131 is a letter of its
     * own and U+0130 two characters. The index has paths as the former compare them, and both are looked up where they differ.
     */

    private Letters() {}

    /** The same text for all that are equal letter by letter. */
    static String folded(String text) {
        if (isAscii(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        var folded = new StringBuilder(text.length());
        text.codePoints()
                .map(each -> Character.toLowerCase(Character.toUpperCase(each)))
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    /** An expression whose letters beyond ASCII are those of a folded path; what it is compared with ignores the case of all others. */
    static String foldedBeyondAscii(String expression) {
        if (isAscii(expression)) {
            return expression;
        }
        var folded = new StringBuilder(expression.length());
        expression
                .codePoints()
                .map(each -> each < 128 ? each : Character.toLowerCase(Character.toUpperCase(each)))
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    /** Whether all servers that ignore case take the same texts for this one. */
    static boolean isAgreed(String text) {
        return isAscii(text) || folded(text).equals(text.toLowerCase(Locale.ROOT));
    }

    /** What a path is looked up as; if {@code both}, as either kind of server has it. */
    static Set<String> forms(String path, boolean both) {
        String folded = folded(path);
        if (!both || isAgreed(path)) {
            return Set.of(folded);
        }
        Set<String> forms = new LinkedHashSet<>();
        forms.add(folded);
        forms.add(path.toLowerCase(Locale.ROOT));
        return forms;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }
}
