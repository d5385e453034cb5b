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
}
