package dev.banyan.bridge.change;

import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;

/** The text a key is remembered and compared by. */
public final class KeyText {

    /** A text that is no key's. */
    public static final String NONE = "\\";

    private static final char SEPARATOR = '\u001f';

    private static final String NUL = "\0";

    private KeyText() {}

    /** The elements' texts, joined by a unit separator; a separator or backslash inside an element is escaped. */
    public static String of(List<?> key) {
        if (key.size() == 1) {
            return element(key.getFirst());
        }
        var text = new StringBuilder();
        for (var i = 0; i < key.size(); i++) {
            if (i > 0) {
                text.append(SEPARATOR);
            }
            text.append(element(key.get(i)));
        }
        return text.toString();
    }

    /** The text of the key of the row above; {@link #NONE}, which the empty text is not, for a row that has none. */
    public static String ofParent(List<?> key) {
        return key.isEmpty() ? NONE : of(key);
    }

    private static String element(Object element) {
        var text =
                switch (element) {
                    case BigDecimal number -> number.stripTrailingZeros().toPlainString();
                    case byte[] bytes -> HexFormat.of().formatHex(bytes);
                    default -> element.toString();
                };
        return text.indexOf(SEPARATOR) < 0 && text.indexOf('\\') < 0
                ? text
                : text.replace("\\", "\\\\").replace(String.valueOf(SEPARATOR), "\\u");
    }

    /** {@code text} of a key with each NUL escaped, for PostgreSQL, which takes it in no text; what was escaped before is as it was. */
    public static String withoutNul(String text) {
        return text.replace(NUL, "\\0");
    }
}
