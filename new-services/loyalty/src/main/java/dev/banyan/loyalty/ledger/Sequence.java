package dev.banyan.loyalty.ledger;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The place of an event among all events of its subject: 16 hexadecimal digits of the source's commit position, a hyphen,
 * and the ordinal inside that transaction. {@link #text} sorts byte by byte, in Java and in SQL ({@code COLLATE "C"}).
 */
public record Sequence(String text) implements Comparable<Sequence> {

    private static final Pattern FORM = Pattern.compile("([0-9a-fA-F]{16})-([0-9]{1,18})");

    /*
     * The hub's form has six or more ordinal digits, so event 1,000,000 of one transaction would sort before event
     * 999,999. Written with a fixed width it does not.
     */
    private static final int ORDINAL_DIGITS = 18;

    /** Reads the hub's form; anything else is an {@link IllegalArgumentException}. */
    public static Sequence parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("sequence: " + text + " (expected: 16 hex digits, '-', an ordinal)");
        }
        var ordinal = matcher.group(2);
        return new Sequence(matcher.group(1).toLowerCase(Locale.ROOT) + "-"
                + "0".repeat(ORDINAL_DIGITS - ordinal.length()) + ordinal);
    }

    @Override
    public int compareTo(Sequence other) {
        return text.compareTo(other.text);
    }
}
