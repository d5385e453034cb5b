package dev.banyan.rules;

import java.util.Locale;

/** What sort of mistake a {@link Problem} is. */
public enum ProblemKind {
    FILE("a folder or file that cannot be read, or has nothing in it"),
    TEXT("bytes that are not plain UTF-8 text"),
    YAML("YAML that is broken, or has more than rules need: anchors, tags, a second document"),
    EXPRESSION("text that other programs would run, load or look up"),
    UNKNOWN_KEY("a key that the language does not have"),
    MISSING_KEY("a key that has to be there and is not"),
    WRONG_TYPE("text, a number, a list or a mapping where another of these belongs"),
    WRONG_VALUE("a value that its key cannot have"),
    LIMIT("too much, too many or too long"),
    DUPLICATE("what may be given once, twice"),
    UNKNOWN_NAME("a backend or cohort that no file declares"),
    CONTRADICTION("keys that do not go together"),
    BASELINE("no baseline, or not one alone"),
    PATH("a path or regular expression that cannot be compared with a request"),
    FILTER("a filter that is not on the list, or has wrong arguments"),
    TIE("two routes that could take one request with nothing to settle it");

    private final String title;

    ProblemKind(String title) {
        this.title = title;
    }

    /** What it is, in a few words. */
    public String title() {
        return title;
    }

    /** As reports name it: {@code unknown-key}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
