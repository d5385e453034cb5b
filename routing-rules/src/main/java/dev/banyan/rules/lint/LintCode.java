package dev.banyan.rules.lint;

/** Each kind of finding. */
public enum LintCode {
    BYN0103(Level.WARNING, "a backend or cohort that nothing uses"),
    BYN0104(Level.WARNING, "two backends at one address"),
    BYN0130(Level.ERROR, "a match that can never win"),
    BYN0131(Level.WARNING, "a match that its route can do without"),
    BYN0133(Level.WARNING, "a path with and without a trailing slash"),
    BYN0134(Level.WARNING, "a header or cookie that a match with a method passes over"),
    BYN0135(Level.WARNING, "a regular expression that a simpler type could say"),
    BYN0136(Level.WARNING, "a header that says nothing here"),
    BYN0150(Level.WARNING, "a split page without a cohort key that browsers keep"),
    BYN0151(Level.WARNING, "routes of one journey with different cohorts"),
    BYN0152(Level.WARNING, "a weight that does nothing"),
    BYN0153(Level.WARNING, "a retired route that tells callers nothing"),
    BYN0154(Level.WARNING, "a schedule that is over"),
    BYN0181(Level.WARNING, "an escape, or paths that differ in case only"),
    BYN0190(Level.WARNING, "a lint.allow that suppresses nothing");

    /** How bad it is. */
    public enum Level {
        WARNING,
        ERROR
    }

    private final Level level;
    private final String title;

    LintCode(Level level, String title) {
        this.level = level;
        this.title = title;
    }

    public Level level() {
        return level;
    }

    /** What it is, in a few words. */
    public String title() {
        return title;
    }
}
