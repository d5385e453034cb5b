package dev.banyan.cli.report;

/** Figures as people read them: rounded to what the measurement is worth. */
public final class Figures {

    private Figures() {}

    /** Returns {@code nanos} as seconds with two decimals. */
    public static double seconds(long nanos) {
        return Math.round(nanos / 1e7) / 100.0;
    }

    /** Returns {@code nanos} as milliseconds with one decimal. */
    public static double millis(long nanos) {
        return Math.round(nanos / 1e5) / 10.0;
    }

    /** Returns {@code part}, 0 to 1, as percent with one decimal. */
    public static double percent(double part) {
        return Math.round(part * 1000) / 10.0;
    }
}
