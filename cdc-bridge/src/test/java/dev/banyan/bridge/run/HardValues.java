package dev.banyan.bridge.run;

import java.util.List;

/** The values of a journal: a number, and behind it one of sixteen texts that are easily told wrong; which one, the number says. */
final class HardValues {

    private static final String BIG = "kept out of the row ".repeat(1_000);

    static final List<String> TEXTS = List.of(
            "",
            " padded ",
            "it's \"quoted\", `twice`",
            "C:\\new\\table\\",
            "tab\there, line\nend, return\r\n",
            "\\N",
            "\\.",
            "\u0001 bell \u0007 delete \u007f",
            "\uD835\uDD09\uD835\uDD26\uD835\uDD24 \uD83C\uDF33 \uD83D\uDC69\u200D\uD83D\uDE80",
            "e\u0301 is not \u00e9",
            "\u2028 \uFFFF \uFEFF",
            "null",
            "{\"v\":\"1|\\u0000\"}",
            "%s ${v} {0} #{v} :v ?",
            "</script>&amp;<!--",
            BIG);

    private HardValues() {}

    static String of(long number) {
        return number + "|" + TEXTS.get((int) (number % TEXTS.size()));
    }

    /** The number of {@code value}; throws when the text behind it is another's. */
    static long number(String value) {
        var number = Long.parseLong(value.substring(0, value.indexOf('|')));
        if (!value.equals(of(number))) {
            throw new AssertionError("value: " + value + " (expected: " + of(number) + ")");
        }
        return number;
    }

    /** The number that {@code big}, a text of 20 kB, begins with; throws when what is behind it is another's. */
    static long bigNumber(String big) {
        var number = Long.parseLong(big.substring(0, big.indexOf('|')));
        if (!big.equals(number + "|" + BIG)) {
            throw new AssertionError("a large value of " + big.length() + " characters that begins with " + number);
        }
        return number;
    }

    /** {@code big_of(number)} as a function's body in SQL, with the database's word for joining three texts. */
    static String bigOf(String joined) {
        return joined.formatted("number", "'|'", "repeat('kept out of the row ', 1000)");
    }

    /** Rows as COPY and LOAD DATA read them: {@code count} ids from {@code from} on, with the values of 1, 2 and so on. */
    static String bulk(long from, int count) {
        var rows = new StringBuilder();
        for (var i = 0; i < count; i++) {
            rows.append(from + i).append('\t').append(escaped(of(1 + i))).append('\n');
        }
        return rows.toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
