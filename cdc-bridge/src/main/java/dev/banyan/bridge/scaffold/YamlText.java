package dev.banyan.bridge.scaffold;

import java.util.List;
import java.util.stream.Collectors;

/** Names of a database as parts of a YAML file, whatever characters they have. */
final class YamlText {

    private YamlText() {}

    /** {@code text} as a YAML text. */
    static String quoted(String text) {
        if (text.matches("[A-Za-z_][A-Za-z0-9_]*") && !text.matches("(?i)null|true|false")) {
            return text;
        }
        var quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029) {
                quoted.append("\\u%04x".formatted(c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }

    static String list(List<String> texts) {
        return texts.stream().map(YamlText::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** {@code text} as it may stand in a comment. */
    static String comment(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
    }
}
