package dev.banyan.bridge.mapping;

import org.jspecify.annotations.Nullable;

/**
 * The keys of one bridge for the values of columns: for hashes, for encryption that shows nothing, and for encryption that shows which values
 * are equal. Each is null when nobody gave one.
 */
public record Secrets(
        @Nullable KeyedHash hash,
        @Nullable FieldCipher cipher,
        @Nullable FieldCipher equalCipher) {

    public static final Secrets NONE = new Secrets(null, null, null);

    /** An {@link IllegalArgumentException} when the key is missing that {@code redaction} of {@code column} needs. */
    void requireFor(Redaction redaction, String column) {
        switch (redaction) {
            case Redaction.Hash() -> require(hash, "hash key", column + " is hashed");
            case Redaction.Encrypt(var showsEqual) ->
                require(
                        showsEqual ? equalCipher : cipher,
                        showsEqual ? "keys.deterministic" : "keys.encrypt",
                        column + " is encrypted");
            case Redaction.Token _ -> {
                require(hash, "hash key", column + " is tokenised");
                require(cipher, "keys.encrypt", column + " is tokenised");
            }
            case Redaction.Mask _ -> {}
        }
    }

    private static void require(@Nullable Object key, String what, String why) {
        if (key == null) {
            throw new IllegalArgumentException(what + ": none (expected: one, " + why + ")");
        }
    }
}
