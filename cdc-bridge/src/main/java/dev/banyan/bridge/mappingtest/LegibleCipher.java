package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.mapping.FieldCipher;
import org.jspecify.annotations.Nullable;

/** Encrypts nothing: in a test of a mapping {@code enc:test:VALUE} stands for what would be encrypted. */
enum LegibleCipher implements FieldCipher {
    SHOWN;

    private static final String MARK = "enc:test:";

    @Override
    public String encrypt(String text, String place) {
        return MARK + text;
    }

    @Override
    public @Nullable String decrypt(String sealed, String place) {
        return isSealed(sealed) ? sealed.substring(MARK.length()) : null;
    }

    @Override
    public boolean isSealed(String text) {
        return text.startsWith(MARK);
    }

    @Override
    public boolean isOfTheKeyThatEncrypts(String sealed) {
        return isSealed(sealed);
    }
}
