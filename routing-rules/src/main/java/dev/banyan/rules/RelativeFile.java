package dev.banyan.rules;

import com.google.re2j.Pattern;

/** The name of a file beside the rules: never one outside their folder, and never a URL. */
final class RelativeFile {

    static final String EXPECTED = "a file in the rules folder, such as certs/orders-ca.pem";

    private static final Pattern FIT =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,7}");

    private RelativeFile() {}

    static boolean isFit(String file) {
        return FIT.matches(file);
    }
}
