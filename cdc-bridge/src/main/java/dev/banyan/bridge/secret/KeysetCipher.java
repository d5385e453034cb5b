package dev.banyan.bridge.secret;

import dev.banyan.bridge.mapping.FieldCipher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts as {@code enc:KEY:BASE64URL}: the id of the key in clear, so that it can be told which keys are still needed. */
record KeysetCipher(long key, Operation encryption, Operation decryption) implements FieldCipher {

    private static final Pattern SEALED = Pattern.compile("enc:[0-9]{1,10}:([A-Za-z0-9_-]{20,})");

    /** What Tink does to bytes, with bytes that are not in the result but bound to it. */
    @FunctionalInterface
    interface Operation {
        byte[] apply(byte[] bytes, byte[] bound) throws GeneralSecurityException;
    }

    @Override
    public String encrypt(String text, String place) {
        try {
            var sealed = encryption.apply(bytes(text), bytes(place));
            return prefix() + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encrypting a value of " + place, e);
        }
    }

    @Override
    public @Nullable String decrypt(String sealed, String place) {
        var parts = SEALED.matcher(sealed);
        if (!parts.matches()) {
            return null;
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(parts.group(1));
            return new String(decryption.apply(bytes, bytes(place)), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return null; // another key, another place, or bytes that somebody changed
        }
    }

    @Override
    public boolean isSealed(String text) {
        return SEALED.matcher(text).matches();
    }

    @Override
    public boolean isOfTheKeyThatEncrypts(String sealed) {
        return sealed.startsWith(prefix());
    }

    private String prefix() {
        return "enc:" + key + ":";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
