package dev.banyan.bridge.mapping;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 as hexadecimal text. Used by any thread. */
public final class KeyedHash {

    private static final int KEY_BYTES_MIN = 16;

    private static final int HASH_CHARACTERS = 64;

    private final Mac mac;

    /** A hash under {@code key}, of 16 bytes at least. */
    public KeyedHash(byte[] key) {
        if (key.length < KEY_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "hash key: " + key.length + " bytes (expected: at least " + KEY_BYTES_MIN + ")");
        }
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256, which every Java has, is missing", e);
        }
    }

    /** True when {@code text} looks as a hash does. */
    static boolean isHash(String text) {
        return text.length() == HASH_CHARACTERS
                && text.chars().allMatch(each -> (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f'));
    }

    /** The hash of {@code value}'s text. */
    public String of(Object value) {
        var bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        synchronized (mac) {
            return HexFormat.of().formatHex(mac.doFinal(bytes));
        }
    }
}
