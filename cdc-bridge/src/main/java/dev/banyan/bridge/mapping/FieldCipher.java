package dev.banyan.bridge.mapping;

import org.jspecify.annotations.Nullable;

/** Encrypts texts into texts. Used by any thread. */
public interface FieldCipher {

    /** {@code text} encrypted and bound to {@code place}. */
    String encrypt(String text, String place);

    /** What was encrypted for {@code place}; null when {@code sealed} is none of that, or its key is not among ours. */
    @Nullable
    String decrypt(String sealed, String place);

    /** True when {@code text} looks like what {@link #encrypt} makes. */
    boolean isSealed(String text);

    /** True when what {@link #encrypt} once made of a text needs no key but the one that encrypts now. */
    boolean isOfTheKeyThatEncrypts(String sealed);
}
