package dev.banyan.bridge.mapping;

import org.jspecify.annotations.Nullable;

/** What a column's value is replaced by, before it is remembered, sent or written anywhere. */
public sealed interface Redaction {

    /** HMAC-SHA-256 under the bridge's key, as hexadecimal text. */
    record Hash() implements Redaction {}

    /** Stars in place of all characters but the last {@code keep}; a value not longer than that is stars altogether. */
    record Mask(int keep) implements Redaction {}

    /** The value encrypted; with {@code showsEqual} equal values of the column stay equal. */
    record Encrypt(boolean showsEqual) implements Redaction {}

    /** A random word that stands for the value in {@code vault}; without one in a vault of the column's own. */
    record Token(@Nullable String vault) implements Redaction {}

    /** How the value is replaced, in a word: two that differ make other values of one. */
    default String word() {
        return switch (this) {
            case Hash() -> "hash";
            case Mask(var keep) -> "mask " + keep;
            case Encrypt(var showsEqual) -> showsEqual ? "encrypt deterministic" : "encrypt";
            case Token(var vault) -> vault == null ? "token" : "token of " + vault;
        };
    }

    /** True when nobody knows what a field of {@code type} holds for a value. */
    static boolean hides(FieldType type) {
        var redaction = of(type);
        return redaction instanceof Encrypt || redaction instanceof Token;
    }

    /** The redaction that a field's type asks for, or null. */
    static @Nullable Redaction of(FieldType type) {
        return switch (type) {
            case FieldType.Hash() -> new Hash();
            case FieldType.Mask(var keep) -> new Mask(keep);
            case FieldType.Encrypted(var showsEqual) -> new Encrypt(showsEqual);
            case FieldType.Tokenised(var vault) -> new Token(vault);
            default -> null;
        };
    }
}
