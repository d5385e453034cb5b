package dev.banyan.gateway.compare;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Bodies of which only the length and the hash are known. */
final class Binary {

    private Binary() {}

    /** Returns {@code 1234 bytes, sha256 0a1b...}. */
    static String description(byte[] body) {
        return body.length + " bytes, sha256 " + sha256(body);
    }

    /** Returns the SHA-256 of {@code body} in hexadecimal digits. */
    static String sha256(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
