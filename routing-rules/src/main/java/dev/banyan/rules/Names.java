package dev.banyan.rules;

import com.google.re2j.Pattern;

/** What backends, cohorts and routes may be called. */
final class Names {

    static final String EXPECTED = "1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private Names() {}

    static boolean isName(String name) {
        return NAME.matches(name);
    }

    static void require(String what, String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(what + " name: " + name + " (expected: " + EXPECTED + ")");
        }
    }
}
