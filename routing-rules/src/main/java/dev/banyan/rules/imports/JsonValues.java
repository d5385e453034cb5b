package dev.banyan.rules.imports;

import java.util.ArrayList;
import java.util.List;

/** JSON values that stand one after the other in one text, as a shell's {@code >>} leaves them. */
final class JsonValues {

    private static final int VALUES_MAX = 1_000;

    private JsonValues() {}

    /** The text up to the end of each value, blank but for line breaks before it, so that places stay what they are. */
    static List<String> of(String text) {
        List<Integer> starts = starts(text);
        if (starts.size() < 2 || starts.size() > VALUES_MAX) {
            return List.of(text);
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            int start = starts.get(i);
            int end = i + 1 < starts.size() ? starts.get(i + 1) : text.length();
            int lineStart = text.lastIndexOf('\n', start - 1) + 1;
            long lines =
                    text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
            values.add("\n".repeat((int) lines) + " ".repeat(start - lineStart) + text.substring(start, end));
        }
        return values;
    }

    private static List<Integer> starts(String text) {
        List<Integer> starts = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{' || c == '[') {
                if (depth++ == 0) {
                    starts.add(i);
                }
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return depth == 0 && !quoted ? starts : List.of();
    }
}
