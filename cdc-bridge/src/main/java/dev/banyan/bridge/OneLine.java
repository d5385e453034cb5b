package dev.banyan.bridge;

import java.util.regex.Pattern;

/** Text that has values of rows in it, such as the key in a subject, as one line of which a terminal takes nothing for a command. */
final class OneLine {

    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

    private OneLine() {}

    /** {@code text} with its control characters, line breaks too, written as a backslash, u and four digits. */
    static String of(String text) {
        return CONTROL.matcher(text)
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
    }
}
