package dev.banyan.bridge.secret;

import java.util.Optional;
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

    /** The keys of the token vault; empty when one of the two it needs is missing. */
    public Optional<VaultKeys> vault() {
        return hash == null || cipher == null ? Optional.empty() : Optional.of(new VaultKeys(hash, cipher));
    }
}
