package dev.banyan.bridge.doctor;

/** One thing that was looked at, how it is, and what would mend it (SQL or words; empty when nothing has to be). */
public record Finding(Level level, String what, String found, String cure) {

    /** How bad it is. */
    public enum Level {
        OK,
        /** The bridge runs, but something will hurt one day. */
        WARN,
        /** The bridge does not start, or would not see what it has to. */
        FAIL
    }

    public static Finding ok(String what, String found) {
        return new Finding(Level.OK, what, found, "");
    }

    public static Finding warn(String what, String found, String cure) {
        return new Finding(Level.WARN, what, found, cure);
    }

    public static Finding fail(String what, String found, String cure) {
        return new Finding(Level.FAIL, what, found, cure);
    }
}
