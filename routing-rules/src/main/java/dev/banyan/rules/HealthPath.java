package dev.banyan.rules;

import com.google.re2j.Pattern;

/** What a backend may be asked for to find out whether it is well. */
final class HealthPath {

    static final String EXPECTED = "a path that begins with /, perhaps with a query, as a URL has it";

    private static final int CHARS_MAX = 1024;
    private static final Pattern FIT = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*");

    private HealthPath() {}

    static boolean isFit(String path) {
        return path.length() <= CHARS_MAX && FIT.matches(path) && !path.startsWith("//");
    }
}
