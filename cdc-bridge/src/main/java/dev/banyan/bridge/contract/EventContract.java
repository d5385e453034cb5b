package dev.banyan.bridge.contract;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What readers of events of one type can rely on. {@code type} may end in a version, such as {@code .v1}; {@code subjects} are templates
 * such as {@code order/{orderNo}}.
 */
public record EventContract(String type, SortedSet<String> topics, SortedSet<String> subjects, Shape.Forms data) {

    private static final Pattern VERSION = Pattern.compile("(.*)\\.v([0-9]{1,9})");

    public EventContract {
        topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
        subjects = Collections.unmodifiableSortedSet(new TreeSet<>(subjects));
    }

    /** The type without its version. */
    String stem() {
        var matcher = VERSION.matcher(type);
        return matcher.matches() ? matcher.group(1) : type;
    }

    /** The version its type ends in; 0 without one. */
    int version() {
        var matcher = VERSION.matcher(type);
        return matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
    }
}
