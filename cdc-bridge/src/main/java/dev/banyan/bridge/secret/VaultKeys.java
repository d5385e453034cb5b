package dev.banyan.bridge.secret;

import org.jspecify.annotations.Nullable;

/** What the token vault works with: a hash that finds the token of a value, and a cipher that keeps the value. */
public record VaultKeys(KeyedHash hash, FieldCipher cipher) {

    /** What tells two hash keys apart; it depends on the key alone. */
    public String check() {
        return hash.of("banyan token vault");
    }

    /** What the token of {@code value} is found by. */
    public String fingerprint(String vault, String value) {
        return hash.of("banyan token\n" + vault + "\n" + value);
    }

    /** {@code value} encrypted, bound to its {@code token}. */
    public String seal(String token, String value) {
        return cipher.encrypt(value, token);
    }

    /** The value that was sealed for {@code token}; null when its key is not among ours. */
    public @Nullable String open(String token, String sealed) {
        return cipher.decrypt(sealed, token);
    }
}
