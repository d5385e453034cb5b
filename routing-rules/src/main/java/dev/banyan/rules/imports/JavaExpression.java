package dev.banyan.rules.imports;

/** A regular expression of Java. */
final class JavaExpression {

    private JavaExpression() {}

    /**
     * Throws where RE2 takes an expression too and means other texts by it: Java unites a class with one inside it, and
     * intersects at {@code &&}; RE2 has neither, and reads their characters as themselves.
     */
    static void requireSame(String regex) {
        boolean inClass = false;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (regex.startsWith("\\Q", i)) {
                int end = regex.indexOf("\\E", i);
                i = end < 0 ? regex.length() : end + 1;
            } else if (c == '\\') {
                i++;
            } else if (inClass && (c == '[' || regex.startsWith("&&", i))) {
                throw new IllegalArgumentException(
                        "regular expression: " + regex + " (expected: a class without && or another class in it)");
            } else if (c == '[') {
                inClass = true;
                i += regex.startsWith("^", i + 1) ? 1 : 0;
                i += regex.startsWith("]", i + 1) ? 1 : 0; // stands for itself here
            } else if (c == ']') {
                inClass = false;
            }
        }
    }
}
