package dev.banyan.rules;

/** What stands in place of a request's path; the words are the Gateway API's. */
public sealed interface PathReplacement {

    /** The new path, or its beginning, as people read it. */
    String value();

    /** All of the path is {@code value}. */
    record ReplaceFullPath(String value) implements PathReplacement {
        public ReplaceFullPath {
            requirePath(value);
        }
    }

    /** The elements that the match's prefix covers become {@code value}; what comes after them stays. */
    record ReplacePrefixMatch(String value) implements PathReplacement {
        public ReplacePrefixMatch {
            requirePath(value);
        }
    }

    /** Whether only a match of type PathPrefix says what is replaced. */
    default boolean needsPrefix() {
        return this instanceof ReplacePrefixMatch;
    }

    private static void requirePath(String value) {
        String expected = PathValue.wrong(Match.Path.Kind.EXACT, value);
        if (expected != null) {
            throw new IllegalArgumentException("path: " + value + " (expected: " + expected + ")");
        }
    }
}
