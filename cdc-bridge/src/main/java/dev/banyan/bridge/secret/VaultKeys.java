package dev.banyan.bridge.secret;

import dev.banyan.bridge.mapping.FieldCipher;
import dev.banyan.bridge.mapping.KeyedHash;
import dev.banyan.bridge.mapping.Secrets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the token vault works with: a hash that finds the token of a value, and a cipher that keeps the value. */
public record VaultKeys(KeyedHash hash, FieldCipher cipher) {

    /** The keys of the token vault among {@code secrets}; empty when one of the two it needs is missing. */
    public static Optional<VaultKeys> of(Secrets secrets) {
        var hash = secrets.hash();
        var cipher = secrets.cipher();
        return hash == null || cipher == null ? Optional.empty() : Optional.of(new VaultKeys(hash, cipher));
    }

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

    /** True when {@code sealed} needs no key but the one that encrypts now. */
    public boolean isCurrent(String sealed) {
        return cipher.isOfTheKeyThatEncrypts(sealed);
    }

    /** The value that was sealed for {@code token}; null when its key is not among ours. */
    public @Nullable String open(String token, String sealed) {
        return cipher.decrypt(sealed, token);
    }
}
