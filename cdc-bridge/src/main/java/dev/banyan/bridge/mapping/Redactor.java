package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Tokens;
import dev.banyan.bridge.change.ValueText;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Replaces values as the mapping says, with the keys of one bridge and its tokens. Used by one thread. */
record Redactor(Secrets secrets, Supplier<Tokens> tokens) {

    /*
     * Encryption that shows nothing makes another text of the same value each time. An event would then tell of a change that was none, so
     * what was remembered is decrypted and kept as it is while the value stays. A text under a key that is gone is replaced.
     */

    private static final int TOKENISED_CHARACTERS_MAX = 100_000;

    /** The replacement of {@code value} of column {@code place}, of which {@code before} was remembered. */
    Object of(Redaction redaction, Object value, String place, @Nullable Object before) {
        return switch (redaction) {
            case Redaction.Hash() ->
                needed(secrets.hash(), "hash")
                        .of(value instanceof byte[] || value instanceof List ? text(value, place) : value);
            case Redaction.Mask(var keep) -> masked(text(value, place), keep);
            case Redaction.Encrypt(var showsEqual) -> encrypted(cipher(showsEqual), text(value, place), place, before);
            case Redaction.Token(var vault) ->
                tokens.get().of(vault == null ? place : vault, bounded(text(value, place), place));
        };
    }

    /**
     * A value that was remembered under the plain name of its column: one from before the mapping said to redact it is replaced now, one of a store
     * of before may be redacted already. A mask of what is masked is the same; of what is hashed only a value in clear that is itself the text of a
     * SHA-256 hash is taken for one.
     */
    Object ofRemembered(Redaction redaction, Object value, String place) {
        var isReplaced =
                switch (redaction) {
                    case Redaction.Encrypt(var showsEqual) -> cipher(showsEqual).isSealed(value.toString());
                    case Redaction.Token _ -> value.toString().startsWith(Tokens.PREFIX);
                    case Redaction.Hash _ -> KeyedHash.isHash(value.toString());
                    case Redaction.Mask _ -> false;
                };
        return isReplaced ? value : of(redaction, value, place, null);
    }

    private static String encrypted(FieldCipher cipher, String text, String place, @Nullable Object before) {
        return before instanceof String sealed && text.equals(cipher.decrypt(sealed, place))
                ? sealed
                : cipher.encrypt(text, place);
    }

    private FieldCipher cipher(boolean showsEqual) {
        return showsEqual ? needed(secrets.equalCipher(), "deterministic") : needed(secrets.cipher(), "encryption");
    }

    private static <T> T needed(@Nullable T key, String what) {
        if (key == null) {
            throw new IllegalStateException("no " + what + " key");
        }
        return key;
    }

    /** The one text of a value that is encrypted or has a token. */
    private static String text(Object value, String place) {
        return switch (value) {
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case List<?> _ -> throw new UnmappableException(place + ": an array (expected: a value with one text)");
            default -> ValueText.of(value);
        };
    }

    private static String bounded(String text, String place) {
        if (text.length() > TOKENISED_CHARACTERS_MAX) {
            throw new UnmappableException(place + ": a value of " + text.length() + " characters (expected: at most "
                    + TOKENISED_CHARACTERS_MAX + " for a token; longer ones can be encrypted)");
        }
        return text;
    }

    private static String masked(String text, int keep) {
        var characters = text.codePointCount(0, text.length());
        if (characters <= keep) {
            return "*".repeat(characters);
        }
        var shown = text.offsetByCodePoints(text.length(), -keep);
        return "*".repeat(characters - keep) + text.substring(shown);
    }
}
