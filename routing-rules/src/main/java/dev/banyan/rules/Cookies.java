package dev.banyan.rules;

import org.jspecify.annotations.Nullable;

/** The cookies of a request, read as browsers write them and robbers might. */
final class Cookies {

    private Cookies() {}

    /** The value of the first cookie of this name, without quotes; null when there is none. */
    static @Nullable String first(HeaderLookup headers, String name) {
        for (String line : headers.all("Cookie")) {
            int from = 0;
            while (from < line.length()) {
                int semicolon = line.indexOf(';', from);
                int end = semicolon < 0 ? line.length() : semicolon;
                int start = from;
                while (start < end && isBlank(line.charAt(start))) {
                    start++;
                }
                int equals = start + name.length();
                if (equals < end && line.charAt(equals) == '=' && line.startsWith(name, start)) {
                    return headers.text(value(line, equals + 1, end));
                }
                from = end + 1;
            }
        }
        return null;
    }

    private static String value(String line, int from, int to) {
        String value = line.substring(from, to).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
