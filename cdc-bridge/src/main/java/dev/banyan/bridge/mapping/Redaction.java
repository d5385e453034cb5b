package dev.banyan.bridge.mapping;

import org.jspecify.annotations.Nullable;

/** What a column's value is replaced by, before it is remembered, sent or written anywhere. */
public sealed interface Redaction {

    /** HMAC-SHA-256 under the bridge's key, as hexadecimal text. */
    record Hash() implements Redaction {}

    /** Stars in place of all characters but the last {@code keep}; a value not longer than that is stars altogether. */
    record Mask(int keep) implements Redaction {}

    /** The replacement of {@code value}; {@code hash} is needed for {@link Hash} alone. */
    default String of(Object value, @Nullable KeyedHash hash) {
        return switch (this) {
            case Hash() -> {
                if (hash == null) {
                    throw new IllegalStateException("a hashed column without a hash key");
                }
                yield hash.of(value);
            }
            case Mask(var keep) -> masked(value.toString(), keep);
        };
    }

    private static String masked(String text, int keep) {
        var characters = text.codePointCount(0, text.length());
        if (characters <= keep) {
            return "*".repeat(characters);
        }
        var shown = text.offsetByCodePoints(text.length(), -keep);
        return "*".repeat(characters - keep) + text.substring(shown);
    }

    /** The redaction that a field's type asks for, or null. */
    static @Nullable Redaction of(FieldType type) {
        return switch (type) {
            case FieldType.Hash() -> new Hash();
            case FieldType.Mask(var keep) -> new Mask(keep);
            default -> null;
        };
    }
}
